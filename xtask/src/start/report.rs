//! What runs where: for people on the terminal, for programs in `target/start.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::Serialize;

use super::config::{APIS, Config};
use super::simulators::Simulators;
use crate::paths;

/// The content of `target/start.json`.
#[derive(Debug, Serialize)]
pub struct Report {
    url: String,
    database_url: String,
    admin_secret: String,
    /// The server's process id.
    pid: u32,
    sign_ins: Vec<SignIn>,
    simulators: SimulatorUrls,
    /// What DataPass signs with, by API.
    datapass: BTreeMap<&'static str, DataPass>,
}

#[derive(Debug, Serialize)]
struct DataPass {
    secret: String,
}

#[derive(Debug, Serialize)]
struct SignIn {
    provider: &'static str,
    login: &'static str,
    password: Option<&'static str>,
    roles: &'static [&'static str],
}

#[derive(Debug, Serialize)]
struct SimulatorUrls {
    #[serde(skip_serializing_if = "Option::is_none")]
    github: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mailbox: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    datapass: Option<String>,
}

/// Two people of the simulated organization: one of the team `sre`, one who is not.
const ADMIN: &str = "adele";
const USER: &str = "noe";

impl Report {
    /// What to report.
    pub fn new(
        config: &Config,
        database_url: &str,
        pid: u32,
        simulators: Option<&Simulators>,
    ) -> Self {
        let providers: &[&str] = if simulators.is_some() {
            &["dev", "github"]
        } else {
            &["dev"]
        };
        let sign_in = |provider| {
            [
                (ADMIN, ["user", "admin"].as_slice()),
                (USER, ["user"].as_slice()),
            ]
            .map(|(login, roles)| SignIn {
                provider,
                login,
                password: None,
                roles,
            })
        };
        Self {
            url: config.public_url.clone(),
            database_url: database_url.to_owned(),
            admin_secret: config.admin_secret.clone(),
            pid,
            sign_ins: providers.iter().copied().flat_map(sign_in).collect(),
            simulators: SimulatorUrls {
                github: simulators.map(|simulators| simulators.github().to_owned()),
                mailbox: simulators.map(|simulators| simulators.mailbox().to_owned()),
                datapass: simulators.map(|simulators| simulators.datapass().to_owned()),
            },
            datapass: APIS
                .map(|api| {
                    let secret = config.datapass_secret.clone();
                    (api, DataPass { secret })
                })
                .into(),
        }
    }

    /// Writes the file.
    pub fn write(&self) -> Result<()> {
        let path = path()?;
        fs::write(&path, serde_json::to_string_pretty(self)?)
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// Says where everything is.
    pub fn print(&self) {
        println!("  page           {}", self.url);
        println!(
            "  GraphQL        {}/v1/graphql  (explorer: {}/explorer)",
            self.url, self.url
        );
        println!(
            "  admin secret   {}  (header x-hasura-admin-secret)",
            self.admin_secret
        );
        println!("  database       {}", self.database_url);
        if let Some(github) = &self.simulators.github {
            println!("  GitHub         {github}  (simulated)");
        }
        if let Some(mailbox) = &self.simulators.mailbox {
            println!("  mailbox        {mailbox}/messages");
        }
        for (api, datapass) in &self.datapass {
            println!(
                "  DataPass       {}/api/datapass/v2/{api}/webhook  (secret {})",
                self.url, datapass.secret
            );
        }
        println!("  sign in        without a password, by one of");
        for sign_in in &self.sign_ins {
            println!(
                "                 {:<7} {:<6} as {}",
                sign_in.provider,
                sign_in.login,
                sign_in.roles.join(", ")
            );
        }
    }
}

/// Removes the file once what it says is no longer true.
pub fn remove() {
    let _ = path().map(fs::remove_file);
}

fn path() -> Result<PathBuf> {
    Ok(paths::state_dir()?.join("start.json"))
}
