//! The processes behind a browser: one chromedriver, and the Chromium that it starts.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    process::Stdio,
};

use anyhow::{Context as _, Result};
use fantoccini::ClientBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tokio::process::{Child, Command};
use uuid::Uuid;

use crate::harness::{
    client::{http, until},
    server::variable,
};

/// A running chromedriver. It and its Chromium are a process group of their own, which ends with this.
pub(super) struct Driver {
    process: Child,
    url: String,
    profile: PathBuf,
}

impl Driver {
    pub(super) async fn start() -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let profile = std::env::temp_dir().join(format!("secretariat-browser-{}", Uuid::new_v4()));
        let process = Command::new(variable("SECRETARIAT_TEST_CHROMEDRIVER")?)
            .arg(format!("--port={port}"))
            // The language decides in which order the parts of a date are typed.
            .envs([("LANG", "en_US.UTF-8"), ("LANGUAGE", "en_US")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .context("chromedriver does not start")?;
        let driver = Self {
            process,
            url: format!("http://127.0.0.1:{port}"),
            profile,
        };
        let status = format!("{}/status", driver.url);
        until(async || Ok(http()?.get(&status).send().await.ok())).await?;
        Ok(driver)
    }

    /// Starts Chromium.
    pub(super) async fn connect(&self) -> Result<fantoccini::Client> {
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--lang=en-US",
            "--accept-lang=en-US",
        ];
        let profile = format!("--user-data-dir={}", self.profile.display());
        let arguments: Vec<&str> = arguments.into_iter().chain([profile.as_str()]).collect();
        let capabilities = json!({
            "goog:chromeOptions": { "binary": variable("SECRETARIAT_TEST_CHROMIUM")?, "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let capabilities: Map<String, Value> = serde_json::from_value(capabilities)?;
        Ok(ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&self.url)
            .await?)
    }

    /// What Chromium's own commands answer.
    pub(super) async fn command(&self, session: &str, path: &str, body: &Value) -> Result<Value> {
        let url = format!("{}/session/{session}/{path}", self.url);
        let answer = http()?
            .post(url)
            .json(body)
            .send()
            .await?
            .error_for_status()?;
        Ok(answer.json::<Value>().await?["value"].take())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(group) = self.process.id() {
            let group = format!("-{group}");
            // What cannot be ended has ended, and the system's temporary folder is tidied by the system, too.
            let _ = std::process::Command::new("kill")
                .args(["-KILL", "--", &group])
                .status();
        }
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
