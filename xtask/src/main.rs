//! The project's commands: `cargo xtask start`, `test`, `schema`.
//!
//! Each sets up what it needs on a machine that has Rust alone, and says what it could not.

mod apt;
mod build;
mod paths;
mod postgres;
mod process;
mod schema;

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

fn main() -> Result<()> {
    match Arguments::parse().command {
        XtaskCommand::Schema { check, only } => schema::run_command(
            if check {
                schema::OnDrift::Fail
            } else {
                schema::OnDrift::Write
            },
            only,
        ),
    }
}
