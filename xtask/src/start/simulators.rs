//! The simulators' process. It ends with us, even if we are killed: it watches its standard input.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use nix::sys::signal::Signal;

use crate::paths;
use crate::process::Running;

/// The running simulators.
pub struct Simulators {
    process: Running,
    github: String,
    mailbox: String,
    smtp: String,
    datapass: String,
}

impl Simulators {
    /// Starts the simulators and waits until they say where they are.
    pub fn start(program: &Path, github_schema: Option<&Path>) -> Result<Self> {
        let log = fs::File::create(paths::state_dir()?.join("simulators.log"))?;
        let mut command = Command::new(program);
        command
            .args([
                "--until-stdin-closes",
                "--github",
                &format!("127.0.0.1:{}", port()?),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log);
        if let Some(schema) = github_schema {
            command.arg("--github-schema").arg(schema);
        }
        let mut process = Running::start(
            "the simulators",
            &mut command,
            Signal::SIGTERM,
            Duration::from_secs(5),
        )?;
        let stdout = process
            .take_stdout()
            .context("the simulators have no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let said: serde_json::Value = serde_json::from_str(&line)
            .context("the simulators did not start; see target/simulators.log")?;
        let address = |name| {
            let address = said.get(name).and_then(serde_json::Value::as_str);
            address
                .map(str::to_owned)
                .with_context(|| format!("no {name} among the simulators"))
        };
        Ok(Self {
            process,
            github: address("github")?,
            mailbox: address("mailbox")?,
            smtp: address("smtp")?,
            datapass: address("datapass")?,
        })
    }

    /// Where the simulated GitHub is.
    pub fn github(&self) -> &str {
        &self.github
    }

    /// Where the mails of the demo are read.
    pub fn mailbox(&self) -> &str {
        &self.mailbox
    }

    /// Where the demo sends its mails.
    pub fn smtp(&self) -> &str {
        &self.smtp
    }

    /// Where the simulated DataPass is asked to send.
    pub fn datapass(&self) -> &str {
        &self.datapass
    }

    /// The process, to watch and stop it.
    pub fn process(&mut self) -> &mut Running {
        &mut self.process
    }
}

/// The port of the last run if it is free: addresses of pictures hold it, and should not change at every start.
fn port() -> Result<u16> {
    let file: PathBuf = paths::state_dir()?.join("simulators.port");
    let last = fs::read_to_string(&file)
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(0);
    let listener =
        TcpListener::bind(("127.0.0.1", last)).or_else(|_| TcpListener::bind(("127.0.0.1", 0)))?;
    let port = listener.local_addr()?.port();
    fs::write(&file, port.to_string())?;
    Ok(port)
}
