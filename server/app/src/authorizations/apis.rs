//! `GET /api/datapass`: the State APIs whose requests DataPass tells of, with what their applicants need to know: where
//! they amend a request, and how long a token lives once prolonged. The mails say the same; nothing of it is secret.

use std::collections::BTreeMap;

use axum::{Json, Router, extract::State, routing::get};
use serde::Serialize;

use crate::config;

/// What an applicant needs to know of one API.
#[derive(Debug, Clone, Serialize)]
struct StateApi {
    api: String,
    /// Where a request is amended, with `{id}` for its number.
    request_url: String,
    token_months: u32,
}

/// The route.
pub fn routes(apis: &BTreeMap<String, config::DataPass>) -> Router {
    let apis: Vec<StateApi> = apis
        .iter()
        .map(|(api, config)| StateApi {
            api: api.clone(),
            request_url: config.request_url.clone(),
            token_months: config.token_months,
        })
        .collect();
    Router::new()
        .route("/api/datapass", get(list))
        .with_state(apis)
}

async fn list(State(apis): State<Vec<StateApi>>) -> Json<Vec<StateApi>> {
    Json(apis)
}
