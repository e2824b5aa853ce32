//! Whose tokens are accepted beside our own.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use engine::auth::{ClaimsMap, Issuer, KeySource, Location};
use jsonwebtoken::{Algorithm, AlgorithmFamily};
use serde::Deserialize;
use url::{Host, Url};

use super::{ConfigError, SignInRole};

/// Whose tokens are accepted beside our own.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Jwt {
    /// Who signs them.
    pub issuers: Vec<TrustedIssuer>,
}

/// Somebody else whose tokens are accepted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedIssuer {
    /// What `iss` must be.
    pub issuer: String,
    /// Where the keys are published.
    pub jwks_url: Url,
    /// What must be in `aud`: one, or any of several.
    pub audience: Audience,
    /// Where roles and session variables stand in a token; under Hasura's claims unless given.
    pub claims_map: Option<ClaimsMap>,
    /// The only algorithms that count; those that fit the keys unless given.
    pub algorithms: Option<Vec<Algorithm>>,
    /// The only session roles that these tokens can give.
    #[serde(default = "only_users")]
    pub roles: Vec<SignInRole>,
}

/// Whom tokens are for.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// This one.
    One(String),
    /// Any of these.
    Several(Vec<String>),
}

impl Audience {
    fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

fn only_users() -> Vec<SignInRole> {
    vec![SignInRole::User]
}

impl Jwt {
    /// Refuses what cannot be meant. `own` is the issuer of our own tokens.
    pub(super) fn check(&self, own: &str) -> Result<(), ConfigError> {
        let mut known = BTreeSet::from([own]);
        for issuer in &self.issuers {
            let name = issuer.issuer.as_str();
            let problem = if name.is_empty() {
                "issuer: it is empty".to_owned()
            } else if name == own {
                format!("issuer: {name:?} is this server itself")
            } else if !known.insert(name) {
                format!("issuer: {name:?} is given twice")
            } else if !is_safe(&issuer.jwks_url) {
                format!(
                    "jwks_url: {} is neither https nor on this machine",
                    issuer.jwks_url
                )
            } else if issuer.audience.names().is_empty()
                || issuer.audience.names().iter().any(String::is_empty)
            {
                format!("audience: that of {name:?} is empty")
            } else if issuer.roles.is_empty() {
                format!("roles: {name:?} may give none")
            } else if issuer.algorithms.as_ref().is_some_and(|algorithms| {
                let is_secret = |algorithm: &Algorithm| algorithm.family() == AlgorithmFamily::Hmac;
                algorithms.is_empty() || algorithms.iter().any(is_secret)
            }) {
                format!("algorithms: those of {name:?} must be some for published keys")
            } else {
                continue;
            };
            return Err(ConfigError::Contradictory(format!("jwt.issuers.{problem}")));
        }
        Ok(())
    }
}

/// Whether keys can be had from there without somebody else changing them on the way.
fn is_safe(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || url.scheme() == "http" && is_here
}

impl TrustedIssuer {
    /// The issuer as the engine knows it.
    pub fn trusted(&self, skew: TimeDelta) -> Issuer {
        let roles = self.roles.iter().map(|role| role.as_str().to_owned());
        Issuer {
            name: Some(self.issuer.clone()),
            audience: self.audience.names().to_vec(),
            keys: KeySource::Published {
                url: self.jwks_url.clone(),
                algorithms: self.algorithms.clone(),
            },
            skew,
            is_endless_allowed: false,
            claims: self.claims_map.clone().map(Into::into).unwrap_or_default(),
            location: Location::Authorization,
            roles: Some(roles.collect()),
        }
    }
}
