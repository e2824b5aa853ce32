//! The server's process: started, asked whether it is ready, and ended when an earlier run left it behind.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result};
use nix::sys::signal::Signal;

use super::config;
use crate::build::Programs;
use crate::paths;
use crate::process::{self, Running};

/// How long the server may take to finish what it is doing.
const PATIENCE: Duration = Duration::from_secs(15);

/// The running server.
pub struct Server {
    process: Running,
}

impl Server {
    /// Starts the server with a configuration file, as a development server.
    pub fn start(programs: &Programs, config: &Path) -> Result<Self> {
        let log = File::create(log_file()?)?;
        let mut command = programs.server_command();
        command
            .args(["serve", "--dev", "--config"])
            .arg(config)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let process = Running::start("the server", &mut command, Signal::SIGTERM, PATIENCE)?;
        fs::write(pid_file()?, process.id().to_string())
            .context("cannot write the server's pid")?;
        Ok(Self { process })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The process, to watch and stop it.
    pub fn process(&mut self) -> &mut Running {
        &mut self.process
    }
}

/// Ends the server of an earlier run that was killed. It is ours if it serves this checkout's configuration file.
pub fn end_leftover() -> Result<()> {
    let Ok(pid) = fs::read_to_string(pid_file()?) else {
        return Ok(());
    };
    let Ok(pid) = pid.trim().parse() else {
        return Ok(());
    };
    let marker = config::path()?;
    if process::end_leftover(pid, &marker.to_string_lossy(), Signal::SIGTERM, PATIENCE) {
        println!("Ended the server that an earlier start left behind.");
    }
    Ok(())
}

/// Where the server's words go.
pub fn log_file() -> Result<PathBuf> {
    Ok(paths::state_dir()?.join("server.log"))
}

fn pid_file() -> Result<PathBuf> {
    Ok(paths::state_dir()?.join("server.pid"))
}

/// Whether the server answers `GET /readyz` with 200.
pub fn is_ready(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream
            .write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(answer.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}
