//! `cargo xtask bench`: the engine beside PostGraphile 5 and bare SQL, its live queries and its start (design.md § 12).
//!
//! All run on this machine and share its cores, in turns, several times: compare the ratios, not the rates.

mod cases;
mod live;
mod load;
mod report;
mod start;
mod usage;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::build::{self, Profile};
use crate::postgres::{self, Cluster, Durability};
use crate::standalone::Standalone;
use crate::{apt, interrupt, npm, paths};
use cases::{CASES, Case, body};
use load::Target;
use report::Results;

const DATABASE: &str = "bench";
const SECRET: &str = "bench";
/// What tokens of the measured role are signed with.
const TOKEN_SECRET: &str = "a secret of thirty-two bytes or more";

/// How long and how often.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How often each case is measured; the median counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How long one measurement takes, in seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Only cases whose name contains this.
    filter: Option<String>,
}

impl Arguments {
    fn wants(&self, name: &str) -> bool {
        let filter = self.filter.as_deref();
        filter.is_none_or(|filter| name.contains(filter))
    }
}

/// Measures and prints the tables.
pub fn run_command(arguments: &Arguments) -> Result<()> {
    interrupt::watch()?;
    let server = build::standalone(Profile::Release)?;
    let state = paths::state_dir()?;
    let scratch = state.join("tmp");
    std::fs::create_dir_all(&scratch)?;
    let binaries = postgres::find(&state.join("downloads"))?;
    let mut cluster = Cluster::start(&binaries, &state.join("pg-bench"), Durability::Scratch)?;
    load_data(&cluster)?;
    let mut tables = Vec::new();
    let cases: Vec<&Case> = CASES
        .iter()
        .filter(|case| arguments.wants(case.name))
        .collect();
    if !cases.is_empty() {
        let results = compare(&cases, arguments, &server, &mut cluster, scratch.clone())?;
        tables.push(report::table(&results));
    }
    let mut followed = Vec::new();
    for case in live::CASES.iter().filter(|case| arguments.wants(case.name)) {
        println!("{} …", case.name);
        followed.push((
            case,
            live::measure(case, arguments.rounds, &server, &mut cluster)?,
        ));
    }
    if !followed.is_empty() {
        tables.push(report::live_table(&followed));
    }
    if arguments.wants(start::NAME) {
        println!("{} …", start::NAME);
        let found = start::measure(arguments.rounds, &server, &cluster, &scratch)?;
        tables.push(report::start_table(&found));
    }
    println!("\n{}", tables.join("\n\n"));
    Ok(())
}

/// Measures the engine in turns with others.
fn compare<'c>(
    cases: &[&'c Case],
    arguments: &Arguments,
    server: &Path,
    cluster: &mut Cluster,
    scratch: PathBuf,
) -> Result<Vec<(&'c Case, Results)>> {
    if paths::on_path("wrk").is_none() {
        apt::install(&["wrk"]).context("the load generator wrk is missing")?;
    }
    let scripts = npm::scripts("bench")?;
    let bench = Bench {
        bearer: format!("Bearer {}", token(&scripts)?),
        ours: ours(server, cluster)?,
        theirs: theirs(&scripts, cluster, None)?,
        theirs_with_rules: theirs(&scripts, cluster, Some("bench_user"))?,
        database: cluster.process().id(),
        time: Duration::from_secs(arguments.seconds),
        scratch,
    };
    let mut results = Vec::new();
    for case in cases {
        println!("{} …", case.name);
        results.push((*case, bench.case(case, arguments.rounds, cluster)?));
    }
    Ok(results)
}

fn load_data(cluster: &Cluster) -> Result<()> {
    cluster.drop_database(DATABASE)?;
    cluster.ensure_database(DATABASE)?;
    cluster.psql_file(DATABASE, &paths::root().join("xtask/bench/schema.sql"))?;
    cluster.psql(DATABASE, "vacuum analyze").map(drop)
}

fn ours(server: &Path, cluster: &Cluster) -> Result<Standalone> {
    let metadata = paths::root().join("xtask/bench/metadata");
    let tokens = format!("{{\"type\":\"HS256\",\"key\":\"{TOKEN_SECRET}\"}}");
    let secrets = ["--admin-secret", SECRET, "--jwt-secret", &tokens];
    Standalone::start(server, &cluster.url(DATABASE), &metadata, &secrets)
}

