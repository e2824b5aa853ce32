//! The REST calls of a sign-in: who holds a token, their addresses, their teams.

use std::sync::{Arc, PoisonError, RwLockReadGuard};

use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::LINK;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::organization::{Organization, Person};
use super::{GitHub, ORGANIZATION, bad_credentials, token_of};
use crate::simulators::controls::lock;

pub(super) async fn user(State(github): State<Arc<GitHub>>, headers: HeaderMap) -> Response {
    github.as_holder(&headers, |_, person| {
        Json(json!({
            "id": person.number,
            "node_id": person.node_id(),
            "login": person.login,
            "name": person.name,
            "email": person.email,
            "avatar_url": format!("{}/avatars/{}", github.url, person.number),
            "type": "User",
        }))
        .into_response()
    })
}

/// The address at the verified domain if there is one, one of the person's own, and one never confirmed.
pub(super) async fn emails(State(github): State<Arc<GitHub>>, headers: HeaderMap) -> Response {
    github.as_holder(&headers, |_, person| {
        let own = format!("{}@courriel.example", person.login);
        let unconfirmed = format!("{}@ancien.example", person.login);
        let primary = person.verified_email.as_ref().unwrap_or(&own);
        let mut emails = vec![
            json!({ "email": own, "verified": true }),
            json!({ "email": unconfirmed, "verified": false }),
        ];
        emails.extend(
            person
                .verified_email
                .iter()
                .map(|email| json!({ "email": email, "verified": true })),
        );
        for email in &mut emails {
            email["primary"] = json!(email["email"] == json!(primary));
            email["visibility"] = Value::Null;
        }
        Json(emails).into_response()
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    #[serde(default = "default_per_page")]
    per_page: usize,
    #[serde(default = "default_page")]
    page: usize,
}

fn default_per_page() -> usize {
    30
}

fn default_page() -> usize {
    1
}

pub(super) async fn teams(
    State(github): State<Arc<GitHub>>,
    Query(paging): Query<Paging>,
    headers: HeaderMap,
) -> Response {
    github.as_holder(&headers, |organization, person| {
        let (per_page, page) = (paging.per_page.clamp(1, 100), paging.page.max(1));
        let all: Vec<Value> = organization
            .teams_of(person.number)
            .map(|team| {
                json!({
                    "id": team.number,
                    "node_id": team.node_id(),
                    "slug": team.slug,
                    "name": team.name,
                    "organization": { "id": 1, "login": ORGANIZATION },
                })
            })
            .collect();
        let last = all.len().div_ceil(per_page).max(1);
        let shown: Vec<Value> = all
            .into_iter()
            .skip((page - 1) * per_page)
            .take(per_page)
            .collect();
        let link = |page: usize, relation: &str| {
            format!(
                r#"<{}/user/teams?per_page={per_page}&page={page}>; rel="{relation}""#,
                github.url
            )
        };
        if page < last {
            return (
                [(
                    LINK,
                    [link(page + 1, "next"), link(last, "last")].join(", "),
                )],
                Json(shown),
            )
                .into_response();
        }
        Json(shown).into_response()
    })
}

impl GitHub {
    /// Answers as the person who holds the token; a person who is gone holds none.
    fn as_holder(
        &self,
        headers: &HeaderMap,
        answer: impl FnOnce(&Organization, &Person) -> Response,
    ) -> Response {
        let number = token_of(headers).and_then(|token| lock(&self.oauth).holder_of(token));
        let organization = self.organization();
        match number.and_then(|number| organization.people.get(&number)) {
            Some(person) => answer(&organization, person),
            None => bad_credentials(),
        }
    }

    pub(super) fn organization(&self) -> RwLockReadGuard<'_, Organization> {
        self.organization
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
