//! Why a sync does not begin, or ends.

use axum::http::StatusCode;
use connectors::ConnectorError;
use engine::GraphqlError;

use crate::{db::DatabaseError, http::error::ApiError};

/// Facts about a refused or failed sync.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// No such service is configured.
    #[error("there is no service {0:?}")]
    UnknownService(String),
    /// No such run, or its service is no longer configured.
    #[error("there is no such sync run")]
    UnknownRun,
    /// One run at a time.
    #[error("service {0:?} is being synced already")]
    AlreadyRunning(String),
    /// The run is not waiting for a decision.
    #[error("this run is {0}: there is nothing to decide")]
    NothingToDecide(String),
    /// A later run changed the accounts that the plan speaks of.
    #[error("this plan is out of date: a later sync was applied; make a new one")]
    OutOfDate,
    /// The service failed.
    #[error("{0}")]
    Service(#[from] ConnectorError),
    /// The database failed.
    #[error("database error")]
    Database(#[from] diesel::result::Error),
    /// No connection.
    #[error("database error")]
    Connection(#[from] DatabaseError),
    /// No connection was free.
    #[error("database error")]
    Pool(#[from] diesel_async::pooled_connection::deadpool::PoolError),
}

impl SyncError {
    /// A stable code for an expected refusal; `None` for a fault of ours.
    fn code(&self) -> Option<&'static str> {
        match self {
            Self::UnknownService(_) => Some("unknown-service"),
            Self::UnknownRun => Some("not-found"),
            Self::AlreadyRunning(_) => Some("already-running"),
            Self::NothingToDecide(_) => Some("nothing-to-decide"),
            Self::OutOfDate => Some("out-of-date"),
            Self::Service(_) => Some("service-failed"),
            Self::Database(_) | Self::Connection(_) | Self::Pool(_) => None,
        }
    }
}

impl From<SyncError> for GraphqlError {
    fn from(error: SyncError) -> Self {
        match error.code() {
            Some(code) => Self::refusal(code, error.to_string()),
            None => Self::fault(&error),
        }
    }
}

impl From<SyncError> for ApiError {
    fn from(error: SyncError) -> Self {
        let status = match &error {
            SyncError::UnknownService(_) | SyncError::UnknownRun => StatusCode::NOT_FOUND,
            _ => StatusCode::CONFLICT,
        };
        match error.code() {
            Some(code) => Self::expected(status, code, error.to_string()),
            None => Self::fault(&error),
        }
    }
}
