//! One id for each request: in the answer's header, in every log line, in errors and in the audit log.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;
use uuid::Uuid;

/// The header that carries it.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request being served; empty outside of one.
pub fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// The id as a session variable, for the audit log.
pub fn variable() -> (String, String) {
    ("x-request-id".to_owned(), current())
}

/// Gives the request an id: the caller's when it is a short plain word, else a new one.
pub async fn assign(mut request: Request, next: Next) -> Response {
    let given = request
        .headers()
        .get(&HEADER)
        .and_then(|id| id.to_str().ok());
    let id = given
        .filter(|id| {
            (1..=64).contains(&id.len())
                && id
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
        })
        .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
    let value = HeaderValue::from_str(&id).ok();
    if let Some(value) = &value {
        request.headers_mut().insert(HEADER, value.clone());
    }
    let span = tracing::info_span!("request", request_id = %id, method = %request.method(), path = request.uri().path(), trace_id = tracing::field::Empty);
    let mut response = CURRENT.scope(id, next.run(request).instrument(span)).await;
    if let Some(value) = value {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
