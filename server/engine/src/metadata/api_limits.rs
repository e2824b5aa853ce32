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
}
