//! The configuration: a TOML file, and environment variables over it. Read once, here and nowhere else.
//!
//! Any key can be given as `SECRETARIAT__SECTION__KEY`; the names of design.md § 13 (`DATABASE_URL`,
//! `SECRETARIAT_LISTEN`, …) come last and win. An unknown key is an error that names the nearest known one.

mod check;
mod datapass;
mod jwt;
mod limits;
mod mail;
mod retention;
mod secret;
mod tokens;

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use serde::Deserialize;
use url::Url;

pub use check::ConfigError;
pub use datapass::DataPass;
pub use jwt::Jwt;
pub use limits::Limits;
pub use mail::{Alerts, Mail};
pub use retention::Retention;
pub use secret::Secret;
pub use tokens::{Gateway, TokenAlgorithm, Tokens};

/// Everything that an operator decides.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where and how the server answers.
    #[serde(default)]
    pub server: Server,
    /// Where the data is.
    pub database: Database,
    /// The external tools whose accounts are kept.
    #[serde(default)]
    pub services: Vec<Service>,
    /// How people sign in.
    #[serde(default)]
    pub providers: Vec<Provider>,
    /// Whose tokens are accepted beside our own.
    #[serde(default)]
    pub jwt: Jwt,
    /// When and how far syncs act by themselves.
    #[serde(default)]
    pub sync: Sync,
    /// What one request may cost.
    #[serde(default)]
    pub limits: Limits,
    /// The State APIs whose authorization requests DataPass tells of, by name.
    #[serde(default)]
    pub datapass: BTreeMap<String, DataPass>,
    /// How API tokens are signed.
    #[serde(default)]
    pub tokens: Tokens,
    /// Who asks whether API tokens hold.
    #[serde(default)]
    pub gateways: Vec<Gateway>,
    /// How mail is sent.
    pub mail: Option<Mail>,
    /// Where alerts are told, and when there is one.
    #[serde(default)]
    pub alerts: Alerts,
    /// How long what is only kept for the record is kept.
    #[serde(default)]
    pub retention: Retention,
}

/// Where and how the server answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The address that browsers use; `http://<listen>` unless given.
    pub public_url: Option<Url>,
    /// What operators send as `x-hasura-admin-secret`; without it nobody is an operator.
    pub admin_secret: Option<Secret>,
    /// Pages of which other sites may call the API: origins with commas between, `https://*.example.org` for subdomains.
    pub origins: String,
    /// What is logged, as in `info,secretariat=debug`.
    pub log: String,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            admin_secret: None,
            origins: String::new(),
            log: "info".to_owned(),
        }
    }
}

impl Server {
    /// The address that browsers use.
    pub fn public_url(&self) -> Url {
        let local = || format!("http://{}", self.listen);
        let url = self
            .public_url
            .clone()
            .or_else(|| Url::parse(&local()).ok());
        url.unwrap_or_else(|| unreachable!("a socket address makes a URL"))
    }

    /// Who our own tokens are signed by.
    pub fn issuer(&self) -> String {
        self.public_url().as_str().trim_end_matches('/').to_owned()
    }
}

/// Where the data is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// A PostgreSQL URL; `sslmode=require` for TLS.
    pub url: Secret,
    /// How many connections are kept.
    #[serde(default = "pool_size")]
    pub pool_size: usize,
}

fn pool_size() -> usize {
    10
}

/// One configured instance of an external tool.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The name by which commands and links refer to it; `code` in the API.
    pub id: String,
    /// Which connector speaks to it.
    pub kind: ServiceKind,
    /// The name that people read.
    pub name: String,
    /// What is listed there: for GitHub the organization.
    pub organization: String,
    /// The token that opens it.
    pub token: Secret,
    /// Where its API is; the vendor's own place unless given.
    pub base_url: Option<Url>,
    /// Members on a page; as many as the vendor allows unless given.
    pub page_size: Option<u32>,
    /// Seconds that one request may take.
    pub timeout_seconds: Option<u64>,
    /// How often a request is repeated that failed for a passing reason.
    pub retries: Option<u32>,
}

/// The external tools that there is a connector for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceKind {
    /// An organization on GitHub.
    Github,
}

impl ServiceKind {
    /// The kind as the database keeps it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Github => "github",
        }
    }
}

/// A way to sign in.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Provider {
    /// Any name without a password; only with `--dev`.
    Dev(DevProvider),
    /// GitHub's OAuth 2.
    Github(Box<GithubProvider>),
}

impl Provider {
    /// The name by which links refer to it.
    pub fn id(&self) -> &str {
        match self {
            Self::Dev(provider) => &provider.id,
            Self::Github(provider) => &provider.id,
        }
    }
}

/// Signs in any name without a password.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DevProvider {
    /// The name by which links refer to it.
    pub id: String,
    /// What the button says.
    pub label: String,
}

/// Signs in members of an organization on GitHub.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GithubProvider {
    /// The name by which links refer to it.
    pub id: String,
    /// What the button says.
    pub label: String,
    /// The OAuth application.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// The organization whose teams count.
    pub organization: String,
    /// The session roles that each team gives; who is in none of them does not get in.
    pub teams: BTreeMap<String, Vec<SignInRole>>,
    /// Where people are sent; `https://github.com` unless given.
    pub base_url: Option<Url>,
    /// Where the API is; `https://api.github.com` unless given.
    pub api_url: Option<Url>,
}

/// A session role that signing in can give, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInRole {
    /// Everybody's card, and all of oneself.
    User,
    /// Everything.
    Admin,
}

impl SignInRole {
    /// The role as sessions and tokens name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }
}

/// When and how far syncs act by themselves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sync {
    /// When every service is synced: a cron pattern in UTC; empty for never.
    pub schedule: String,
    /// The share of a service's accounts (0 to 1) above which vanishing waits for an administrator.
    pub vanish_limit: f32,
}

impl Default for Sync {
    fn default() -> Self {
        Self {
            schedule: "0 22 * * *".to_owned(),
            vanish_limit: 0.2,
        }
    }
}

impl Config {
    /// Reads the file, if there is one, and the environment.
    pub fn load(file: Option<PathBuf>) -> Result<Self, ConfigError> {
        let file = file.or_else(|| environment("SECRETARIAT_CONFIG").map(PathBuf::from));
        let mut builder = config::Config::builder();
        if let Some(file) = file {
            let file = config::File::from(file).format(config::FileFormat::Toml);
            builder = builder.add_source(file);
        }
        let prefixed = config::Environment::with_prefix("SECRETARIAT")
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true);
        builder = builder.add_source(prefixed);
        let short_names = [
            ("DATABASE_URL", "database.url"),
            ("SECRETARIAT_LISTEN", "server.listen"),
            ("SECRETARIAT_PUBLIC_URL", "server.public_url"),
            ("SECRETARIAT_ADMIN_SECRET", "server.admin_secret"),
            ("SECRETARIAT_LOG", "server.log"),
        ];
        for (name, key) in short_names {
            builder = builder.set_override_option(key, environment(name))?;
        }
        let config: Self = builder.build()?.try_deserialize()?;
        config.check()?;
        Ok(config)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this module is the one that reads the environment"
)]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
