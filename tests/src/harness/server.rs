//! The server's program, started as an operator starts it.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use nix::{
    sys::signal::{self, Signal},
    unistd::Pid,
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};
use uuid::Uuid;

use super::{Client, Database, Plan, client};
use crate::simulators::github;

/// How long a server may take to be ready.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);
/// What operators of test servers send.
pub const ADMIN_SECRET: &str = "test-admin-secret";

/// A running server, killed with this.
pub struct Server {
    child: Child,
    config: PathBuf,
    url: String,
}

/// How a program ended and what it said.
pub struct Ended {
    /// Whether it ended well.
    pub is_success: bool,
    /// What it wrote to its output.
    pub output: String,
    /// What it wrote to its error output.
    pub errors: String,
}

impl Ended {
    /// The output of a program that ended well.
    pub fn ok(self) -> Result<String> {
        if self.is_success {
            Ok(self.output)
        } else {
            bail!("the program failed: {}", self.errors)
        }
    }
}

/// The configuration of a test server, without address and database.
pub(super) fn config(plan: &Plan, github: &str) -> String {
    let Plan { service, more, .. } = plan;
    let (organization, token) = (github::ORGANIZATION, github::TOKEN);
    let (client_id, client_secret) = (github::CLIENT_ID, github::CLIENT_SECRET);
    format!(
        r#"
[[services]]
id = "github"
kind = "github"
name = "GitHub"
organization = "{organization}"
token = "{token}"
base_url = "{github}"
{service}

[[providers]]
id = "dev"
kind = "dev"
label = "Development"

[[providers]]
id = "github"
kind = "github"
label = "GitHub"
client_id = "{client_id}"
client_secret = "{client_secret}"
organization = "{organization}"
teams = {{ sre = ["user", "admin"], produit = ["user"] }}
base_url = "{github}"
api_url = "{github}"
{more}
"#
    )
}

impl Server {
    /// Starts a server with this configuration and waits until it is ready.
    pub async fn start(database: &Database, config: &str) -> Result<Self> {
        Self::start_in(database, config, &[]).await
    }

    /// The same, with these variables in its environment; an empty one counts as none.
    pub async fn start_in(
        database: &Database,
        config: &str,
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let url = format!("http://127.0.0.1:{port}");
        let path = std::env::temp_dir().join(format!("secretariat-test-{}.toml", Uuid::new_v4()));
        std::fs::write(&path, config)?;
        let mut child = Command::new(program()?)
            .args(["serve", "--dev"])
            .env("DATABASE_URL", database.url())
            .env("SECRETARIAT_CONFIG", &path)
            .env("SECRETARIAT_LISTEN", format!("127.0.0.1:{port}"))
            .env("SECRETARIAT_ADMIN_SECRET", ADMIN_SECRET)
            .env("SECRETARIAT_LOG", "warn,secretariat=info")
            .envs(environment.iter().copied())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let errors = child
            .stderr
            .take()
            .context("the server has no error output")?;
        tokio::spawn(async move {
            let mut lines = BufReader::new(errors).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                eprintln!("server: {line}");
            }
        });
        let mut server = Self {
            child,
            config: path,
            url,
        };
        server.wait().await?;
        Ok(server)
    }

    async fn wait(&mut self) -> Result<()> {
        let http = client::http()?;
        let ready = async {
            loop {
                if let Some(status) = self.child.try_wait()? {
                    bail!("the server ended at its start: {status}");
                }
                let answer = http.get(format!("{}/readyz", self.url)).send().await;
                if answer.is_ok_and(|answer| answer.status().is_success()) {
                    return Ok(());
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        tokio::time::timeout(PATIENCE, ready)
            .await
            .context("the server was not ready in time")?
    }

    /// Kills the server as a power cut does.
    pub async fn kill(mut self) -> Result<()> {
        self.child.kill().await?;
        Ok(())
    }

    /// Tells the server to stop, and waits until it has, within a bound.
    pub async fn stop(mut self, patience: Duration) -> Result<()> {
        let id = self.child.id().context("the server has ended")?;
        signal::kill(Pid::from_raw(id.try_into()?), Signal::SIGTERM)?;
        let ended = tokio::time::timeout(patience, self.child.wait()).await;
        let status = ended.context("the server did not stop in time")??;
        anyhow::ensure!(status.success(), "the server stopped with {status}");
        Ok(())
    }

    /// Where it answers, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A client with the operator's secret.
    pub fn operator(&self) -> Client {
        Client::new(&self.url).with_header("x-hasura-admin-secret", ADMIN_SECRET)
    }

    /// A client without any credential.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.url)
    }

    /// A client that signed in by the development provider and sends a bearer token.
    pub async fn sign_in(&self, login: &str, role: &str) -> Result<Client> {
        let signed_in = self.anonymous().sign_in(login, role).await?;
        Ok(Client::new(&self.url)
            .with_header("authorization", &format!("Bearer {}", signed_in.token)))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The system's temporary folder is tidied by the system, too.
        let _ = std::fs::remove_file(&self.config);
    }
}

/// Runs a command of the server's program to its end.
pub async fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Result<Ended> {
    let output = Command::new(program()?)
        .args(arguments)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(PATIENCE, output)
        .await
        .context("the program did not end")??;
    Ok(Ended {
        is_success: output.status.success(),
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// The server's program.
pub(super) fn program() -> Result<PathBuf> {
    variable("SECRETARIAT_TEST_SERVER").map(PathBuf::from)
}

/// A variable that `cargo xtask test` sets.
pub fn variable(name: &str) -> Result<String> {
    std::env::var(name)
        .with_context(|| format!("{name} is not set: run the tests by `cargo xtask test`"))
}
