//! DataPass's REST API: the authorization requests that it holds, as `GET /api/v1/demandes` shows them, with what happened to
//! each.
//!
//! `POST /_data` `{"request": {…}, "events": [{"name", "created_at", …}]}` adds or replaces a request by its id. Faults and
//! calls as with every simulator ([`super::controls`]).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use axum::{
    Form, Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Simulator, bind,
    controls::{lock, with_controls},
    url_of,
};

/// The OAuth client.
pub const CLIENT_ID: &str = "secretariat";
/// Its secret.
pub const CLIENT_SECRET: &str = "a-secret-of-the-client";
const TOKEN: &str = "simulated-datapass-token";
const LARGEST_PAGE: usize = 1000;
const USUAL_PAGE: usize = 10;

#[derive(Debug, Deserialize)]
struct Held {
    request: Value,
    #[serde(default)]
    events: Vec<Value>,
}

type Shared = Arc<Mutex<BTreeMap<u64, Held>>>;

/// Starts a simulated DataPass that holds nothing yet.
pub async fn start(address: SocketAddr) -> Result<Simulator> {
    let router = Router::new()
        .route("/api/oauth/token", post(token))
        .route("/api/v1/demandes", get(requests))
        .route("/api/v1/demandes/{id}/events", get(events))
        .route("/_data", post(change))
        .with_state(Shared::default());
    let listener = bind(address).await?;
    let url = url_of(&listener)?;
    Ok(Simulator::serve(listener, url, with_controls(router)))
}

#[derive(Deserialize)]
struct Asked {
    grant_type: String,
    client_id: String,
    client_secret: String,
    scope: String,
}

async fn token(Form(asked): Form<Asked>) -> Response {
    if asked.client_id != CLIENT_ID || asked.client_secret != CLIENT_SECRET {
        return (
            StatusCode::UNAUTHORIZED,
            Json(json!({ "error": "invalid_client" })),
        )
            .into_response();
    }
    if asked.grant_type != "client_credentials" || asked.scope != "read_authorizations" {
        return (
            StatusCode::BAD_REQUEST,
            Json(json!({ "error": "invalid_scope" })),
        )
            .into_response();
    }
    Json(json!({ "access_token": TOKEN, "token_type": "Bearer", "expires_in": 7200, "scope": asked.scope })).into_response()
}

#[derive(Deserialize)]
struct Page {
    limit: Option<usize>,
    #[serde(default)]
    offset: usize,
}

/// The newest first, as many as wanted and allowed.
async fn requests(
    State(held): State<Shared>,
    headers: HeaderMap,
    Query(page): Query<Page>,
) -> Response {
    if !is_signed_in(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let limit = page.limit.unwrap_or(USUAL_PAGE).min(LARGEST_PAGE);
    let held = lock(&held);
    let requests = held.values().rev().skip(page.offset).take(limit);
    Json(requests.map(|held| &held.request).collect::<Vec<_>>()).into_response()
}

async fn events(State(held): State<Shared>, headers: HeaderMap, Path(id): Path<u64>) -> Response {
    if !is_signed_in(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match lock(&held).get(&id) {
        Some(held) => Json(&held.events).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn change(State(held): State<Shared>, Json(new): Json<Held>) -> StatusCode {
    let Some(id) = new.request.get("id").and_then(Value::as_u64) else {
        return StatusCode::UNPROCESSABLE_ENTITY;
    };
    lock(&held).insert(id, new);
    StatusCode::NO_CONTENT
}

fn is_signed_in(headers: &HeaderMap) -> bool {
    headers
        .get(header::AUTHORIZATION)
        .is_some_and(|sent| sent.as_bytes() == format!("Bearer {TOKEN}").as_bytes())
}
