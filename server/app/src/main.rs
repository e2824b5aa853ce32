//! Secretariat: one binary. `secretariat serve` answers; the other commands act once and end.
//!
//! The layers, and who may use whom: `http → capabilities → db`, `capabilities → connectors`. [`config`] is read here
//! and handed down.

mod actions;
mod authorizations;
mod clock;
mod command;
mod config;
mod db;
mod directory;
mod http;
mod identity;
mod jobs;
mod mail;
mod metadata;
mod server;
mod work;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use tracing_subscriber::{EnvFilter, fmt::format::FmtSpan};

use crate::config::Config;

/// An answer of hundreds of rows is hundreds of allocations: this allocator makes them an eighth cheaper than the
/// system's (`cargo xtask bench`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// The configuration file (TOML); `SECRETARIAT_CONFIG` says the same.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answers requests until it is told to stop.
    Serve {
        /// Lets anybody sign in with any name; loopback only.
        #[arg(long)]
        dev: bool,
    },
    /// Applies the migrations that the database lacks.
    Migrate,
    /// Syncs services, and waits for the end.
    Sync {
        /// The services, by their ids; all of them unless given.
        #[arg(long = "service")]
        services: Vec<String>,
        /// Plans only.
        #[arg(long)]
        dry_run: bool,
    },
    /// Prints the GraphQL schema of a role.
    Schema {
        /// The session role.
        #[arg(long, default_value = "admin")]
        role: String,
    },
    /// Reads the configuration and says what is wrong with it.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Ends with 0 when the server could start with it.
    Check,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("secretariat: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(arguments.config)?;
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(&config.server.log)?)
        .with_span_events(FmtSpan::NONE)
        .with_writer(std::io::stderr)
        .init();
    jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER
        .install_default()
        .map_err(|_| anyhow::anyhow!("the crypto provider could not be installed"))?;
    match arguments.command {
        Command::Serve { dev } => server::serve(config, dev).await.map(|()| ExitCode::SUCCESS),
        Command::Migrate => command::migrate(&config).await,
        Command::Sync { services, dry_run } => command::sync(&config, services, dry_run).await,
        Command::Schema { role } => command::schema(&config, &role).await,
        Command::Config {
            command: ConfigCommand::Check,
        } => Ok(command::check(&config)),
    }
}
