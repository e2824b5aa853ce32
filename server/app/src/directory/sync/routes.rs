//! `POST /api/sync`: for schedulers outside. Answers 202 with the runs that began; they are followed over GraphQL.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use engine::http::{Authenticate, Channel};
use serde::Deserialize;
use serde_json::json;

use super::{Extent, Order, Syncer, Trigger};
use crate::{http::error::ApiError, identity::authenticator::Authenticator};

struct Shared {
    syncer: Syncer,
    authenticator: Authenticator,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    services: Option<Vec<String>>,
    dry_run: Option<bool>,
}

/// The route.
pub fn routes(syncer: Syncer, authenticator: Authenticator) -> Router {
    Router::new()
        .route("/api/sync", post(begin))
        .with_state(Arc::new(Shared {
            syncer,
            authenticator,
        }))
}

async fn begin(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let refused =
        |message: String| ApiError::expected(StatusCode::UNAUTHORIZED, "access-denied", message);
    let caller = shared
        .authenticator
        .authenticate(&headers, Channel::Request)
        .await;
    let session = caller.map_err(|error| refused(error.message))?.session;
    if session.role() != engine::Session::ADMIN {
        return Err(refused("a sync needs the role admin".to_owned()));
    }
    let body = if body.is_empty() {
        Body::default()
    } else {
        serde_json::from_slice(&body).map_err(|error| {
            ApiError::expected(
                StatusCode::BAD_REQUEST,
                "bad-request",
                format!("the body: {error}"),
            )
        })?
    };
    let order = Order {
        trigger: Trigger::Http,
        requested_by: session
            .variable("x-hasura-user-id")
            .and_then(|id| id.parse().ok()),
        extent: Extent::of(body.dry_run),
    };
    let runs = shared.syncer.begin(body.services.as_deref(), order).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "runs": runs }))).into_response())
}
