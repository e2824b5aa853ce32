//! `api_limits.yaml`: what roles may ask for, as Hasura writes it.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The limits of the metadata.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ApiLimits {
    /// Whether none of them holds.
    pub disabled: bool,
    /// How deep fields may be nested.
    pub depth_limit: Limit<usize>,
    /// How many fields may have a selection of their own.
    pub node_limit: Limit<usize>,
    /// How many requests one body may hold.
    pub batch_limit: Limit<usize>,
    /// How many seconds a request may take.
    pub time_limit: Limit<u64>,
    /// How many requests a caller may send.
    pub rate_limit: Limit<Rate>,
}

/// A limit, and other values of it for some roles.
#[derive(Debug, Clone, Deserialize)]
pub struct Limit<T> {
    /// For every role that is not named.
    pub global: Option<T>,
    /// For these roles.
    #[serde(default = "BTreeMap::new")]
    pub per_role: BTreeMap<String, T>,
}

impl<T> Default for Limit<T> {
    fn default() -> Self {
        Self {
            global: None,
            per_role: BTreeMap::new(),
        }
    }
}

impl<T: Clone> Limit<T> {
    /// The limit of a role.
    pub fn of(&self, role: &str) -> Option<T> {
        self.per_role.get(role).or(self.global.as_ref()).cloned()
    }
}

/// How often a caller may send.
#[derive(Debug, Clone, Deserialize)]
pub struct Rate {
    /// Requests in a minute.
    pub max_reqs_per_min: std::num::NonZeroU32,
    /// What tells callers of a role apart; nothing does without it.
    pub unique_params: Option<UniqueParams>,
}

/// What tells callers of a role apart.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WrittenParams")]
pub enum UniqueParams {
    /// Where they send from.
    Address,
    /// Session variables, named in lower case.
    Variables(Vec<String>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenParams {
    One(String),
    Several(Vec<String>),
}

impl TryFrom<WrittenParams> for UniqueParams {
    type Error = String;

    fn try_from(written: WrittenParams) -> Result<Self, String> {
        let names = match written {
            WrittenParams::One(name) if name == "IP" => return Ok(Self::Address),
            WrittenParams::One(name) => vec![name],
            WrittenParams::Several(names) => names,
        };
        let names: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        match names.iter().find(|name| !name.starts_with("x-hasura-")) {
            Some(name) => Err(format!(
                "unique_params are \"IP\" or names of session variables, and not {name:?}"
            )),
            None => Ok(Self::Variables(names)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::UniqueParams;

    #[test]
    fn callers_are_told_apart_by_address_or_session_variables_only() {
        let read = |text: &str| serde_json::from_str::<UniqueParams>(text);
        assert!(matches!(read("\"IP\""), Ok(UniqueParams::Address)));
        let names = vec!["x-hasura-a".to_owned()];
        assert!(
            matches!(read("[\"X-Hasura-A\"]"), Ok(UniqueParams::Variables(found)) if found == names)
        );
        for wrong in ["\"ip\"", "[\"IP\"]", "\"origin\"", "7"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
