//! `POST /_data`: people come, change and go.
//!
//! ```json
//! {
//!   "add": [{"login": "…", "name": "…", "email": "…", "verified_email": "…", "teams": ["all"], "role": "MEMBER", "pending": false}],
//!   "change": [{"login": "…", "new_login": "…", "name": null, "teams": ["all", "sre"]}],
//!   "remove": ["login"],
//!   "remove_share": 0.4,
//!   "rate_limit": {"remaining": 3, "reset_seconds": 2}
//! }
//! ```
//!
//! Every key is optional. A field left out of `change` stays as it is, `null` clears it; `teams` replaces all. `remove_share`
//! removes that share of the members, spread evenly. An unknown or a taken login refuses the whole request. The answer
//! counts `{"people", "pending", "teams"}` afterwards.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chrono::{TimeDelta, Utc};
use serde::{Deserialize, Deserializer};
use serde_json::json;

use super::GitHub;
use super::organization::{Organization, Person, Role};
use super::rate_limit::RateLimit;
use crate::simulators::controls::lock;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Changes {
    add: Vec<Fields>,
    change: Vec<Fields>,
    remove: Vec<String>,
    remove_share: f64,
    rate_limit: Option<Points>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    login: String,
    new_login: Option<String>,
    #[serde(default)]
    name: Text,
    #[serde(default)]
    email: Text,
    #[serde(default)]
    verified_email: Text,
    teams: Option<Vec<String>>,
    role: Option<Role>,
    pending: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Points {
    remaining: u64,
    reset_seconds: i64,
}

/// A field that is left out, or given, perhaps as `null`.
#[derive(Debug, Default)]
enum Text {
    #[default]
    LeftOut,
    Given(Option<String>),
}

impl<'d> Deserialize<'d> for Text {
    fn deserialize<D: Deserializer<'d>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::Given)
    }
}

impl Text {
    fn apply_to(self, value: &mut Option<String>) {
        if let Self::Given(given) = self {
            *value = given;
        }
    }
}

pub(super) async fn change(
    State(github): State<Arc<GitHub>>,
    Json(changes): Json<Changes>,
) -> Response {
    let mut organization = github
        .organization
        .write()
        .unwrap_or_else(PoisonError::into_inner);
    if let Err(problem) = check(&organization, &changes) {
        return (
            StatusCode::UNPROCESSABLE_ENTITY,
            Json(json!({ "message": problem })),
        )
            .into_response();
    }
    for fields in changes.add {
        let number = organization.people.keys().last().map_or(1, |last| last + 1);
        organization
            .people
            .insert(number, newcomer(number, fields.login.clone()));
        apply(&mut organization, number, fields);
    }
    for fields in changes.change {
        if let Some(number) = organization.number_of(&fields.login) {
            apply(&mut organization, number, fields);
        }
    }
    for login in changes.remove {
        if let Some(number) = organization.number_of(&login) {
            organization.remove(number);
        }
    }
    for number in share(&organization, changes.remove_share) {
        organization.remove(number);
    }
    if let Some(points) = changes.rate_limit {
        let reset_at = Utc::now() + TimeDelta::seconds(points.reset_seconds);
        *lock(&github.rate_limit) = RateLimit {
            remaining: points.remaining,
            reset_at,
        };
    }
    let counts = json!({
        "people": organization.people.len(),
        "pending": organization.pending().count(),
        "teams": organization.teams.len(),
    });
    Json(counts).into_response()
}

fn check(organization: &Organization, changes: &Changes) -> Result<(), String> {
    let mut added = HashSet::new();
    for Fields { login, .. } in &changes.add {
        if organization.number_of(login).is_some() || !added.insert(login) {
            return Err(format!("the login {login} is taken"));
        }
    }
    let named = changes
        .change
        .iter()
        .map(|fields| &fields.login)
        .chain(&changes.remove);
    match named
        .into_iter()
        .find(|login| organization.number_of(login).is_none() && !added.contains(login))
    {
        Some(login) => Err(format!("nobody has the login {login}")),
        None => Ok(()),
    }
}

fn newcomer(number: u64, login: String) -> Person {
    Person {
        number,
        login,
        name: None,
        email: None,
        verified_email: None,
        role: Role::Member,
        pending: false,
    }
}

fn apply(organization: &mut Organization, number: u64, fields: Fields) {
    if let Some(person) = organization.people.get_mut(&number) {
        person.login = fields.new_login.unwrap_or(fields.login);
        fields.name.apply_to(&mut person.name);
        fields.email.apply_to(&mut person.email);
        fields.verified_email.apply_to(&mut person.verified_email);
        person.role = fields.role.unwrap_or(person.role);
        person.pending = fields.pending.unwrap_or(person.pending);
    }
    if let Some(teams) = fields.teams {
        organization.set_teams(number, &teams);
    }
}

/// A share of the members, spread evenly over all of them.
fn share(organization: &Organization, share: f64) -> Vec<u64> {
    let mut owed = 0.0;
    organization
        .members()
        .filter(|_| {
            owed += share;
            let due = owed >= 0.999_999;
            if due {
                owed -= 1.0;
            }
            due
        })
        .map(|person| person.number)
        .collect()
}
