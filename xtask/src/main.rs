//! The project's commands: `cargo xtask start`, `test`, `bench`, `schema`.
//!
//! Each sets up what it needs on a machine that has Rust alone, and says what it could not.

mod apt;
mod bench;
mod build;
mod interrupt;
mod npm;
mod paths;
mod postgres;
mod process;
mod progress;
mod schema;
mod standalone;
mod start;
mod test;
mod wasm;
mod web;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// The project's commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: XtaskCommand,
}

#[derive(Debug, Subcommand)]
enum XtaskCommand {
    /// Starts a demo: PostgreSQL, simulated services and the server, until Ctrl-C.
    Start(start::Arguments),
    /// Runs everything that CI runs.
    Test(test::Arguments),
    /// Measures the engine beside PostGraphile and bare SQL.
    Bench(bench::Arguments),
    /// Builds the page into target/web/dist.
    Web,
    /// Writes the generated files: schema.graphql and server/app/src/db/schema.rs.
    Schema {
        /// Write nothing; fail when a file is out of date.
        #[arg(long)]
        check: bool,
        /// One of the files only.
        #[arg(long, value_enum)]
        only: Option<schema::Part>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: XtaskCommand) -> Result<ExitCode> {
    match command {
        XtaskCommand::Start(arguments) => start::run_command(&arguments)?,
        XtaskCommand::Test(arguments) => return test::run_command(&arguments),
        XtaskCommand::Bench(arguments) => bench::run_command(&arguments)?,
        XtaskCommand::Web => web::build(&paths::root())?,
        XtaskCommand::Schema { check, only } => {
            let on_drift = if check {
                schema::OnDrift::Fail
            } else {
                schema::OnDrift::Write
            };
            schema::run_command(on_drift, only)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
