//! What a test stands on: its own database, its own server, its own simulator, all gone with it.
//!
//! `cargo xtask test` says in the environment where PostgreSQL, the server's program and the browser are.

#![expect(
    clippy::indexing_slicing,
    reason = "indexing into a JSON answer gives null where a member is missing"
)]

mod browser;
pub mod client;
mod database;
mod server;

use anyhow::Result;

pub use browser::Browser;
pub use client::Client;
pub use database::Database;
pub use server::{ADMIN_SECRET, Server, run, variable};

use crate::simulators::{Simulator, github};

/// A server with a synced GitHub beside it.
pub struct World {
    /// The server.
    pub server: Server,
    /// The simulated GitHub.
    pub github: Simulator,
    /// The database.
    pub database: Database,
}

/// How a world differs from the demo.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How many people the simulated organization has.
    pub people: usize,
    /// TOML lines added to the service's table.
    pub service: &'static str,
    /// TOML tables added to the configuration.
    pub more: String,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            people: 40,
            service: "retries = 0\ntimeout_seconds = 5",
            more: String::new(),
        }
    }
}

impl World {
    /// A server over an empty directory.
    pub async fn start() -> Result<Self> {
        Self::plan(Plan::default()).await
    }

    /// A server over an empty directory, other than usual.
    pub async fn plan(plan: Plan) -> Result<Self> {
        let options = github::Options {
            people: plan.people,
            ..github::Options::for_tests()
        };
        let github = Simulator::start(options).await?;
        let database = Database::create().await?;
        let config = server::config(&plan, github.url());
        let server = Server::start(&database, &config).await?;
        Ok(Self {
            server,
            github,
            database,
        })
    }

    /// A server whose directory was synced from the simulator.
    pub async fn synced() -> Result<Self> {
        let world = Self::start().await?;
        let run = world.server.operator().sync().await?;
        anyhow::ensure!(run["state"] == "succeeded", "the first sync ended as {run}");
        Ok(world)
    }

    /// Injects a fault into the simulator, or ends all with `{"reset": true}`.
    pub async fn fault(&self, fault: serde_json::Value) -> Result<()> {
        self.tell("_control", fault).await
    }

    /// Adds, changes or removes people of the simulated organization.
    pub async fn people(&self, change: serde_json::Value) -> Result<()> {
        self.tell("_data", change).await
    }

    /// The calls that the simulator received.
    pub async fn calls(&self) -> Result<Vec<serde_json::Value>> {
        let calls = client::http()?
            .get(format!("{}/_calls", self.github.url()))
            .send()
            .await?;
        Ok(calls.json().await?)
    }

    async fn tell(&self, endpoint: &str, body: serde_json::Value) -> Result<()> {
        let url = format!("{}/{endpoint}", self.github.url());
        client::http()?
            .post(url)
            .json(&body)
            .send()
            .await?
            .error_for_status()?;
        Ok(())
    }
}
