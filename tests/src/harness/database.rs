//! A database for one test: a copy of a migrated template, which is made once for each version of the server.

use std::time::UNIX_EPOCH;

use anyhow::{Context as _, Result};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use url::Url;
use uuid::Uuid;

use super::server;

/// Holds the making of the template, so that tests that start together make it once.
const LOCK: &str = "select pg_advisory_lock(7001)";

/// A database that is dropped with this.
pub struct Database {
    name: String,
    url: String,
}

impl Database {
    /// A migrated, empty database.
    pub async fn create() -> Result<Self> {
        let template = template().await?;
        Self::copy(&format!("template {template}")).await
    }

    /// A database without any table.
    pub async fn bare() -> Result<Self> {
        Self::copy("").await
    }

    async fn copy(options: &str) -> Result<Self> {
        let name = format!("test_{}", Uuid::new_v4().simple());
        let mut admin = admin().await?;
        admin
            .batch_execute(&format!("create database {name} {options}"))
            .await?;
        Ok(Self {
            url: url(&name)?,
            name,
        })
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection to it.
    pub async fn connect(&self) -> Result<AsyncPgConnection> {
        Ok(AsyncPgConnection::establish(&self.url).await?)
    }

    /// Runs statements in it.
    pub async fn run_statements(&self, statements: &str) -> Result<()> {
        Ok(self.connect().await?.batch_execute(statements).await?)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let name = self.name.clone();
        let dropped = std::thread::spawn(move || -> Result<()> {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?
                .block_on(async {
                    let statement = format!("drop database if exists {name} with (force)");
                    Ok(admin().await?.batch_execute(&statement).await?)
                })
        });
        // The cluster is a scratch one: a database that stays is untidy, and no failure of the test.
        let _ = dropped.join();
    }
}

async fn template() -> Result<String> {
    let program = std::fs::metadata(server::program()?)?;
    let age = program.modified()?.duration_since(UNIX_EPOCH)?.as_micros();
    let name = format!("template_{age:x}_{:x}", program.len());
    let mut admin = admin().await?;
    admin.batch_execute(LOCK).await?;
    let probe = AsyncPgConnection::establish(&url(&name)?).await;
    if probe.is_err() {
        let unfinished = format!("{name}_unfinished");
        admin
            .batch_execute(&format!(
                "drop database if exists {unfinished} with (force)"
            ))
            .await?;
        admin
            .batch_execute(&format!("create database {unfinished}"))
            .await?;
        server::run(&["migrate"], &[("DATABASE_URL", &url(&unfinished)?)])
            .await?
            .ok()?;
        admin
            .batch_execute(&format!("alter database {unfinished} rename to {name}"))
            .await?;
    }
    drop(probe);
    Ok(name)
}

async fn admin() -> Result<AsyncPgConnection> {
    Ok(AsyncPgConnection::establish(&server::variable("SECRETARIAT_TEST_PG")?).await?)
}

fn url(database: &str) -> Result<String> {
    let mut url = Url::parse(&server::variable("SECRETARIAT_TEST_PG")?)
        .context("SECRETARIAT_TEST_PG is no URL")?;
    url.set_path(database);
    Ok(url.into())
}
