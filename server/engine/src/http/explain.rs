//! `POST /v1/graphql/explain`: what PostgreSQL would do for an operation, for the administrator.

use std::sync::Arc;

use async_graphql::ObjectType;
use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Authenticate, Channel, Door, read, respond::Refusal};
use crate::{
    Session,
    error::{Code, GraphqlError},
    execute::Explained,
};

#[derive(Deserialize)]
struct Asked {
    /// The request.
    query: Map<String, Value>,
    /// Session variables of whom it is explained for; the administrator unless given.
    #[serde(default)]
    user: Option<Map<String, Value>>,
}

pub(super) async fn answer<A: Authenticate, M: ObjectType + 'static>(
    State(door): State<Arc<Door<A, M>>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match explain(&door, &headers, body).await {
        Ok(explained) => Json(explained).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn explain<A: Authenticate, M: ObjectType + 'static>(
    door: &Door<A, M>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Vec<Explained>, Refusal> {
    let bad_request = |error| Refusal::new(StatusCode::BAD_REQUEST, error);
    let entered = door
        .api
        .authenticator
        .authenticate(headers, Channel::Request)
        .await
        .map_err(|error| Refusal::new(StatusCode::UNAUTHORIZED, error))?;
    if entered.session.role() != Session::ADMIN {
        let error = GraphqlError::new(Code::AccessDenied, "restricted access: admin only");
        return Err(Refusal::new(StatusCode::FORBIDDEN, error));
    }
    let bytes = door.body(body).await?;
    let asked: Asked = serde_json::from_slice(&bytes).map_err(|error| {
        bad_request(GraphqlError::new(
            Code::InvalidJson,
            format!("expected {{query, user}}: {error}"),
        ))
    })?;
    let session = match asked.user {
        Some(user) => Session::from_operator_headers(&as_headers(&user)).map_err(bad_request)?,
        None => entered.session,
    };
    let request = read::request(asked.query)?;
    door.api
        .engine
        .explain(&session, request)
        .await
        .map_err(bad_request)
}

/// Session variables as if they had been sent as headers; Hasura's clients put them into `headers` or beside it.
fn as_headers(user: &Map<String, Value>) -> HeaderMap {
    let members = match user.get("headers") {
        Some(Value::Object(headers)) => headers,
        _ => user,
    };
    members
        .iter()
        .filter_map(|(name, value)| {
            let name = HeaderName::try_from(name.to_ascii_lowercase()).ok()?;
            Some((name, HeaderValue::from_str(value.as_str()?).ok()?))
        })
        .collect()
}
