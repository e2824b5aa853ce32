//! Programs that others wrote, from npm, judge the engine: GraphQL over HTTP, federation, the socket's protocol.
//!
//! The scripts are in `xtask/judges` and print one line for each check, beginning with `ok` or `not ok`.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::count::Count;
use crate::paths;
use crate::postgres::Cluster;
use crate::standalone::Standalone;

const DATABASE: &str = "judges";
const SCRIPTS: [&str; 3] = ["http.mjs", "compose.mjs", "socket.mjs"];

/// Runs every script against the standalone server over the benchmark's tables.
pub fn judge(judges: &Path, server: &Path, cluster: &Cluster) -> Result<Count> {
    let bench = paths::root().join("xtask/bench");
    cluster.drop_database(DATABASE)?;
    cluster.ensure_database(DATABASE)?;
    cluster.psql_file(DATABASE, &bench.join("schema.sql"))?;
    let metadata = bench.join("metadata");
    let engine = Standalone::start(server, &cluster.url(DATABASE), &metadata, &[])?;
    let mut count = Count::default();
    for script in SCRIPTS {
        let output = Command::new("node")
            .arg(judges.join(script))
            .arg(engine.url())
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("cannot run {script}"))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let before = count;
        for line in said.lines() {
            if line.starts_with("ok ") {
                count.passed += 1;
            } else if line.starts_with("not ok ") {
                count.failed += 1;
                println!("      {script}: {line}");
            }
        }
        if !output.status.success() && before.failed == count.failed {
            bail!(
                "{script} failed:\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
    Ok(count)
}
