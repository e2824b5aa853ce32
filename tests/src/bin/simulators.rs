//! Runs the simulators of external services beside a demo: `simulators --github 127.0.0.1:0`.
//!
//! Prints one line of JSON with their addresses once they answer, and ends on SIGTERM, on Ctrl-C, and with
//! `--until-stdin-closes` when its standard input ends.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitCode, exit};

use anyhow::Result;
use clap::Parser;
use tests::simulators::{Simulator, github, mailbox::Mailbox};
use tokio::io::AsyncReadExt as _;
use tokio::signal::unix::{SignalKind, signal};

/// Simulated external services with invented people.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where the simulated GitHub listens; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    github: SocketAddr,
    /// Where the mailbox is read; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    mailbox: SocketAddr,
    /// Where the simulated DataPass is asked to send; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    datapass: SocketAddr,
    /// How many people there are.
    #[arg(long, default_value_t = 300)]
    people: usize,
    /// GitHub's whole public GraphQL schema; without it queries are held against an extract.
    #[arg(long, value_name = "PATH")]
    github_schema: Option<PathBuf>,
    /// End when the standard input ends, as it does when the program that started this one is gone.
    #[arg(long)]
    until_stdin_closes: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    match run(Arguments::parse()).await {
        // The runtime would wait for the thread that reads the standard input.
        Ok(()) => exit(0),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    if arguments.github_schema.is_none() {
        tracing::warn!(
            "queries are held against an extract of GitHub's schema only: no --github-schema was given"
        );
    }
    let github = Simulator::start(github::Options {
        listen: arguments.github,
        people: arguments.people,
        schema: arguments.github_schema,
    })
    .await?;
    let mailbox = Mailbox::start(arguments.mailbox).await?;
    let datapass = Simulator::datapass(arguments.datapass).await?;
    let addresses = serde_json::json!({
        "github": github.url(),
        "mailbox": mailbox.url(),
        "smtp": mailbox.smtp_url(),
        "datapass": datapass.url(),
    });
    println!("{addresses}");

    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
        () = end_of_stdin(), if arguments.until_stdin_closes => {}
    }
    Ok(())
}

async fn end_of_stdin() {
    let mut stdin = tokio::io::stdin();
    let mut ignored = [0; 64];
    while stdin
        .read(&mut ignored)
        .await
        .is_ok_and(|length| length > 0)
    {}
}
