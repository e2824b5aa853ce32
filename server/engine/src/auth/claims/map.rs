//! Claims that each have a place of their own in a token, as `claims_map` of a configuration says. Pure.
//!
//! Besides what Hasura takes, the allowed roles may be a text with spaces between, as OAuth writes scopes; and a map that
//! does not speak of them allows the default role alone.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{super::path::ClaimPath, ALLOWED_ROLES, DEFAULT_ROLE, PREFIX, invalid, missing};
use crate::error::GraphqlError;

/// Session variables by name, each with its place in the token or its literal value.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "BTreeMap<String, Value>")]
pub struct ClaimsMap(BTreeMap<String, Rule>);

#[derive(Debug, Clone)]
enum Rule {
    At(ClaimPath, Option<Value>),
    Literal(Value),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPath {
    path: String,
    default: Option<Value>,
}

impl TryFrom<BTreeMap<String, Value>> for ClaimsMap {
    type Error = String;

    fn try_from(written: BTreeMap<String, Value>) -> Result<Self, String> {
        let mut rules = BTreeMap::new();
        for (name, rule) in written {
            let name = name.to_ascii_lowercase();
            if !name.starts_with(PREFIX) {
                return Err(format!("claims_map: {name} does not begin with {PREFIX}"));
            }
            let rule =
                Rule::read(rule).map_err(|problem| format!("claims_map: {name}{problem}"))?;
            if rules.insert(name.clone(), rule).is_some() {
                return Err(format!("claims_map: {name} is given twice"));
            }
        }
        if !rules.contains_key(DEFAULT_ROLE) {
            return Err(format!("claims_map: {DEFAULT_ROLE} is missing"));
        }
        Ok(Self(rules))
    }
}

impl Rule {
    /// An object says a place; everything else, lists too, is the value itself.
    fn read(written: Value) -> Result<Self, String> {
        if !written.is_object() {
            return Ok(Self::Literal(written));
        }
        let Ok(WrittenPath { path, default }) = serde_json::from_value(written) else {
            return Err(" is a value, or an object with path and maybe default".to_owned());
        };
        let path = ClaimPath::parse(&path).map_err(|problem| format!(": {problem}"))?;
        Ok(Self::At(path, default))
    }
}

impl ClaimsMap {
    pub(super) fn claims(&self, content: &Value) -> Result<BTreeMap<String, Value>, GraphqlError> {
        let rules = self.0.iter().map(|(name, rule)| {
            let value = match rule {
                Rule::Literal(value) => value.clone(),
                Rule::At(path, default) => {
                    let found = path.find(content).filter(|found| !found.is_null());
                    found.or_else(|| default.clone()).ok_or_else(|| {
                        let is_role = name == ALLOWED_ROLES || name == DEFAULT_ROLE;
                        if is_role {
                            return missing(name);
                        }
                        invalid(format!("JWT claim from claims_map, {name} not found"))
                    })?
                }
            };
            Ok((name.clone(), value))
        });
        let mut claims = rules.collect::<Result<BTreeMap<String, Value>, GraphqlError>>()?;
        let allowed = match claims.get(ALLOWED_ROLES) {
            Some(Value::String(scopes)) => scopes.split_whitespace().map(Value::from).collect(),
            Some(_) => return Ok(claims),
            None => claims.get(DEFAULT_ROLE).cloned().into_iter().collect(),
        };
        claims.insert(ALLOWED_ROLES.to_owned(), Value::Array(allowed));
        Ok(claims)
    }
}
