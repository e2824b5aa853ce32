//! Serves any database: `cargo run -p engine --example serve -- --database-url … --metadata DIR --listen ADDR`.
//!
//! Requests carry `x-hasura-admin-secret`, and with it any `x-hasura-role` and session variables.

use std::{path::PathBuf, sync::Arc};

use anyhow::Context;
use async_graphql::EmptyMutation;
use axum::http::HeaderMap;
use clap::Parser;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use engine::{
    Actions, Code, EngineBuilder, GraphqlError, Pool, Session,
    http::{Api, Authenticate, Authenticated, Channel, routes},
    metadata::{Directory, load},
    model::{Execution, Options},
};
use subtle::ConstantTimeEq;

#[derive(Parser)]
struct Arguments {
    /// A PostgreSQL URL.
    #[arg(long, env = "HASURA_GRAPHQL_DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// A metadata directory as Hasura's command line exports it.
    #[arg(long)]
    metadata: PathBuf,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// What operators must send; without it everybody is an operator.
    #[arg(long, env = "HASURA_GRAPHQL_ADMIN_SECRET", hide_env_values = true)]
    admin_secret: Option<String>,
    /// Send bigint, numeric and double precision as strings.
    #[arg(long, env = "HASURA_GRAPHQL_STRINGIFY_NUMERIC_TYPES")]
    stringify_numeric_types: bool,
    /// Who writes the JSON of lists; to compare both ways.
    #[arg(long, value_enum, default_value_t)]
    execution: Writer,
}

#[derive(Clone, Copy, Default, clap::ValueEnum)]
enum Writer {
    #[default]
    Chosen,
    Json,
    Rows,
}

impl From<Writer> for Execution {
    fn from(writer: Writer) -> Self {
        match writer {
            Writer::Chosen => Self::Chosen,
            Writer::Json => Self::Json,
            Writer::Rows => Self::Rows,
        }
    }
}

struct Operators {
    secret: Option<String>,
}

impl Authenticate for Operators {
    async fn authenticate(
        &self,
        headers: &HeaderMap,
        _: Channel,
    ) -> Result<Authenticated, GraphqlError> {
        let sent = headers
            .get("x-hasura-admin-secret")
            .map_or(&b""[..], |secret| secret.as_bytes());
        if self
            .secret
            .as_ref()
            .is_some_and(|secret| !bool::from(secret.as_bytes().ct_eq(sent)))
        {
            let problem = "invalid \"x-hasura-admin-secret\"/\"x-hasura-access-key\"";
            return Err(GraphqlError::new(Code::AccessDenied, problem));
        }
        let session = Session::from_operator_headers(headers)?;
        Ok(Authenticated {
            session,
            ended: Box::pin(std::future::pending()),
        })
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let mut manager = ManagerConfig::default();
    manager.recycling_method = RecyclingMethod::Fast;
    let manager = AsyncDieselConnectionManager::new_with_config(arguments.database_url, manager);
    let pool = Pool::builder(manager).build()?;
    let directory = Directory::read(&arguments.metadata)?;
    let builder = EngineBuilder {
        pool,
        metadata: load(&directory)?,
        options: Options {
            read_only: &[],
            stringify_numbers: arguments.stringify_numeric_types,
            execution: arguments.execution.into(),
        },
        mutations: EmptyMutation,
        actions: Actions::new(),
    };
    let engine = builder.build().await.map_err(anyhow::Error::from)?;
    let api = Api {
        engine: Arc::new(engine),
        authenticator: Operators {
            secret: arguments.admin_secret,
        },
        body_limit: 1 << 20,
    };
    let listener = tokio::net::TcpListener::bind(&arguments.listen)
        .await
        .with_context(|| format!("cannot listen on {}", arguments.listen))?;
    tracing::info!(address = %listener.local_addr()?, "serving");
    axum::serve(listener, routes(api)).await?;
    Ok(())
}
