//! What an operator says of an issuer, and Hasura's way of writing it (`HASURA_GRAPHQL_JWT_SECRET`).

use std::collections::BTreeSet;

use axum::http::HeaderName;
use chrono::TimeDelta;
use jsonwebtoken::Algorithm;
use reqwest::Url;
use serde::Deserialize;

use super::{
    claims::{ClaimSource, ClaimsMap, NAMESPACE, Place, Source},
    keys::FixedKey,
    location::Location,
    path::ClaimPath,
};

/// Who may sign tokens, and what such a token must say.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// What `iss` must be. Without it any, and none, will do.
    pub name: Option<String>,
    /// One of these must be in `aud`. If there are none, it is not looked at: then every token that these keys sign is
    /// good here, also those meant for others.
    pub audience: Vec<String>,
    /// What signatures are verified with.
    pub keys: KeySource,
    /// How far clocks may differ.
    pub skew: TimeDelta,
    /// Whether a token may go without an end.
    pub is_endless_allowed: bool,
    /// Where roles and session variables stand.
    pub claims: ClaimSource,
    /// Where in a request the token stands.
    pub location: Location,
    /// The only roles that these tokens can give; any if it is not said.
    pub roles: Option<BTreeSet<String>>,
}

/// Where keys come from.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// The configuration.
    Fixed(FixedKey),
    /// A JWK set that the issuer publishes.
    Published {
        /// Its place.
        url: Url,
        /// The only algorithms that count; those that fit the keys if it is not said.
        algorithms: Option<Vec<Algorithm>>,
    },
}

/// Why a configuration of tokens cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JwtConfigError {
    /// It is not JSON, or a key or value is not known.
    #[error(transparent)]
    Unreadable(#[from] serde_json::Error),
    /// The key cannot be used.
    #[error("{0}")]
    Key(String),
    /// Two values contradict each other, or one cannot be meant.
    #[error("{0}")]
    Contradictory(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(rename = "type")]
    kind: Option<String>,
    key: Option<String>,
    jwk_url: Option<String>,
    audience: Option<OneOrMany>,
    issuer: Option<String>,
    #[serde(default)]
    allowed_skew: u32,
    claims_namespace: Option<String>,
    claims_namespace_path: Option<String>,
    claims_format: Option<Format>,
    claims_map: Option<ClaimsMap>,
    header: Option<WrittenLocation>,
    /// Ours, and not Hasura's, which never asks for an end.
    #[serde(default)]
    allow_missing_exp: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Format {
    Json,
    StringifiedJson,
}

#[derive(Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
enum WrittenLocation {
    Authorization,
    Cookie { name: String },
    CustomHeader { name: String },
}

impl Issuer {
    /// Reads one issuer, as `HASURA_GRAPHQL_JWT_SECRET` holds it.
    pub fn parse(text: &str) -> Result<Self, JwtConfigError> {
        serde_json::from_str::<Written>(text)?.try_into()
    }

    /// Reads a list of issuers, as `HASURA_GRAPHQL_JWT_SECRETS` holds it.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, JwtConfigError> {
        let written: Vec<Written> = serde_json::from_str(text)?;
        written.into_iter().map(Self::try_from).collect()
    }
}

impl TryFrom<Written> for Issuer {
    type Error = JwtConfigError;

    fn try_from(mut written: Written) -> Result<Self, JwtConfigError> {
        let audience = match written.audience.take() {
            None => Vec::new(),
            Some(OneOrMany::One(one)) => vec![one],
            Some(OneOrMany::Many(many)) if many.is_empty() => {
                return Err(contradictory("audience: the list names nobody"));
            }
            Some(OneOrMany::Many(many)) => many,
        };
        Ok(Self {
            name: written.issuer.take(),
            audience,
            keys: written.keys()?,
            skew: TimeDelta::seconds(written.allowed_skew.into()),
            is_endless_allowed: written.allow_missing_exp,
            location: written.location()?,
            claims: written.claims()?,
            roles: None,
        })
    }
}

impl Written {
    fn keys(&self) -> Result<KeySource, JwtConfigError> {
        match (&self.kind, &self.key, &self.jwk_url) {
            (_, Some(_), Some(_)) => Err(contradictory("key, jwk_url: both cannot be present")),
            (_, None, None) => Err(contradictory("key, jwk_url: both cannot be empty")),
            (None, Some(_), None) => Err(contradictory("type: it is needed with a key")),
            (Some(kind), Some(key), None) => FixedKey::parse(kind, key).map(KeySource::Fixed),
            // As in Hasura, `type` says nothing then: its own examples name another algorithm than the keys have.
            (_, None, Some(url)) => {
                let url = Url::parse(url)
                    .ok()
                    .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
                    .ok_or_else(|| contradictory(format!("jwk_url: {url:?} is no URL")))?;
                Ok(KeySource::Published {
                    url,
                    algorithms: None,
                })
            }
        }
    }

    fn location(&self) -> Result<Location, JwtConfigError> {
        Ok(match &self.header {
            None | Some(WrittenLocation::Authorization) => Location::Authorization,
            Some(WrittenLocation::Cookie { name }) => Location::Cookie(name.clone()),
            Some(WrittenLocation::CustomHeader { name }) => {
                Location::Header(HeaderName::try_from(name).map_err(|_| {
                    contradictory(format!("header: {name:?} is no name of a header"))
                })?)
            }
        })
    }

    fn claims(self) -> Result<ClaimSource, JwtConfigError> {
        let is_text = self.claims_format == Some(Format::StringifiedJson);
        let place = match (
            self.claims_map,
            self.claims_namespace,
            self.claims_namespace_path,
        ) {
            (Some(map), None, None) if !is_text => return Ok(map.into()),
            (Some(_), _, _) => {
                let problem = "claims_map: it says where claims are; claims_namespace and claims_format say so, too";
                return Err(contradictory(problem));
            }
            (None, Some(_), Some(_)) => {
                let problem = "claims_namespace, claims_namespace_path: both cannot be set";
                return Err(contradictory(problem));
            }
            (None, None, Some(text)) => {
                let path = ClaimPath::parse(&text).map_err(|problem| {
                    contradictory(format!("claims_namespace_path: {problem}"))
                })?;
                Place::At(path, text)
            }
            (None, name, None) => Place::Member(name.unwrap_or_else(|| NAMESPACE.to_owned())),
        };
        Ok(ClaimSource(Source::Namespace { place, is_text }))
    }
}

fn contradictory(problem: impl Into<String>) -> JwtConfigError {
    JwtConfigError::Contradictory(problem.into())
}

#[cfg(test)]
mod tests;
