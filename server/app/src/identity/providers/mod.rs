//! The ways to prove who one is. Each answers with a [`super::person::Proven`]; none touches the database.

pub mod dev;
pub mod github;

use crate::config::{Config, DevProvider, Provider, SignInRole};

/// The providers of this server.
pub struct Providers(Vec<Provider>);

/// Why the configured providers cannot be offered.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// A provider without passwords would be open to the world.
    #[error("provider {0:?} signs in anybody without a password: it needs `serve --dev`")]
    DevWithoutFlag(String),
    /// The server would answer the network without passwords.
    #[error("--dev listens on loopback only, not on {0}")]
    DevOnNetwork(std::net::SocketAddr),
}

impl Providers {
    /// The configured providers; with `--dev` there is always one of kind dev.
    pub fn new(config: &Config, is_dev: bool) -> Result<Self, ProviderError> {
        let mut providers = config.providers.clone();
        let dev = providers
            .iter()
            .find(|provider| matches!(provider, Provider::Dev(_)));
        match dev {
            Some(dev) if !is_dev => return Err(ProviderError::DevWithoutFlag(dev.id().to_owned())),
            None if is_dev => providers.push(Provider::Dev(DevProvider {
                id: "dev".to_owned(),
                label: "Development sign-in".to_owned(),
            })),
            _ => {}
        }
        if is_dev && !config.server.listen.ip().is_loopback() {
            return Err(ProviderError::DevOnNetwork(config.server.listen));
        }
        Ok(Self(providers))
    }

    /// The provider of an id.
    pub fn find(&self, id: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.id() == id)
    }

    /// The providers as the sign-in page lists them (reference: usershub.md § 3).
    pub fn listed(&self) -> Vec<Listed<'_>> {
        self.0.iter().map(Listed::of).collect()
    }
}

/// A provider as the sign-in page lists it.
#[derive(serde::Serialize)]
pub struct Listed<'a> {
    id_provider: &'a str,
    kind: &'static str,
    label: &'a str,
    is_external: bool,
    login_url: String,
    logo: Option<&'a str>,
}

impl<'a> Listed<'a> {
    fn of(provider: &'a Provider) -> Self {
        let (kind, label, is_external) = match provider {
            Provider::Dev(provider) => ("dev", &provider.label, false),
            Provider::Github(provider) => ("github", &provider.label, true),
        };
        let login_url = format!("/auth/login/{}", provider.id());
        Self {
            id_provider: provider.id(),
            kind,
            label,
            is_external,
            login_url,
            logo: None,
        }
    }
}

/// Roles from the weakest to the strongest, each once, as sessions keep them.
fn ordered(mut roles: Vec<SignInRole>) -> Vec<String> {
    roles.sort();
    roles.dedup();
    roles
        .into_iter()
        .map(|role| role.as_str().to_owned())
        .collect()
}
