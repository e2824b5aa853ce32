//! A database of its own for a test, and engines over it.

use anyhow::{Context as _, Result};
use async_graphql::EmptyMutation;
use diesel_async::{
    AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _,
    pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod},
};
use engine::{
    EngineBuilder, Pool,
    metadata::{Directory, load},
};

/// What an empty database is a copy of.
pub const EMPTY: &str = "template1";

pub struct Database {
    server: String,
    pub name: String,
    pool: Pool,
}

async fn run(url: &str, sql: &str) -> Result<()> {
    let mut conn = AsyncPgConnection::establish(url).await?;
    Ok(conn.batch_execute(sql).await?)
}

impl Database {
    /// A copy of a database, to which nothing may be connected. Its engines share so many connections.
    pub async fn create(prefix: &str, template: &str, connections: usize) -> Result<Self> {
        let server = std::env::var("SECRETARIAT_TEST_PG")
            .context("SECRETARIAT_TEST_PG is not set: run the tests by `cargo xtask test`")?;
        let name = format!("{prefix}_{}", uuid::Uuid::new_v4().simple());
        run(
            &server,
            &format!("create database {name} template {template}"),
        )
        .await?;
        // Compiling statements that run once or twice would take longer than everything else.
        run(&server, &format!("alter database {name} set jit = off")).await?;
        let mut manager = ManagerConfig::default();
        manager.recycling_method = RecyclingMethod::Fast;
        let manager =
            AsyncDieselConnectionManager::new_with_config(url_of(&server, &name)?, manager);
        Ok(Self {
            server,
            name,
            pool: Pool::builder(manager).max_size(connections).build()?,
        })
    }

    /// A connection that no engine has.
    pub async fn connect(&self) -> Result<AsyncPgConnection> {
        Ok(AsyncPgConnection::establish(&url_of(&self.server, &self.name)?).await?)
    }

    pub async fn run(&self, sql: &str) -> Result<()> {
        Ok(self.connect().await?.batch_execute(sql).await?)
    }

    pub fn builder(&self, metadata: &Directory) -> Result<EngineBuilder<EmptyMutation>> {
        let metadata = load(metadata)?;
        Ok(EngineBuilder::new(
            self.pool.clone(),
            metadata,
            EmptyMutation,
        ))
    }

    pub async fn drop(self) -> Result<()> {
        let sql = format!("drop database {} with (force)", self.name);
        run(&self.server, &sql).await
    }
}

/// Where a database of a server is.
fn url_of(server: &str, name: &str) -> Result<String> {
    let (server, _) = server
        .rsplit_once('/')
        .context("SECRETARIAT_TEST_PG names no database")?;
    Ok(format!("{server}/{name}"))
}