fn theirs(scripts: &Path, cluster: &Cluster, role: Option<&str>) -> Result<Standalone> {
    // npm brings the Node.js that PostGraphile 5 needs.
    let mut command = Command::new(scripts.join("node_modules/.bin/node"));
    command
        .arg(scripts.join("postgraphile.mjs"))
        .arg(cluster.url(DATABASE))
        .env("NODE_ENV", "production")
        .env("GRAPHILE_ENV", "production");
    Standalone::launch("PostGraphile", command, |command, port| {
        command.arg(port.to_string()).args(role);
    })
}

fn token(scripts: &Path) -> Result<String> {
    let said = crate::process::run(
        Command::new(scripts.join("node_modules/.bin/node"))
            .arg(scripts.join("token.mjs"))
            .arg(TOKEN_SECRET),
    )?;
    Ok(said.trim().to_owned())
}

struct Bench {
    /// What the engine's callers send: a token of the role `user`.
    bearer: String,
    ours: Standalone,
    theirs: Standalone,
    theirs_with_rules: Standalone,
    /// The process of PostgreSQL.
    database: u32,
    time: Duration,
    scratch: PathBuf,
}

impl Bench {
    /// Measures a case in turns.
    fn case(&self, case: &Case, rounds: usize, cluster: &Cluster) -> Result<Results> {
        let headers = [("authorization", self.bearer.as_str())];
        let target = |server: &'_ Standalone| (server.url().to_owned(), server.id());
        let (ours, theirs) = (body(case.ours), body(case.theirs));
        let statement = self.statement(case, &ours)?;
        let mut results = Results {
            ours: Vec::new(),
            theirs: Vec::new(),
            theirs_with_rules: Vec::new(),
            sql: Vec::new(),
        };
        let wrk = |server: &Standalone, body: &str, headers: &[(&str, &str)]| {
            let (url, pid) = target(server);
            let target = Target {
                url: &url,
                pid,
                headers,
            };
            interrupt::check()?;
            load::wrk(&target, body, self.time, self.database, &self.scratch)
        };
        // A server that has just started is slow; the first run of each is not counted.
        wrk(&self.ours, &ours, &headers)?;
        wrk(&self.theirs, &theirs, &[])?;
        wrk(&self.theirs_with_rules, &theirs, &[])?;
        for _ in 0..rounds {
            results.ours.push(wrk(&self.ours, &ours, &headers)?);
            let sql = load::pgbench(cluster, DATABASE, &statement, case.binds, self.time)?;
            results.sql.push(sql);
            results.theirs.push(wrk(&self.theirs, &theirs, &[])?);
            let with_rules = wrk(&self.theirs_with_rules, &theirs, &[])?;
            results.theirs_with_rules.push(with_rules);
        }
        Ok(results)
    }

    /// Writes the statement that the engine generates, as it tells it itself, for pgbench.
    fn statement(&self, case: &Case, body: &str) -> Result<PathBuf> {
        let explain = format!("{}/explain", self.ours.url());
        let asked = format!("{{\"query\":{body},\"user\":{{\"x-hasura-role\":\"user\"}}}}");
        let said = crate::process::run(
            Command::new("curl")
                .args([
                    "--silent",
                    "--fail",
                    "--header",
                    "content-type: application/json",
                ])
                .args(["--header", &format!("x-hasura-admin-secret: {SECRET}")])
                .args(["--data", &asked, &explain]),
        )?;
        let told: serde_json::Value = serde_json::from_str(&said)?;
        let mut sql = told
            .pointer("/0/sql")
            .and_then(serde_json::Value::as_str)
            .with_context(|| format!("no statement for {:?}: {said}", case.name))?
            .to_owned();
        for position in (1..=case.binds.len()).rev() {
            sql = sql.replace(&format!("${position}::"), &format!(":p{position}::"));
        }
        let path = self.scratch.join("statement.sql");
        std::fs::write(&path, sql + ";\n")?;
        Ok(path)
    }
}
