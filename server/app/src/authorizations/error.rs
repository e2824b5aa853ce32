//! Why something about authorization requests is refused or fails.

use engine::GraphqlError;

/// Why something about authorization requests is refused or fails.
#[derive(Debug, thiserror::Error)]
pub enum AuthorizationError {
    /// Nobody configured such an API.
    #[error("there is no API {0:?} here")]
    UnknownApi(String),
    /// The signature is missing, or none of the API's secrets made it.
    #[error("the signature is missing or wrong")]
    Unsigned,
    /// The body is larger than any that DataPass sends.
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    /// The database failed.
    #[error("database error")]
    Database(#[from] diesel::result::Error),
    /// No connection.
    #[error("database error")]
    Pool(#[from] diesel_async::pooled_connection::deadpool::PoolError),
}

impl From<AuthorizationError> for GraphqlError {
    fn from(error: AuthorizationError) -> Self {
        let code = match &error {
            AuthorizationError::UnknownApi(_) => "unknown-api",
            AuthorizationError::Unsigned => "access-denied",
            AuthorizationError::TooLarge(_) => "limit-exceeded",
            AuthorizationError::Database(_) | AuthorizationError::Pool(_) => {
                return Self::fault(&error);
            }
        };
        Self::refusal(code, error.to_string())
    }
}
