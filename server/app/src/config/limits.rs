//! What one request may cost.

use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

use engine::execute::limits::{LimitRules, Limits as RoleLimits};
use serde::Deserialize;

/// What one request may cost.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The largest body, in bytes.
    pub body_bytes: usize,
    /// The header in which a proxy of ours says where a request came from; without it, the connection tells.
    pub address_header: Option<String>,
    /// Whether only the administrator may run documents that the allow-list does not have.
    pub allow_list: bool,
    /// What every role but the administrator may ask for.
    pub default: Costs,
    /// What these roles may ask for instead; what is left out has no limit.
    pub roles: BTreeMap<String, RoleCosts>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            address_header: None,
            allow_list: false,
            default: Costs::default(),
            roles: BTreeMap::new(),
        }
    }
}

/// The limits of a role.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RoleCosts {
    depth: Option<usize>,
    nodes: Option<usize>,
    aliases: Option<usize>,
    tokens: Option<usize>,
    bytes: Option<usize>,
    batch: Option<usize>,
    rows: Option<u32>,
    seconds: Option<u64>,
    per_minute: Option<NonZeroU32>,
}

/// The limits of roles that have none of their own: those of this program, unless given.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct Costs(RoleCosts);

impl Default for Costs {
    fn default() -> Self {
        Self(RoleCosts {
            depth: Some(12),
            nodes: Some(200),
            aliases: Some(100),
            tokens: Some(5_000),
            bytes: Some(64 * 1024),
            batch: Some(20),
            rows: None,
            seconds: Some(30),
            per_minute: NonZeroU32::new(3_000),
        })
    }
}

impl Limits {
    /// The limits as the engine keeps them.
    pub fn rules(&self) -> LimitRules {
        let roles = self.roles.iter();
        LimitRules {
            default: self.default.0.limits(),
            roles: roles
                .map(|(role, costs)| (role.clone(), costs.limits()))
                .collect(),
        }
    }
}

impl RoleCosts {
    fn limits(&self) -> RoleLimits {
        RoleLimits {
            depth: self.depth,
            nodes: self.nodes,
            aliases: self.aliases,
            tokens: self.tokens,
            bytes: self.bytes,
            batch: self.batch,
            rows: self.rows,
            time: self.seconds.map(Duration::from_secs),
            per_minute: self.per_minute,
            ..RoleLimits::default()
        }
    }
}
