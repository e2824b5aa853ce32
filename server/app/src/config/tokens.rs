//! `[tokens]` and `[[gateways]]`: how API tokens are signed, and who asks whether they hold.

use serde::Deserialize;

use super::{ConfigError, Secret};

/// How API tokens are signed. Their keys are never those of our own access tokens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tokens {
    /// Their `iss`; our public address with `/tokens` unless given.
    pub issuer: Option<String>,
    /// Their `aud`.
    pub audience: String,
    /// What signs them.
    pub algorithm: TokenAlgorithm,
    /// The keys of HS256: the first one signs, all verify.
    pub secrets: Vec<Secret>,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            issuer: None,
            audience: "api-gateway".to_owned(),
            algorithm: TokenAlgorithm::EdDsa,
            secrets: Vec::new(),
        }
    }
}

/// What signs API tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum TokenAlgorithm {
    /// Ed25519, with keys of the database; the public halves are published.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// HMAC-SHA256, for gateways that know nothing else.
    #[serde(rename = "HS256")]
    Hs256,
}

/// The shortest key of HS256, in bytes (RFC 7518 § 3.2).
const SHORTEST_KEY: usize = 32;

impl Tokens {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let contradiction = |problem: &str| Err(ConfigError::Contradictory(problem.to_owned()));
        if self.algorithm == TokenAlgorithm::Hs256 && self.secrets.is_empty() {
            return contradiction("tokens.secrets: HS256 needs one");
        }
        if self
            .secrets
            .iter()
            .any(|secret| secret.expose().len() < SHORTEST_KEY)
        {
            return contradiction("tokens.secrets: a key of HS256 has at least 32 bytes");
        }
        if self.audience == crate::identity::token::AUDIENCE {
            return contradiction("tokens.audience: our own access tokens have this one");
        }
        Ok(())
    }
}

/// Who asks whether tokens hold: an API gateway.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// The name that it sends.
    pub id: String,
    /// What it proves itself with.
    pub secret: Secret,
}
