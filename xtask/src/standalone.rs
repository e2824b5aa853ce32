//! Servers that answer on a free port of this machine: the engine alone, and whom it is compared with.

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use nix::sys::signal::Signal;

use crate::paths;
use crate::process::Running;

/// How long a server may take to begin.
const BEGINNING: Duration = Duration::from_secs(30);
/// How long a server may take to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// A running server. Dropping it stops it.
pub struct Standalone {
    process: Running,
    url: String,
}

impl Standalone {
    /// Starts the engine over a database.
    pub fn start(server: &Path, database: &str, metadata: &Path, more: &[&str]) -> Result<Self> {
        let mut command = Command::new(server);
        command
            .args(["--database-url", database, "--metadata"])
            .arg(metadata)
            .args(more);
        Self::launch("the engine", command, |command, port| {
            command.args(["--listen", &format!("127.0.0.1:{port}")]);
        })
    }

    /// Starts a server that is told its port by `with_port`, and waits until it listens.
    pub fn launch(
        name: &'static str,
        mut command: Command,
        with_port: impl FnOnce(&mut Command, u16),
    ) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        with_port(&mut command, port);
        let path = paths::state_dir()?.join("standalone.log");
        let log = File::options().create(true).append(true).open(&path)?;
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let mut process = Running::start(name, &mut command, Signal::SIGTERM, PATIENCE)?;
        let deadline = Instant::now() + BEGINNING;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if process.ended()?.is_some() || Instant::now() > deadline {
                bail!("{name} does not serve; see {}", path.display());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let url = format!("http://127.0.0.1:{port}/v1/graphql");
        Ok(Self { process, url })
    }

    /// Where it is asked.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }
}
