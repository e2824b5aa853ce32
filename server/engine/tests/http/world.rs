//! A server over a small library, and callers of it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Result;
use async_graphql::EmptyMutation;
use axum::http::HeaderMap;
use engine::{
    Code, Engine, EngineBuilder, GraphqlError, Session,
    execute::limits::LimitRules,
    http::{Api, Authenticate, Authenticated, Channel, Origins, routes, standalone},
    model::{Execution, Options},
    trace::Traces,
};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{database::Database, library};

/// What callers send to be believed.
pub const SECRET: &str = "open";

/// What a server is started with.
#[derive(Default)]
pub struct Setup {
    pub limits: LimitRules,
    pub is_allow_list_enforced: bool,
    pub origins: Origins,
    pub traces: Option<Traces>,
    /// Files of the metadata, beside those of the library.
    pub files: Vec<(&'static str, String)>,
    /// Statements run before the server starts.
    pub sql: &'static str,
}

/// A running server.
pub struct World {
    database: Database,
    pub address: SocketAddr,
    pub engine: Arc<Engine<EmptyMutation>>,
    /// Ends every session.
    pub end: watch::Sender<bool>,
    http: reqwest::Client,
}

/// Believes whoever sends the secret.
struct Believer(watch::Receiver<bool>);

impl Authenticate for Believer {
    async fn authenticate(
        &self,
        headers: &HeaderMap,
        _: Channel,
    ) -> Result<Authenticated, GraphqlError> {
        if headers
            .get("x-hasura-admin-secret")
            .is_none_or(|secret| secret != SECRET)
        {
            return Err(GraphqlError::new(Code::AccessDenied, "wrong secret"));
        }
        let mut end = self.0.clone();
        Ok(Authenticated {
            session: Session::from_operator_headers(headers)?,
            ended: Box::pin(async move {
                // Without a sender the world is gone, and the session with it.
                let _ = end.wait_for(|is_over| *is_over).await;
            }),
        })
    }
}

impl World {
    /// A server that believes whoever sends the secret.
    pub async fn start(setup: Setup) -> Result<Self> {
        let (end, ended) = watch::channel(false);
        Ok(Self {
            end,
            ..Self::start_with(setup, Believer(ended)).await?
        })
    }

    pub async fn start_with(setup: Setup, authenticator: impl Authenticate) -> Result<Self> {
        let database = library::database("http").await?;
        database.run(setup.sql).await?;
        let files = setup.files.into_iter();
        let files = files.map(|(name, text)| (name.to_owned(), text));
        let metadata = library::metadata()?.with(files);
        let builder = EngineBuilder {
            options: Options {
                read_only: &[],
                stringify_numbers: true,
                execution: Execution::Chosen,
            },
            limits: setup.limits,
            is_allow_list_enforced: setup.is_allow_list_enforced,
            ..database.builder(&metadata)?
        };
        let engine = Arc::new(builder.build().await?);
        let api = Api {
            engine: Arc::clone(&engine),
            authenticator,
            body_limit: 1 << 20,
            origins: setup.origins,
            address_header: None,
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let doors = match setup.traces {
            Some(traces) => traces.around(routes(api)),
            None => routes(api),
        };
        let service = standalone(doors).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Ok(Self {
            database,
            address,
            engine,
            end: watch::channel(false).0,
            http: reqwest::Client::builder()
                .no_gzip()
                .timeout(Duration::from_secs(30))
                .build()?,
        })
    }

    pub async fn stop(self) -> Result<()> {
        self.database.drop().await
    }

    pub fn url(&self) -> String {
        format!("http://{}/v1/graphql", self.address)
    }

    /// A request of an operator.
    pub fn get(&self, query: &[(&str, &str)]) -> RequestBuilder {
        self.http
            .get(self.url())
            .query(query)
            .header("x-hasura-admin-secret", SECRET)
    }

    /// A request of an operator.
    pub fn post(&self, body: &Value) -> RequestBuilder {
        self.http
            .post(self.url())
            .json(body)
            .header("x-hasura-admin-secret", SECRET)
    }

    /// A request of anybody, to any place.
    pub fn bare(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("http://{}{path}", self.address))
    }

    /// What a role is answered.
    pub async fn ask(&self, role: &str, body: &Value) -> Result<Value> {
        let request = self
            .post(body)
            .header("x-hasura-role", role)
            .header("x-hasura-user-id", "r1");
        Ok(request.send().await?.json().await?)
    }

    /// What a role is answered to a query without variables.
    pub async fn query(&self, role: &str, query: &str) -> Result<Value> {
        self.ask(role, &json!({ "query": query })).await
    }
}

/// The code of the first error; null without one.
pub fn code(answer: &Value) -> &Value {
    &answer["errors"][0]["extensions"]["code"]
}

/// A header of a response.
pub fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

impl World {
    /// What a statement counts, as `count`.
    pub async fn count(&self, sql: &str) -> Result<i64> {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            count: i64,
        }
        let mut conn = self.database.connect().await?;
        let row: Row =
            diesel_async::RunQueryDsl::get_result(diesel::sql_query(sql), &mut conn).await?;
        Ok(row.count)
    }

    /// Whether a session whose last statement names something slow does not end soon.
    pub async fn has_slow_session(&self) -> Result<bool> {
        let sql = "select count(*) as count from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() \
                   and query ilike '%slow%'";
        for _ in 0..20 {
            if self.count(sql).await? == 0 {
                return Ok(false);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(true)
    }
}
