//! The database: the pool, and the migrations that make its tables.

pub mod schema;
mod statement;

use std::{sync::Arc, time::Duration};

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{
    AsyncMigrationHarness, AsyncPgConnection,
    pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod},
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use engine::{
    Pool,
    execute::{Canceller, cancel_plainly},
    with_renewal,
};
use futures::{FutureExt, future::BoxFuture};
use rustls_platform_verifier::ConfigVerifierExt;
use tokio_postgres::config::SslMode;

use crate::config::Database;
pub use statement::sql;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");
/// How long a request waits for a free connection, or for a new one.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// No pool could be made.
    #[error("the connection pool could not be made")]
    Pool(#[from] diesel_async::pooled_connection::deadpool::BuildError),
    /// No connection.
    #[error("no connection to the database: {0}")]
    Unreachable(String),
    /// A migration failed.
    #[error("migration failed: {0}")]
    Migration(String),
    /// The tables are older than this program.
    #[error("the database lacks migrations of this version: run `secretariat migrate` first")]
    Behind,
}

/// Why a statement was not run.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database refused or failed.
    #[error("database error")]
    Database(#[from] diesel::result::Error),
    /// No connection.
    #[error("database error")]
    Pool(#[from] diesel_async::pooled_connection::deadpool::PoolError),
}

/// A pool of connections. None is opened yet.
pub fn pool(config: &Database) -> Result<Pool, DatabaseError> {
    let mut manager = ManagerConfig::default();
    manager.recycling_method = RecyclingMethod::Fast;
    manager.custom_setup = Box::new(connect);
    let manager = AsyncDieselConnectionManager::new_with_config(config.url.expose(), manager);
    Ok(with_renewal(Pool::builder(manager))
        .max_size(config.pool_size)
        .runtime(deadpool::Runtime::Tokio1)
        .wait_timeout(Some(PATIENCE))
        .create_timeout(Some(PATIENCE))
        .recycle_timeout(Some(PATIENCE))
        .build()?)
}

/// Connects; over TLS with the system's roots when the URL says `sslmode=require`.
fn connect(url: &str) -> BoxFuture<'_, ConnectionResult<AsyncPgConnection>> {
    async move {
        let bad = |error: &dyn std::error::Error| ConnectionError::BadConnection(deepest(error));
        let config: tokio_postgres::Config =
            url.parse().map_err(|error: tokio_postgres::Error| {
                ConnectionError::InvalidConnectionUrl(error.to_string())
            })?;
        if config.get_ssl_mode() == SslMode::Require {
            let tls =
                rustls::ClientConfig::with_platform_verifier().map_err(|error| bad(&error))?;
            let tls = tokio_postgres_rustls::MakeRustlsConnect::new(tls);
            let (client, connection) = config.connect(tls).await.map_err(|error| bad(&error))?;
            return AsyncPgConnection::try_from_client_and_connection(client, connection).await;
        }
        let (client, connection) = config
            .connect(tokio_postgres::NoTls)
            .await
            .map_err(|error| bad(&error))?;
        AsyncPgConnection::try_from_client_and_connection(client, connection).await
    }
    .boxed()
}

/// How a statement is cancelled; over TLS when the connections are.
pub fn canceller(config: &Database) -> Result<Canceller, DatabaseError> {
    let unusable = |error: &dyn std::error::Error| DatabaseError::Unreachable(deepest(error));
    let parsed: tokio_postgres::Config = config
        .url
        .expose()
        .parse()
        .map_err(|error: tokio_postgres::Error| unusable(&error))?;
    if parsed.get_ssl_mode() != SslMode::Require {
        return Ok(cancel_plainly());
    }
    let tls = rustls::ClientConfig::with_platform_verifier().map_err(|error| unusable(&error))?;
    let tls = tokio_postgres_rustls::MakeRustlsConnect::new(tls);
    Ok(Arc::new(move |token| {
        let tls = tls.clone();
        async move {
            if let Err(error) = token.cancel_query(tls).await {
                tracing::warn!(%error, "a statement could not be cancelled");
            }
        }
        .boxed()
    }))
}

/// The cause at the end of a chain of errors, which is the one that says what to mend.
pub fn deepest(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

/// Applies the migrations that the database lacks; returns their names.
pub async fn migrate(pool: &Pool) -> Result<Vec<String>, DatabaseError> {
    let mut harness = harness(pool).await?;
    let applied = harness
        .run_pending_migrations(MIGRATIONS)
        .map_err(|error| DatabaseError::Migration(error.to_string()))?;
    Ok(applied.iter().map(ToString::to_string).collect())
}

/// Fails when the database lacks migrations.
pub async fn check_migrated(pool: &Pool) -> Result<(), DatabaseError> {
    let mut harness = harness(pool).await?;
    match harness.has_pending_migration(MIGRATIONS) {
        Ok(false) => Ok(()),
        Ok(true) => Err(DatabaseError::Behind),
        Err(error) => Err(DatabaseError::Migration(error.to_string())),
    }
}

/// A connection outside the pool, closed with its owner.
pub async fn dedicated(pool: &Pool) -> Result<AsyncPgConnection, DatabaseError> {
    use deadpool::managed::Manager;
    pool.manager()
        .create()
        .await
        .map_err(|error| DatabaseError::Unreachable(deepest(&error)))
}

async fn harness(pool: &Pool) -> Result<AsyncMigrationHarness<AsyncPgConnection>, DatabaseError> {
    Ok(AsyncMigrationHarness::new(dedicated(pool).await?))
}
