//! Serves any database: `cargo run -p engine --example serve -- --database-url … --metadata DIR --listen ADDR`.
//!
//! Requests carry `x-hasura-admin-secret`, and with it any `x-hasura-role` and session variables, or a token.

use std::{future::IntoFuture, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context;
use async_graphql::EmptyMutation;
use axum::{
    Router,
    http::{HeaderMap, HeaderValue, StatusCode, header::AUTHORIZATION},
    routing::get,
};
use clap::Parser;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use engine::{
    Engine, EngineBuilder, Pool,
    auth::{Clock, Issuer, Standalone, StandaloneAuthenticator},
    execute::{SECONDS_OF_BUCKETS, follow_changes},
    http::{Api, Origins, routes, standalone},
    metadata::{Directory, Metadata, load},
    model::{Execution, Options},
    trace::{Settings, Traces},
    with_renewal,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use subtle::ConstantTimeEq;
use tracing_subscriber::{
    Layer,
    filter::{EnvFilter, LevelFilter},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// As in the application, whose speed this program stands for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    /// More of them, as a JSON list.
    #[arg(long, env = "HASURA_GRAPHQL_ADMIN_SECRETS", hide_env_values = true)]
    admin_secrets: Option<String>,
    /// Whose tokens are accepted, as Hasura's JSON says it; an admin secret is needed besides.
    #[arg(long, env = "HASURA_GRAPHQL_JWT_SECRET", hide_env_values = true)]
    jwt_secret: Option<String>,
    /// More of them, as a JSON list.
    #[arg(long, env = "HASURA_GRAPHQL_JWT_SECRETS", hide_env_values = true)]
    jwt_secrets: Option<String>,
    /// Send bigint, numeric and double precision as strings.
    #[arg(long, env = "HASURA_GRAPHQL_STRINGIFY_NUMERIC_TYPES")]
    stringify_numeric_types: bool,
    /// Who writes the JSON of lists; to compare both ways.
    #[arg(long, value_enum, default_value_t)]
    execution: Writer,
    /// The role of requests that bring no admin secret; without it they are refused.
    #[arg(long, env = "HASURA_GRAPHQL_UNAUTHORIZED_ROLE")]
    unauthorized_role: Option<String>,
    /// Origins whose pages may call the API, with commas between; `*` for all.
    #[arg(long, env = "HASURA_GRAPHQL_CORS_DOMAIN", default_value = "")]
    cors_domain: String,
    /// Only documents of the metadata's allow-list may be run, except by the administrator.
    #[arg(long, env = "HASURA_GRAPHQL_ENABLE_ALLOWLIST")]
    enable_allowlist: bool,
    /// A PostgreSQL channel on which triggers tell the names of tables that changed; live queries then do not wait for
    /// their next look.
    #[arg(long)]
    changes_channel: Option<String>,
    /// What those must send who read the numbers at `/v1/metrics` (`Authorization: Bearer …`); without it nobody can.
    #[arg(long, env = "HASURA_GRAPHQL_METRICS_SECRET", hide_env_values = true)]
    metrics_secret: Option<String>,
    /// The largest body in bytes.
    #[arg(long, default_value_t = 1 << 20)]
    body_limit: usize,
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

impl Arguments {
    fn authenticator(&self) -> anyhow::Result<StandaloneAuthenticator> {
        let mut admin_secrets: Vec<String> = self.admin_secret.iter().cloned().collect();
        if let Some(list) = &self.admin_secrets {
            let list: Vec<String> =
                serde_json::from_str(list).context("--admin-secrets is no list of texts")?;
            admin_secrets.extend(list);
        }
        let mut issuers = Vec::new();
        if let Some(one) = &self.jwt_secret {
            issuers.push(Issuer::parse(one).context("--jwt-secret")?);
        }
        if let Some(list) = &self.jwt_secrets {
            issuers.extend(Issuer::parse_list(list).context("--jwt-secrets")?);
        }
        let settings = Standalone {
            admin_secrets,
            issuers,
            unauthorized_role: self.unauthorized_role.clone(),
            origins: Origins::parse(&self.cors_domain),
        };
        let http = http_client()?;
        #[expect(
            clippy::disallowed_methods,
            reason = "the edge of a program of its own"
        )]
        let clock: Clock = Arc::new(chrono::Utc::now);
        Ok(StandaloneAuthenticator::new(settings, &http, &clock)?)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the edge of a program of its own"
)]
fn http_client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(30))
        .build()
}

