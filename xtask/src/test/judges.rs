//! Programs that others wrote, from npm, judge the engine: GraphQL over HTTP, federation, the socket's protocol.
//!
//! The scripts are in `xtask/judges` and print one line for each check, beginning with `ok` or `not ok`.

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::Signal;

use super::count::Count;
use crate::paths;
use crate::postgres::Cluster;
use crate::process::Running;

const DATABASE: &str = "judges";
const SCRIPTS: [&str; 3] = ["http.mjs", "compose.mjs", "socket.mjs"];

/// Runs every script against the standalone server over the benchmark's tables.
pub fn judge(judges: &Path, server: &Path, cluster: &Cluster) -> Result<Count> {
    let bench = paths::root().join("xtask/bench");
    cluster.drop_database(DATABASE)?;
    cluster.ensure_database(DATABASE)?;
    cluster.psql_file(DATABASE, &bench.join("schema.sql"))?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let _engine = serve(
        server,
        &cluster.url(DATABASE),
        &bench.join("metadata"),
        port,
    )?;
    let url = format!("http://127.0.0.1:{port}/v1/graphql");
    let mut count = Count::default();
    for script in SCRIPTS {
        let output = Command::new("node")
            .arg(judges.join(script))
            .arg(&url)
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

fn serve(server: &Path, database: &str, metadata: &Path, port: u16) -> Result<Running> {
    let log = File::create(log_file()?)?;
    let mut command = Command::new(server);
    command
        .args(["--database-url", database, "--metadata"])
        .arg(metadata)
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    let patience = Duration::from_secs(5);
    let mut running = Running::start("the engine", &mut command, Signal::SIGTERM, patience)?;
    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if running.ended()?.is_some() || Instant::now() > deadline {
            bail!("the engine does not serve; see {}", log_file()?.display());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(running)
}

fn log_file() -> Result<PathBuf> {
    Ok(paths::state_dir()?.join("judges.log"))
}
