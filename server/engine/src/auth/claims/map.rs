//! Claims that each have a place of their own in a token, as `claims_map` of a configuration says. Pure.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{super::path::ClaimPath, ALLOWED_ROLES, DEFAULT_ROLE, PREFIX, invalid, missing};
use crate::error::GraphqlError;

/// Session variables by name, each with its place in the token or its literal value.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "BTreeMap<String, WrittenRule>")]
pub struct ClaimsMap(BTreeMap<String, Rule>);

#[derive(Debug, Clone)]
enum Rule {
    At(ClaimPath, Option<Value>),
    Literal(Value),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenRule {
    At(WrittenPath),
    Literal(Value),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPath {
    path: String,
    default: Option<Value>,
}

impl TryFrom<BTreeMap<String, WrittenRule>> for ClaimsMap {
    type Error = String;

    fn try_from(written: BTreeMap<String, WrittenRule>) -> Result<Self, String> {
        let mut rules = BTreeMap::new();
        for (name, rule) in written {
            let name = name.to_ascii_lowercase();
            if !name.starts_with(PREFIX) {
                return Err(format!("claims_map: {name} does not begin with {PREFIX}"));
            }
            let rule = match rule {
                WrittenRule::At(WrittenPath { path, default }) => {
                    let path = ClaimPath::parse(&path)
                        .map_err(|problem| format!("claims_map: {name}: {problem}"))?;
                    Rule::At(path, default)
                }
                WrittenRule::Literal(Value::Object(_)) => {
                    return Err(format!(
                        "claims_map: {name} is a value, or an object with path and maybe default"
                    ));
                }
                WrittenRule::Literal(value) => Rule::Literal(value),
            };
            if rules.insert(name.clone(), rule).is_some() {
                return Err(format!("claims_map: {name} is given twice"));
            }
        }
        for needed in [ALLOWED_ROLES, DEFAULT_ROLE] {
            if !rules.contains_key(needed) {
                return Err(format!("claims_map: {needed} is missing"));
            }
        }
        Ok(Self(rules))
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
        rules.collect()
    }
}