/// Sends traces, if the environment or the metadata says where.
fn traces(metadata: &Metadata) -> anyhow::Result<Option<Traces>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the edge of a program of its own"
    )]
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    match Settings::read("engine", variable, &metadata.opentelemetry)? {
        Some(settings) => Ok(Some(Traces::begin(&settings, http_client()?)?)),
        None => Ok(None),
    }
}

/// Writes the log, and gives the spans to the traces if there are any.
fn observe(traces: Option<&Traces>) {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .from_env_lossy();
    match traces {
        // Without traces one filter decides for all, which is the fastest.
        None => tracing_subscriber::fmt()
            .json()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .init(),
        Some(traces) => {
            let log = tracing_subscriber::fmt::layer()
                .json()
                .with_writer(std::io::stderr);
            tracing_subscriber::registry()
                .with(log.with_filter(filter))
                .with(traces.layer())
                .init();
        }
    }
}

/// Resolves when the process is told to stop.
async fn stopped() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

/// How long the last traces may take to be sent.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How often what was measured is summed up, so that its memory is bounded when nobody asks.
const UPKEEP: Duration = Duration::from_secs(5);

/// `/v1/metrics`, for Prometheus.
fn numbers(engine: Arc<Engine<EmptyMutation>>, recorder: PrometheusHandle, secret: &str) -> Router {
    let expected: Arc<[u8]> = format!("Bearer {secret}").into_bytes().into();
    let answer = async move |headers: HeaderMap| {
        let sent = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        if !bool::from(sent.unwrap_or_default().ct_eq(&expected)) {
            return Err(StatusCode::FORBIDDEN);
        }
        engine.observe();
        Ok(recorder.render())
    };
    Router::new().route("/v1/metrics", get(answer))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let metadata = load(&Directory::read(&arguments.metadata)?)?;
    let traces = traces(&metadata)?;
    observe(traces.as_ref());
    // Before the engine, which says what the numbers mean.
    let recorder = match &arguments.metrics_secret {
        Some(_) => Some(
            PrometheusBuilder::new()
                .set_buckets(&SECONDS_OF_BUCKETS)?
                .install_recorder()?,
        ),
        None => None,
    };
    let authenticator = arguments.authenticator()?;
    authenticator.fetch_keys().await;
    let mut manager = ManagerConfig::default();
    manager.recycling_method = RecyclingMethod::Fast;
    let manager = AsyncDieselConnectionManager::new_with_config(arguments.database_url, manager);
    let pool = with_renewal(Pool::builder(manager)).build()?;
    let builder = EngineBuilder {
        options: Options {
            read_only: &[],
            stringify_numbers: arguments.stringify_numeric_types,
            execution: arguments.execution.into(),
        },
        is_allow_list_enforced: arguments.enable_allowlist,
        ..EngineBuilder::new(pool.clone(), metadata, EmptyMutation)
    };
    let engine = builder.build().await.map_err(anyhow::Error::from)?;
    if let Some(channel) = arguments.changes_channel {
        let changes = engine.changes();
        tokio::spawn(async move { follow_changes(pool, &channel, changes).await });
    }
    let engine = Arc::new(engine);
    let api = Api {
        engine: Arc::clone(&engine),
        authenticator,
        body_limit: arguments.body_limit,
        origins: Origins::parse(&arguments.cors_domain),
        address_header: None,
    };
    let listener = tokio::net::TcpListener::bind(&arguments.listen)
        .await
        .with_context(|| format!("cannot listen on {}", arguments.listen))?;
    tracing::info!(address = %listener.local_addr()?, "serving");
    let mut doors = routes(api);
    if let Some(traces) = &traces {
        doors = traces.around(doors);
    }
    if let (Some(secret), Some(recorder)) = (arguments.metrics_secret, recorder) {
        let upkept = recorder.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(UPKEEP).await;
                upkept.run_upkeep();
            }
        });
        doors = doors.merge(numbers(engine, recorder, &secret));
    }
    let service = standalone(doors).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).into_future();
    tokio::select! {
        ended = serving => ended?,
        told = stopped() => told?,
    }
    if let Some(traces) = traces {
        traces.finish(LAST_WORDS).await;
    }
    Ok(())
}
