//! Lets the simulated DataPass tell its stories to the running server, once for each database.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::DATABASE;
use super::config::Config;
use crate::postgres::Cluster;

/// How long all deliveries may take together.
const PATIENCE: Duration = Duration::from_mins(2);

/// Sends them unless that has been done; what to say of it. Into a database that is not ours, what was sent before is
/// sent again, and is known as duplicates there.
pub fn send(cluster: Option<&Cluster>, datapass: &str, config: &Config) -> Result<String> {
    let told = match cluster {
        Some(cluster) => cluster.psql(DATABASE, "select exists (select from datapass_events)")?,
        None => String::new(),
    };
    if told.trim() == "t" {
        return Ok("already there".to_owned());
    }
    let wanted =
        serde_json::json!({ "server": config.public_url, "secret": config.datapass_secret });
    let answer = post(datapass, "/_send", &wanted.to_string())?;
    let answer: serde_json::Value = serde_json::from_str(&answer)?;
    let count = |name: &str| {
        answer
            .get(name)
            .and_then(serde_json::Value::as_u64)
            .unwrap_or(0)
    };
    let (requests, deliveries) = (count("requests"), count("deliveries"));
    Ok(format!(
        "{requests}, by {deliveries} deliveries of the simulated DataPass"
    ))
}

/// The body of the answer to a request, which must be 200.
fn post(server: &str, path: &str, body: &str) -> Result<String> {
    let address = server.trim_start_matches("http://");
    let mut stream =
        TcpStream::connect(address).with_context(|| format!("nobody answers at {server}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )?;
    let mut answer = BufReader::new(stream);
    let mut status = String::new();
    answer.read_line(&mut status)?;
    let mut line = String::new();
    while answer.read_line(&mut line)? > 2 {
        line.clear();
    }
    let mut body = String::new();
    answer.read_to_string(&mut body)?;
    ensure!(status.contains(" 200 "), "{}: {body}", status.trim());
    Ok(body)
}
