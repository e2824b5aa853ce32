//! The configuration file of the demo, written anew at each start.

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::simulators::Simulators;
use crate::paths;

/// What the simulated GitHub expects (`tests/src/simulators/github`).
const ORGANIZATION: &str = "fabrique-demo";
const TOKEN: &str = "demo-github-token";
const CLIENT_ID: &str = "demo-client";
const CLIENT_SECRET: &str = "demo-client-secret";

/// The written configuration.
pub struct Config {
    /// The file.
    pub path: PathBuf,
    /// Where the page is.
    pub public_url: String,
    /// The operator's secret, made once for each checkout.
    pub admin_secret: String,
    /// What whoever plays DataPass signs with, made once for each checkout.
    pub datapass_secret: String,
}

/// The State APIs of the demo.
pub const APIS: [&str; 2] = ["api_entreprise", "api_particulier"];

/// Where the configuration is written.
pub fn path() -> Result<PathBuf> {
    Ok(paths::state_dir()?.join("demo.toml"))
}

impl Config {
    /// Writes the configuration; with simulators GitHub becomes a service and a way to sign in, and mail goes to the mailbox.
    pub fn write(port: u16, database_url: &str, simulators: Option<&Simulators>) -> Result<Self> {
        let admin_secret = secret("admin_secret")?;
        let datapass_secret = secret("datapass_secret")?;
        let public_url = format!("http://localhost:{port}");
        let mut text = format!(
            r#"# Written by `cargo xtask start` at each start.

[server]
listen = "127.0.0.1:{port}"
public_url = "{public_url}"
admin_secret = "{admin_secret}"

[database]
url = {database_url:?}

[sync]
schedule = "0 22 * * *"
vanish_limit = 0.2

[[providers]]
id = "dev"
kind = "dev"
label = "Development"
"#
        );
        for api in APIS {
            let _ = write!(
                text,
                "\n[datapass.{api}]\nsecrets = [\"{datapass_secret}\"]\n"
            );
        }
        if let Some(simulators) = simulators {
            text.push_str(&demo(simulators.github(), simulators.smtp()));
        }
        let path = path()?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self {
            path,
            public_url,
            admin_secret,
            datapass_secret,
        })
    }
}

fn demo(github: &str, smtp: &str) -> String {
    format!(
        r#"
[[providers]]
id = "github"
kind = "github"
label = "GitHub (simulated)"
client_id = "{CLIENT_ID}"
client_secret = "{CLIENT_SECRET}"
organization = "{ORGANIZATION}"
teams = {{ sre = ["user", "admin"], all = ["user"] }}
base_url = "{github}"
api_url = "{github}"

[[services]]
id = "github"
kind = "github"
name = "GitHub"
organization = "{ORGANIZATION}"
token = "{TOKEN}"
base_url = "{github}"

[mail]
smtp_url = "{smtp}"
from = "Secretariat <secretariat@fabrique.example>"
"#
    )
}

/// A secret of 128 random bits, kept for the checkout in a file of this name.
fn secret(name: &str) -> Result<String> {
    let path = paths::state_dir()?.join(name);
    if let Ok(secret) = fs::read_to_string(&path)
        && !secret.trim().is_empty()
    {
        return Ok(secret.trim().to_owned());
    }
    let mut random = [0; 16];
    fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut random))?;
    let secret: Vec<String> = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let secret = secret.concat();
    fs::write(&path, &secret)?;
    Ok(secret)
}
