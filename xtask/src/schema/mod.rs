//! The generated files: diesel's tables, and the GraphQL schema that the page compiles against.
//!
//! Both come from the migrations by way of a scratch database; with `--check` nothing is written and a difference fails.

mod diesel;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::paths;
use crate::postgres::{self, Cluster, Durability};
use crate::process::run;

/// What to do with a generated text that differs from the committed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDrift {
    /// Write it.
    Write,
    /// Fail.
    Fail,
}

/// Which of the generated files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// server/app/src/db/schema.rs; needs no built server.
    Diesel,
    /// schema.graphql; needs a server that compiles.
    Graphql,
}

const DATABASE: &str = "schema_export";

/// Exports one part or both, by a cluster of its own.
pub fn run_command(on_drift: OnDrift, only: Option<Part>) -> Result<()> {
    let state = paths::state_dir()?;
    let binaries = postgres::find(&state.join("downloads"))?;
    let cluster = Cluster::start(&binaries, &state.join("pg-schema"), Durability::Scratch)?;
    export(&cluster, on_drift, only)
}

/// Exports one part or both, by a scratch database in `cluster`.
pub fn export(cluster: &Cluster, on_drift: OnDrift, only: Option<Part>) -> Result<()> {
    if only != Some(Part::Graphql) {
        settle(
            &paths::root().join("server/app/src/db/schema.rs"),
            &diesel_schema(cluster)?,
            on_drift,
        )?;
    }
    if only != Some(Part::Diesel) {
        settle(
            &paths::root().join("schema.graphql"),
            &graphql_schema(cluster)?,
            on_drift,
        )?;
    }
    Ok(())
}

/// Diesel's tables. The migrations are run by psql: the server may not compile before this is written.
fn diesel_schema(cluster: &Cluster) -> Result<String> {
    cluster.drop_database(DATABASE)?;
    cluster.ensure_database(DATABASE)?;
    for migration in migrations()? {
        cluster.psql_file(DATABASE, &migration.join("up.sql"))?;
    }
    diesel::print(&cluster.psql(DATABASE, diesel::TABLES)?)
}

/// The administrator's GraphQL schema, as the server prints it on a migrated database.
fn graphql_schema(cluster: &Cluster) -> Result<String> {
    cluster.drop_database(DATABASE)?;
    cluster.ensure_database(DATABASE)?;
    let server = crate::build::server()?;
    let secretariat = |arguments: &[&str]| {
        run(server
            .server_command()
            .args(arguments)
            .env("DATABASE_URL", cluster.url(DATABASE)))
    };
    secretariat(&["migrate"])?;
    secretariat(&["schema", "--role", "admin"])
}

fn migrations() -> Result<Vec<PathBuf>> {
    let dir = paths::root().join("migrations");
    let mut found: Vec<PathBuf> = fs::read_dir(&dir)
        .with_context(|| format!("cannot read {}", dir.display()))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("up.sql").is_file())
        .collect();
    found.sort();
    Ok(found)
}

fn settle(path: &Path, wanted: &str, on_drift: OnDrift) -> Result<()> {
    let name = path.strip_prefix(paths::root()).unwrap_or(path).display();
    let same = fs::read_to_string(path).is_ok_and(|present| present == wanted);
    match (same, on_drift) {
        (true, _) => println!("{name} is up to date"),
        (false, OnDrift::Fail) => {
            bail!("{name} is out of date; run `cargo xtask schema` and commit it")
        }
        (false, OnDrift::Write) => {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, wanted).with_context(|| format!("cannot write {name}"))?;
            println!("{name} written");
        }
    }
    Ok(())
}
