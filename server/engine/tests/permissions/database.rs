//! The database of this process, filled anew for every case.

use async_graphql::EmptyMutation;
use diesel_async::{
    AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _,
    pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod},
};
use engine::{
    Engine, EngineBuilder, Pool,
    metadata::{Directory, load},
    model::{Execution, Options},
};

use crate::world::SCHEMA;

pub struct Database {
    admin_url: String,
    name: String,
    pool: Pool,
}

async fn run(url: &str, sql: &str) {
    let mut conn = AsyncPgConnection::establish(url).await.unwrap();
    conn.batch_execute(sql).await.unwrap();
}

impl Database {
    pub async fn create() -> Self {
        let admin_url = std::env::var("SECRETARIAT_TEST_PG").unwrap();
        let name = format!("permissions_{}", std::process::id());
        run(
            &admin_url,
            &format!("drop database if exists {name} with (force)"),
        )
        .await;
        run(&admin_url, &format!("create database {name}")).await;
        // Compiling the statements of a case, each run once, would take longer than everything else.
        run(&admin_url, &format!("alter database {name} set jit = off")).await;
        let url = format!("{}/{name}", admin_url.rsplit_once('/').unwrap().0);
        run(&url, SCHEMA).await;
        let mut manager = ManagerConfig::default();
        manager.recycling_method = RecyclingMethod::Fast;
        let manager = AsyncDieselConnectionManager::new_with_config(url, manager);
        let pool = Pool::builder(manager).max_size(4).build().unwrap();
        Self {
            admin_url,
            name,
            pool,
        }
    }

    pub async fn drop(self) {
        drop(self.pool);
        let sql = format!("drop database {} with (force)", self.name);
        run(&self.admin_url, &sql).await;
    }

    pub async fn run(&self, sql: &str) {
        let mut conn = self.pool.get().await.unwrap();
        conn.batch_execute(sql).await.unwrap();
    }

    pub async fn engine(
        &self,
        files: Vec<(String, String)>,
        execution: Execution,
    ) -> Result<Engine<EmptyMutation>, String> {
        let metadata = load(&Directory::new(files)).map_err(|error| error.to_string())?;
        let builder = EngineBuilder {
            options: Options {
                execution,
                ..Options::default()
            },
            ..EngineBuilder::new(self.pool.clone(), metadata, EmptyMutation)
        };
        builder.build().await.map_err(|error| error.to_string())
    }
}
