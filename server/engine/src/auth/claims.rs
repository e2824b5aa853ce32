//! From a verified token's content to roles and session variables. Pure.

mod map;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

pub use map::ClaimsMap;

use super::path::ClaimPath;
use crate::{
    Session,
    error::{Code, GraphqlError},
};

/// Where Hasura's claims stand unless the configuration says otherwise.
pub(super) const NAMESPACE: &str = "https://hasura.io/jwt/claims";
const ALLOWED_ROLES: &str = "x-hasura-allowed-roles";
const DEFAULT_ROLE: &str = "x-hasura-default-role";
const PREFIX: &str = "x-hasura-";

/// Where roles and session variables stand in a token.
#[derive(Debug, Clone)]
pub struct ClaimSource(pub(super) Source);

#[derive(Debug, Clone)]
pub(super) enum Source {
    /// One member holds them all, as an object, or as its text.
    Namespace { place: Place, is_text: bool },
    /// Each has a place of its own.
    Map(ClaimsMap),
}

#[derive(Debug, Clone)]
pub(super) enum Place {
    Member(String),
    At(ClaimPath, String),
}

/// What a token permits: roles and the variables that come with each of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grant {
    allowed: Vec<String>,
    default: String,
    variables: BTreeMap<String, String>,
}

impl Default for ClaimSource {
    fn default() -> Self {
        Self(Source::Namespace {
            place: Place::Member(NAMESPACE.to_owned()),
            is_text: false,
        })
    }
}

impl From<ClaimsMap> for ClaimSource {
    fn from(map: ClaimsMap) -> Self {
        Self(Source::Map(map))
    }
}

impl ClaimSource {
    /// What a token with this content permits.
    pub(super) fn grant(&self, content: &Value) -> Result<Grant, GraphqlError> {
        let mut claims = match &self.0 {
            Source::Namespace { place, is_text } => in_namespace(place, *is_text, content)?,
            Source::Map(map) => map.claims(content)?,
        };
        let allowed = claims.remove(ALLOWED_ROLES);
        let allowed = allowed.ok_or_else(|| missing(ALLOWED_ROLES))?;
        let allowed = serde_json::from_value(allowed).map_err(|_| {
            invalid(format!(
                "invalid {ALLOWED_ROLES}; should be a list of roles"
            ))
        })?;
        let default = claims.remove(DEFAULT_ROLE);
        let default = default.ok_or_else(|| missing(DEFAULT_ROLE))?;
        let default = serde_json::from_value(default)
            .map_err(|_| invalid(format!("invalid {DEFAULT_ROLE}; should be a role")))?;
        let variables = claims
            .into_iter()
            .filter_map(|(name, value)| Some((name, text(&value)?)))
            .collect();
        Ok(Grant {
            allowed,
            default,
            variables,
        })
    }
}

/// The claims of one member, by their names in lower case.
fn in_namespace(
    place: &Place,
    is_text: bool,
    content: &Value,
) -> Result<BTreeMap<String, Value>, GraphqlError> {
    let (found, name) = match place {
        Place::Member(name) => (content.get(name).cloned(), name),
        Place::At(path, text) => (path.find(content), text),
    };
    let found = found.ok_or_else(|| {
        invalid(match place {
            Place::Member(_) => format!("claims key: '{name}' not found"),
            Place::At(..) => format!("claims not found at claims_namespace_path: '{name}'"),
        })
    })?;
    let members: Map<String, Value> = match (found, is_text) {
        (Value::Object(members), false) => members,
        (Value::String(text), true) => serde_json::from_str(&text)
            .map_err(|_| invalid(format!("expecting stringified json at: '{name}'")))?,
        (_, true) => {
            let problem = "expecting a string when claims_format is stringified_json";
            return Err(invalid(problem));
        }
        (_, false) => {
            let problem = "expecting a json object when claims_format is json";
            return Err(invalid(problem));
        }
    };
    let mut claims = BTreeMap::new();
    for (name, value) in members {
        let name = name.to_ascii_lowercase();
        if name.starts_with(PREFIX) && claims.insert(name.clone(), value).is_some() {
            return Err(invalid(format!("JWT claim {name} is there twice")));
        }
    }
    Ok(claims)
}

impl Grant {
    /// The same grant without roles that the issuer may not give.
    pub(super) fn limited_to(mut self, roles: &BTreeSet<String>) -> Self {
        self.allowed.retain(|role| roles.contains(role));
        self
    }

    /// The session under the role that was asked for, or the default one.
    pub(super) fn session(&self, asked: Option<&str>) -> Result<Session, GraphqlError> {
        let role = asked
            .filter(|role| !role.is_empty())
            .unwrap_or(&self.default);
        if !self.allowed.iter().any(|allowed| allowed == role) {
            let problem = "Your requested role is not in allowed roles";
            return Err(GraphqlError::new(Code::AccessDenied, problem));
        }
        Ok(Session::new(role, self.variables.clone()))
    }
}

/// A claim as the text of a session variable. Hasura takes texts only; numbers, truth values and lists are taken
/// besides, lists as PostgreSQL writes arrays. A null is no variable.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(element).collect();
            Some(format!("{{{}}}", items.join(",")))
        }
        other => Some(other.to_string()),
    }
}

/// An item of an array literal of PostgreSQL.
fn element(value: &Value) -> String {
    let text = match value {
        Value::Null => return "NULL".to_owned(),
        Value::Array(_) => return text(value).unwrap_or_default(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-.:@".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) && !text.eq_ignore_ascii_case("null") {
        return text;
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn invalid(problem: impl Into<String>) -> GraphqlError {
    GraphqlError::new(Code::JwtInvalidClaims, problem)
}

fn missing(claim: &str) -> GraphqlError {
    let problem = format!("JWT claim does not contain {claim}");
    GraphqlError::new(Code::JwtMissingRoleClaims, problem)
}

#[cfg(test)]
mod tests;
