//! Why a sign-in or a credential is refused.

use axum::http::StatusCode;

use crate::http::error::ApiError;

/// Facts about a refused sign-in.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// No provider of that name.
    #[error("there is no sign-in provider {0:?}")]
    UnknownProvider(String),
    /// The request lacks what the provider needs.
    #[error("{0}")]
    BadRequest(&'static str),
    /// The provider says no, or the person is in no team that gives a role.
    #[error("{0}")]
    Refused(&'static str),
    /// The user is switched off.
    #[error("this user is not active")]
    Inactive,
    /// Too many links were asked for from one address.
    #[error("too many links were asked for from here, try again in an hour")]
    TooMany,
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// The provider could not be asked.
    #[error("the sign-in provider could not be reached, try again later")]
    Provider(#[from] connectors::ConnectorError),
    /// The database failed.
    #[error("database error")]
    Database(#[from] diesel::result::Error),
    /// No connection was free.
    #[error("database error")]
    Pool(#[from] diesel_async::pooled_connection::deadpool::PoolError),
    /// A token could not be signed.
    #[error("a token could not be signed")]
    Token(#[from] jsonwebtoken::errors::Error),
}

impl From<IdentityError> for ApiError {
    fn from(error: IdentityError) -> Self {
        let (status, code) = match &error {
            IdentityError::UnknownProvider(_) => (StatusCode::NOT_FOUND, "unknown-provider"),
            IdentityError::BadRequest(_) => (StatusCode::BAD_REQUEST, "bad-request"),
            IdentityError::Refused(_) => (StatusCode::UNAUTHORIZED, "refused"),
            IdentityError::Inactive => (StatusCode::UNAUTHORIZED, "inactive"),
            IdentityError::TooMany => (StatusCode::TOO_MANY_REQUESTS, "limit-exceeded"),
            IdentityError::NotSignedIn => (StatusCode::UNAUTHORIZED, "not-signed-in"),
            IdentityError::Provider(cause) => {
                tracing::warn!(
                    error = cause as &dyn std::error::Error,
                    "sign-in provider failed"
                );
                (StatusCode::BAD_GATEWAY, "provider-unreachable")
            }
            IdentityError::Database(_) | IdentityError::Pool(_) | IdentityError::Token(_) => {
                return Self::fault(&error);
            }
        };
        Self::expected(status, code, error.to_string())
    }
}
