//! Puts the parts together, answers, and ends in order: no new requests, sockets closed, runs finished, in a bound.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context;
use engine::{Engine, EngineBuilder, Pool, execute::follow_changes, model::Options};

use crate::{
    actions::{self, Mutations},
    authorizations::{
        Receiver,
        actions::AuthorizationMutations,
        alerts::actions::AlertMutations,
        gateways::{Gateways, Known},
        reconciliation::{Reconciler, actions::ReconciliationMutations},
        tokens::{actions::TokenMutations, jwt::Signer, life::Rules, routes::Tokens},
    },
    config::Config,
    db,
    directory::{
        services,
        sync::{Syncer, actions::SyncMutations, schedule},
    },
    http::{self, Parts},
    identity::{
        authenticator::Authenticator,
        events::LiveSessions,
        keys::{Keys, Purpose},
        outside::Outsiders,
        providers::Providers,
        routes::Identity,
    },
    jobs::{Workers, actions::JobMutations, follow_periods},
    metadata,
    work::{PERIODS, Work},
};

/// How long requests and runs may take to end after the server was told to stop.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Answers requests until the process is told to stop.
pub async fn serve(config: Config, is_dev: bool) -> anyhow::Result<()> {
    let providers = Providers::new(&config, is_dev)?;
    let outsiders = Outsiders::new(&config.jwt)?;
    let listener = tokio::net::TcpListener::bind(config.server.listen)
        .await
        .with_context(|| {
            format!(
                "cannot listen on {} (server.listen, SECRETARIAT_LISTEN)",
                config.server.listen
            )
        })?;
    let pool = db::pool(&config.database)?;
    db::check_migrated(&pool).await?;
    let syncer = syncer(&config, &pool).await?;
    let receiver = Receiver::new(pool.clone(), &config);
    let engine = Arc::new(engine(&config, &pool, syncer.clone(), receiver.clone()).await?);
    let gateways = Known::new(&config.gateways);
    let keys = Keys::load(&mut *pool.get().await?, Purpose::ApiToken).await?;
    let signer = Signer::new(&config.tokens, keys, &config.server.issuer());
    let work = Work::new(
        &pool,
        &config,
        rules(&config),
        Reconciler::new(pool.clone(), receiver.clone()),
    )?;
    let live = LiveSessions::default();
    let public_url = config.server.public_url();
    let authenticator = Authenticator {
        pool: pool.clone(),
        keys: Arc::new(Keys::load(&mut *pool.get().await?, Purpose::Access).await?),
        issuer: config.server.issuer(),
        outsiders: outsiders.clone(),
        admin_secret: config.server.admin_secret.clone(),
        live: live.clone(),
        gateways: gateways.clone(),
    };
    let identity = Arc::new(Identity {
        authenticator: authenticator.clone(),
        providers,
        public_url: public_url.clone(),
    });
    let background = [
        tokio::spawn(follow_changes(
            pool.clone(),
            "table_changed",
            engine.changes(),
        )),
        tokio::spawn(live.follow(pool.clone())),
        tokio::spawn(outsiders.fetch_keys()),
        tokio::spawn(schedule::follow(
            syncer.clone(),
            config.sync.schedule.clone(),
        )),
        tokio::spawn(receiver.clone().follow()),
        tokio::spawn(follow_periods(pool.clone(), PERIODS)),
    ];
    let workers = Workers::start(&pool, &engine.changes(), &move |job| work.clone().run(job));
    let tokens = Tokens {
        pool: pool.clone(),
        signer: signer.clone(),
    };
    let gateways = Gateways::new(pool.clone(), gateways, signer, engine.changes());
    let router = http::router(Parts {
        config,
        pool,
        engine,
        authenticator,
        identity,
        syncer: syncer.clone(),
        receiver,
        tokens,
        gateways,
    });
    tracing::info!(address = %listener.local_addr()?, %public_url, is_dev, "serving");
    let serving = axum::serve(
        listener,
        router.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(stopped());
    let deadline = async {
        stopped().await;
        tokio::time::sleep(LAST_WORDS).await;
    };
    tokio::select! {
        ended = serving => ended?,
        () = deadline => tracing::warn!("some connections did not end in time"),
    }
    for task in background {
        task.abort();
    }
    if tokio::time::timeout(LAST_WORDS, workers.finish())
        .await
        .is_err()
    {
        tracing::warn!("some jobs did not end in time; they will be done again");
    }
    if tokio::time::timeout(LAST_WORDS, syncer.finish())
        .await
        .is_err()
    {
        tracing::warn!("a sync did not end in time; its run will be marked interrupted");
    }
    Ok(())
}

/// The API over the database.
pub async fn engine(
    config: &Config,
    pool: &Pool,
    syncer: Syncer,
    receiver: Receiver,
) -> anyhow::Result<Engine<Mutations>> {
    let builder = EngineBuilder {
        pool: pool.clone(),
        metadata: metadata::embedded()?,
        options: Options {
            read_only: &[
                "audit_log",
                "sync_runs",
                "sync_changes",
                "authorization_requests",
                "authorization_request_contacts",
                "datapass_events",
                "api_tokens",
                "token_prolongations",
                "alerts",
                "unsigned_deliveries",
                "reconciliations",
                "jobs",
            ],
            stringify_numbers: true,
            ..Options::default()
        },
        mutations: Mutations(
            SyncMutations(syncer),
            AuthorizationMutations(receiver.clone()),
            TokenMutations {
                pool: pool.clone(),
                rules: rules(config),
            },
            AlertMutations(pool.clone()),
            ReconciliationMutations {
                pool: pool.clone(),
                receiver,
            },
            JobMutations(pool.clone()),
        ),
        actions: actions::allowed(),
        limits: config.limits.rules(),
        cancel: db::canceller(&config.database)?,
        is_allow_list_enforced: config.limits.allow_list,
    };
    Ok(builder.build().await?)
}

fn rules(config: &Config) -> Rules {
    Rules::new(config.datapass.clone(), &config.server.public_url())
}

/// The configured services, ready to be synced.
pub async fn syncer(config: &Config, pool: &Pool) -> anyhow::Result<Syncer> {
    let mut conn = pool.get().await.map_err(|error| {
        anyhow::anyhow!("no connection to the database: {}", db::deepest(&error))
    })?;
    let services = services::reconcile(&mut conn, &config.services).await?;
    Ok(Syncer::new(
        pool.clone(),
        services,
        config.sync.vanish_limit,
    ))
}

/// Resolves when the process is told to stop.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                terminate.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
