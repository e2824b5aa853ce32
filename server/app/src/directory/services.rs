//! The configured services as rows. A service that is no longer configured keeps its history and is switched off.

use connectors::{ConnectorError, github};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::{
    config::{self, ServiceKind},
    db::schema::services,
};

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// A configured service and its row.
#[derive(Clone)]
pub struct Service {
    /// The row's id.
    pub id: Uuid,
    /// The configured id.
    pub code: String,
    /// What speaks to it.
    pub connector: github::GitHub,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = services)]
struct NewService<'a> {
    code: &'a str,
    kind: &'a str,
    name: &'a str,
    position: i32,
    enabled: bool,
}

/// Why the services could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// A connector could not be made.
    #[error("service {0:?}")]
    Connector(String, #[source] ConnectorError),
    /// The database failed.
    #[error("the services could not be stored")]
    Database(#[from] diesel::result::Error),
}

/// Makes rows and connectors agree with the configuration.
pub async fn reconcile(
    conn: &mut AsyncPgConnection,
    configured: &[config::Service],
) -> Result<Vec<Service>, ServiceError> {
    conn.transaction(async |conn| {
        let actor = engine::Session::new("configuration", []);
        engine::execute::set_session(conn, &actor).await?;
        let codes: Vec<&str> = configured
            .iter()
            .map(|service| service.id.as_str())
            .collect();
        diesel::update(services::table)
            .filter(diesel::dsl::not(services::code.eq_any(codes)).and(services::enabled))
            .set(services::enabled.eq(false))
            .execute(conn)
            .await?;
        let mut found = Vec::with_capacity(configured.len());
        for (position, service) in configured.iter().enumerate() {
            let id = upsert(conn, service, i32::try_from(position).unwrap_or(i32::MAX)).await?;
            let connector = connector(service)
                .map_err(|error| ServiceError::Connector(service.id.clone(), error))?;
            found.push(Service {
                id,
                code: service.id.clone(),
                connector,
            });
        }
        Ok(found)
    })
    .await
}

async fn upsert(
    conn: &mut AsyncPgConnection,
    service: &config::Service,
    position: i32,
) -> QueryResult<Uuid> {
    let new = NewService {
        code: &service.id,
        kind: service.kind.as_str(),
        name: &service.name,
        position,
        enabled: true,
    };
    let same = services::table
        .filter(services::code.eq(new.code).and(services::kind.eq(new.kind)))
        .filter(
            services::name
                .eq(new.name)
                .and(services::position.eq(new.position)),
        )
        .filter(services::enabled)
        .select(services::id)
        .first(conn)
        .await
        .optional()?;
    if let Some(id) = same {
        return Ok(id);
    }
    diesel::insert_into(services::table)
        .values(&new)
        .on_conflict(services::code)
        .do_update()
        .set(&new)
        .returning(services::id)
        .get_result(conn)
        .await
}

fn connector(service: &config::Service) -> Result<github::GitHub, ConnectorError> {
    match service.kind {
        ServiceKind::Github => {
            let mut settings =
                github::Settings::new(&service.organization, service.token.to_secret_string());
            settings.base_url.clone_from(&service.base_url);
            settings.page_size = service.page_size.unwrap_or(settings.page_size);
            settings.retries = service.retries.unwrap_or(settings.retries);
            settings.timeout = service
                .timeout_seconds
                .map_or(settings.timeout, std::time::Duration::from_secs);
            github::GitHub::new(settings, connectors::http_client(PATIENCE)?)
        }
    }
}
