//! Why something about authorization requests is refused or fails.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use diesel::result::{DatabaseErrorKind, Error::DatabaseError};
use engine::GraphqlError;

use crate::http::error::ApiError;

/// Why something about authorization requests is refused or fails.
#[derive(Debug, thiserror::Error)]
pub enum AuthorizationError {
    /// Nobody configured such an API.
    #[error("there is no API {0:?} here")]
    UnknownApi(String),
    /// The signature is missing, or none of the API's secrets made it.
    #[error("the signature is missing or wrong")]
    Unsigned,
    /// A source sent too much that nobody signed.
    #[error("too many deliveries without a valid signature from this address: wait a minute")]
    TooManyUnsigned,
    /// The body is larger than any that DataPass sends.
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    /// There is no such thing, or it is not the caller's.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// What was asked for is not possible as things stand.
    #[error("{0}")]
    Conflict(&'static str),
    /// What was sent cannot be used.
    #[error("{0}")]
    BadRequest(String),
    /// A token could not be signed.
    #[error("a token could not be signed")]
    Signing(#[from] jsonwebtoken::errors::Error),
    /// The database failed.
    #[error("database error")]
    Database(#[from] diesel::result::Error),
    /// No connection.
    #[error("database error")]
    Pool(#[from] diesel_async::pooled_connection::deadpool::PoolError),
}

impl AuthorizationError {
    /// Whether the same may succeed at once: others stood in the way, and are through by now.
    pub(super) fn is_passing(&self) -> bool {
        // A deadlock has no kind of its own.
        matches!(
            self,
            Self::Database(DatabaseError(
                DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::Unknown,
                _
            ))
        )
    }

    /// The code and the status of an expected refusal; none for a fault of ours.
    fn answer(&self) -> Option<(&'static str, StatusCode)> {
        Some(match self {
            Self::UnknownApi(_) => ("unknown-api", StatusCode::NOT_FOUND),
            Self::Unsigned => ("access-denied", StatusCode::UNAUTHORIZED),
            Self::TooManyUnsigned => ("limit-exceeded", StatusCode::TOO_MANY_REQUESTS),
            Self::TooLarge(_) => ("limit-exceeded", StatusCode::PAYLOAD_TOO_LARGE),
            Self::NotFound(_) => ("not-found", StatusCode::NOT_FOUND),
            Self::Conflict(_) => ("conflict", StatusCode::CONFLICT),
            Self::BadRequest(_) => ("bad-request", StatusCode::BAD_REQUEST),
            Self::Signing(_) | Self::Database(_) | Self::Pool(_) => return None,
        })
    }
}

impl From<AuthorizationError> for GraphqlError {
    fn from(error: AuthorizationError) -> Self {
        match error.answer() {
            Some((code, _)) => Self::refusal(code, error.to_string()),
            None => Self::fault(&error),
        }
    }
}

impl IntoResponse for AuthorizationError {
    fn into_response(self) -> Response {
        match self.answer() {
            Some((code, status)) => {
                ApiError::expected(status, code, self.to_string()).into_response()
            }
            None => ApiError::fault(&self).into_response(),
        }
    }
}
