//! `POST /api/datapass/{api}/webhook` and `/api/datapass/v2/{api}/webhook` (reference/datapass.md § 1).
//!
//! Answers as the sender understands them: 200, with `token_id` after an approval; never 202, which it repeats.

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};

use super::{
    AuthorizationError, Receiver,
    receiver::{LARGEST, Signed},
};
use crate::http::caller::Source;

/// The header of the signature.
const SIGNATURE: &str = "x-hub-signature-256";

/// The routes.
pub fn routes(receiver: Receiver) -> Router {
    Router::new()
        .route("/api/datapass/{api}/webhook", post(receive::<1>))
        .route("/api/datapass/v2/{api}/webhook", post(receive::<2>))
        .with_state(receiver)
}

async fn receive<const GENERATION: u8>(
    State(receiver): State<Receiver>,
    Path(api): Path<String>,
    Source(source): Source,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return AuthorizationError::TooLarge(LARGEST).into_response();
    };
    let signature = headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    let signed = Signed {
        api: &api,
        generation: Some(GENERATION),
        source: &source,
        signature: signature.unwrap_or_default(),
        body: &body,
    };
    match receiver.receive(signed).await {
        Ok(Some(token)) => Json(json!({ "token_id": token })).into_response(),
        Ok(None) => Json(Value::Object(serde_json::Map::new())).into_response(),
        Err(error) => error.into_response(),
    }
}
