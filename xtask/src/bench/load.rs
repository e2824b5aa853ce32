//! Loads: wrk against a server, pgbench against PostgreSQL.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::usage;
use crate::postgres::Cluster;
use crate::process::run;

/// How many requests are under way at once; PostgreSQL gets as many connections.
const AT_ONCE: &str = "8";

/// What one run found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Answers in a second.
    pub rate: f64,
    /// Half of the answers took no longer, in milliseconds.
    pub p50: f64,
    /// 99 of 100 answers took no longer, in milliseconds.
    pub p99: f64,
    /// Processor time of the server for each answer, in milliseconds.
    pub server: f64,
    /// Processor time of PostgreSQL for each answer, in milliseconds.
    pub database: f64,
    /// The server's memory at the end, in bytes.
    pub resident: u64,
}

/// A server under load.
pub struct Target<'a> {
    /// Where it is asked.
    pub url: &'a str,
    /// Its process.
    pub pid: u32,
    /// What is sent beside the body.
    pub headers: &'a [(&'a str, &'a str)],
}

/// Sends the same body for so long.
pub fn wrk(
    target: &Target<'_>,
    body: &str,
    time: Duration,
    database: u32,
    scratch: &Path,
) -> Result<Found> {
    let script = scratch.join("request.lua");
    let header = |(name, value): &(&str, &str)| format!("wrk.headers[\"{name}\"] = \"{value}\"\n");
    let headers: String = target.headers.iter().map(header).collect();
    let lua = format!(
        "wrk.method = \"POST\"\nwrk.headers[\"content-type\"] = \"application/json\"\n{headers}\
         wrk.body = [==[{body}]==]\n"
    );
    std::fs::write(&script, lua)?;
    let before = (
        usage::processor_time(target.pid),
        usage::processor_time_of_family(database),
    );
    let said = run(Command::new("wrk")
        .args(["-t1", "-c", AT_ONCE, "--latency", "-d"])
        .arg(format!("{}s", time.as_secs()))
        .arg("-s")
        .arg(&script)
        .arg(target.url))?;
    let after = (
        usage::processor_time(target.pid),
        usage::processor_time_of_family(database),
    );
    if said.contains("Non-2xx") {
        anyhow::bail!("{} refuses the request:\n{said}", target.url);
    }
    let rate: f64 = word_after(&said, "Requests/sec:")?.parse()?;
    let answers = rate * time.as_secs_f64();
    let each =
        |then: Duration, now: Duration| (now.saturating_sub(then)).as_secs_f64() * 1000.0 / answers;
    Ok(Found {
        rate,
        p50: milliseconds(word_after(&said, "50%")?)?,
        p99: milliseconds(word_after(&said, "99%")?)?,
        server: each(before.0, after.0),
        database: each(before.1, after.1),
        resident: usage::resident(target.pid),
    })
}

/// Runs a statement for so long, prepared once on each connection.
pub fn pgbench(
    cluster: &Cluster,
    database: &str,
    statement: &Path,
    binds: &[&str],
    time: Duration,
) -> Result<Found> {
    let mut command = Command::new(cluster.program("pgbench"));
    command
        .args(["-n", "-M", "prepared", "-j", "1", "-c", AT_ONCE, "-T"])
        .arg(time.as_secs().to_string())
        .arg("-f")
        .arg(statement);
    for (position, value) in binds.iter().enumerate() {
        command.arg("-D").arg(format!("p{}={value}", position + 1));
    }
    let said = run(command.arg(cluster.url(database)))?;
    let rate: f64 = word_after(&said, "tps =")?.parse()?;
    let latency: f64 = word_after(&said, "latency average =")?.parse()?;
    Ok(Found {
        rate,
        p50: latency,
        ..Found::default()
    })
}

/// The word after a mark with which a line begins.
fn word_after<'a>(text: &'a str, mark: &str) -> Result<&'a str> {
    text.lines()
        .find_map(|line| {
            line.trim_start()
                .strip_prefix(mark)?
                .split_whitespace()
                .next()
        })
        .with_context(|| format!("no {mark:?} in:\n{text}"))
}

/// wrk says `332.00us`, `8.53ms` or `1.20s`.
fn milliseconds(text: &str) -> Result<f64> {
    let (number, unit) = text.split_at(
        text.find(|letter: char| letter.is_ascii_alphabetic())
            .unwrap_or(text.len()),
    );
    let number: f64 = number.parse()?;
    Ok(match unit {
        "us" => number / 1000.0,
        "s" => number * 1000.0,
        _ => number,
    })
}
