//! What the variables of a request looked like when a plan was made: the plan serves every request that fits.
//!
//! Places that became binds are holes: any value of the same kind fits. Everything else must be equal, as it may
//! have shaped the statement.

use std::collections::BTreeSet;

use async_graphql::{Name, Value, Variables};

use super::integral;
use crate::model::VariablePath;

/// What a plan took from variables.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Places that became binds.
    pub holes: BTreeSet<VariablePath>,
    /// Places that shaped the statement; what is a bind elsewhere is no hole for that.
    pub pins: BTreeSet<VariablePath>,
}

impl Places {
    /// Places that pin these whole variables.
    pub fn pinning(variables: impl IntoIterator<Item = String>) -> Self {
        let pins = variables.into_iter().map(|name| VariablePath {
            name,
            members: Vec::new(),
        });
        Self {
            holes: BTreeSet::new(),
            pins: pins.collect(),
        }
    }

    /// Takes in the places of another field of the same request.
    pub fn extend(&mut self, other: Self) {
        self.holes.extend(other.holes);
        self.pins.extend(other.pins);
    }

    fn is_pinned(&self, hole: &VariablePath) -> bool {
        self.pins
            .iter()
            .any(|pin| pin.name == hole.name && hole.members.starts_with(&pin.members))
    }
}

/// The shape of a request's variables.
#[derive(Debug, Clone)]
pub struct Template {
    variables: Variables,
    holes: BTreeSet<VariablePath>,
}

impl Template {
    /// The template of a request whose plans took these places.
    pub fn new(variables: Variables, places: &Places) -> Self {
        let holes = places
            .holes
            .iter()
            .filter(|hole| !places.is_pinned(hole))
            .cloned()
            .collect();
        Self { variables, holes }
    }

    /// How much the variables weigh, in bytes of JSON.
    pub fn size(&self) -> usize {
        serde_json::to_string(&self.variables).map_or(usize::MAX / 2, |json| json.len())
    }

    /// Whether a plan made for this template serves these variables.
    pub fn fits(&self, variables: &Variables) -> bool {
        self.variables.len() == variables.len()
            && self.variables.iter().all(|(name, then)| {
                let mut path = VariablePath {
                    name: name.to_string(),
                    members: Vec::new(),
                };
                variables
                    .get(name)
                    .is_some_and(|now| self.value_fits(then, now, &mut path))
            })
    }

    fn value_fits(&self, then: &Value, now: &Value, path: &mut VariablePath) -> bool {
        if self.holes.contains(path) {
            return is_same_kind(then, now);
        }
        match (then, now) {
            (Value::Object(then), Value::Object(now)) => {
                then.len() == now.len()
                    && then.iter().zip(now).all(|((key, then), (other, now))| {
                        key == other && self.member_fits(then, now, path, key)
                    })
            }
            (Value::List(then), Value::List(now)) => {
                then.len() == now.len()
                    && then
                        .iter()
                        .zip(now)
                        .enumerate()
                        .all(|(position, (then, now))| {
                            self.member_fits(then, now, path, &Name::new(position.to_string()))
                        })
            }
            (then, now) => then == now,
        }
    }

    fn member_fits(&self, then: &Value, now: &Value, path: &mut VariablePath, key: &Name) -> bool {
        path.members.push(key.to_string());
        let fits = self.value_fits(then, now, path);
        path.members.pop();
        fits
    }
}

/// Whether validation, which a cached plan skips, would have said the same of both values.
fn is_same_kind(then: &Value, now: &Value) -> bool {
    match (then, now) {
        (Value::String(_), Value::String(_))
        | (Value::Boolean(_), Value::Boolean(_))
        | (Value::Object(_), Value::Object(_)) => true,
        (Value::Number(then), Value::Number(now)) => number_kind(then) == number_kind(now),
        (Value::List(then), Value::List(now)) => match then.first() {
            Some(first) => now.iter().all(|item| is_same_kind(first, item)),
            None => now.is_empty(),
        },
        _ => false,
    }
}

fn number_kind(number: &async_graphql::Number) -> u8 {
    match number.as_i64() {
        Some(value) if i32::try_from(value).is_ok() => 0,
        Some(_) => 1,
        None => match integral(number) {
            Some(value) if i32::try_from(value).is_ok() => 2,
            Some(_) => 3,
            None => 4,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(then: &serde_json::Value, hole: &[&str], now: &serde_json::Value) -> bool {
        let path = VariablePath {
            name: "v".to_owned(),
            members: hole.iter().map(|member| (*member).to_owned()).collect(),
        };
        let template = Template::new(
            Variables::from_json(serde_json::json!({ "v": then })),
            &Places {
                holes: BTreeSet::from([path]),
                pins: BTreeSet::new(),
            },
        );
        template.fits(&Variables::from_json(serde_json::json!({ "v": now })))
    }

    #[test]
    fn a_hole_takes_any_value_of_its_kind() {
        let then = serde_json::json!({"name": {"_eq": "a"}});
        let fits = |now| {
            check(
                &then,
                &["name", "_eq"],
                &serde_json::json!({"name": {"_eq": now}}),
            )
        };
        assert!(fits(serde_json::json!("b")));
        assert!(!fits(serde_json::json!(1)));
        assert!(!fits(serde_json::Value::Null));
    }

    #[test]
    fn what_is_no_hole_must_be_equal() {
        let then = serde_json::json!({"name": {"_eq": "a"}, "active": {"_is_null": true}});
        let now = serde_json::json!({"name": {"_eq": "b"}, "active": {"_is_null": false}});
        assert!(!check(&then, &["name", "_eq"], &now));
    }
}
