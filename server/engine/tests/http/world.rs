//! A server over a small library, and callers of it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use async_graphql::EmptyMutation;
use axum::http::HeaderMap;
use diesel_async::{
    AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _,
    pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod},
};
use engine::{
    Code, Engine, EngineBuilder, GraphqlError, Pool, Session,
    execute::limits::LimitRules,
    http::{Api, Authenticate, Authenticated, Channel, Origins, routes, standalone},
    metadata::{Directory, load},
    model::{Execution, Options},
};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::sync::watch;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
/// What callers send to be believed.
pub const SECRET: &str = "open";

/// What a server is started with.
#[derive(Default)]
pub struct Setup {
    pub limits: LimitRules,
    pub is_allow_list_enforced: bool,
    pub origins: Origins,
    /// Files of the metadata, beside those of the library.
    pub files: Vec<(&'static str, String)>,
    /// Statements run before the server starts.
    pub sql: &'static str,
}

/// A running server.
pub struct World {
    name: String,
    admin_url: String,
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

fn metadata(files: Vec<(&'static str, String)>) -> Result<Directory> {
    let folder = format!("{FOLDER}/metadata");
    let mut all = Vec::new();
    let mut pending = vec![std::path::PathBuf::from(&folder)];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            for entry in std::fs::read_dir(path)? {
                pending.push(entry?.path());
            }
        } else {
            let name = path.strip_prefix(&folder)?.display().to_string();
            all.push((name, std::fs::read_to_string(&path)?));
        }
    }
    all.extend(
        files
            .into_iter()
            .map(|(name, text)| (name.to_owned(), text)),
    );
    Ok(Directory::new(all))
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
        let admin_url = std::env::var("SECRETARIAT_TEST_PG")
            .context("SECRETARIAT_TEST_PG is not set: run the tests by `cargo xtask test`")?;
        let name = format!("http_{}", uuid::Uuid::new_v4().simple());
        AsyncPgConnection::establish(&admin_url)
            .await?
            .batch_execute(&format!("create database {name}"))
            .await?;
        let (server, _) = admin_url
            .rsplit_once('/')
            .context("no database in the URL")?;
        let url = format!("{server}/{name}");
        let schema = std::fs::read_to_string(format!("{FOLDER}/schema.sql"))?;
        let mut conn = AsyncPgConnection::establish(&url).await?;
        conn.batch_execute(&schema).await?;
        conn.batch_execute(setup.sql).await?;
        let mut manager = ManagerConfig::default();
        manager.recycling_method = RecyclingMethod::Fast;
        let manager = AsyncDieselConnectionManager::new_with_config(url, manager);
        let pool = Pool::builder(manager).max_size(4).build()?;
        let metadata = load(&metadata(setup.files)?)?;
        let builder = EngineBuilder {
            options: Options {
                read_only: &[],
                stringify_numbers: true,
                execution: Execution::Chosen,
            },
            limits: setup.limits,
            is_allow_list_enforced: setup.is_allow_list_enforced,
            ..EngineBuilder::new(pool, metadata, EmptyMutation)
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
        let service = standalone(routes(api)).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Ok(Self {
            name,
            admin_url,
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
        let drop = format!("drop database {} with (force)", self.name);
        Ok(AsyncPgConnection::establish(&self.admin_url)
            .await?
            .batch_execute(&drop)
            .await?)
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
    /// Whether a statement that names something slow runs in the library and does not end at once.
    pub async fn has_slow_statement(&self) -> Result<bool> {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            count: i64,
        }
        let sql = format!(
            "select count(*) as count from pg_stat_activity \
             where state = 'active' and datname = '{}' and query ilike '%slow%'",
            self.name
        );
        let mut conn = AsyncPgConnection::establish(&self.admin_url).await?;
        for _ in 0..20 {
            let row: Row =
                diesel_async::RunQueryDsl::get_result(diesel::sql_query(&sql), &mut conn).await?;
            if row.count == 0 {
                return Ok(false);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(true)
    }
}
