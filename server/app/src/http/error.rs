//! Errors of the routes outside GraphQL: `{"error": {"code", "message", "request_id"}}`.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

/// An error as a client sees it. The request id is added on the way out (see [`super::request_id`]).
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl ApiError {
    /// A refusal with its reason.
    pub fn expected(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    /// A fault of ours: logged here, once, and shown without detail.
    pub fn fault(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "request failed");
        Self::expected(
            StatusCode::INTERNAL_SERVER_ERROR,
            "unexpected",
            "internal error",
        )
    }

    /// The code, for a page that shows its own words.
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let request_id = super::request_id::current();
        let body = json!({"error": {
            "code": self.code,
            "message": self.message,
            "request_id": request_id,
        }});
        (self.status, Json(body)).into_response()
    }
}
