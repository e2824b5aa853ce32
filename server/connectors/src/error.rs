//! What can go wrong with a service, as facts for an operator. No text here ever contains a secret.

use std::time::Duration;

/// A call to a service that failed, after the retries it was worth.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{call}: {fault}")]
pub struct ConnectorError {
    /// Service, call and page, such as "GitHub, members, page 2".
    pub call: String,
    /// What happened.
    pub fault: Fault,
}

/// What happened to a call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No client could be made.
    #[error("no HTTPS client can be made: {0}")]
    Client(String),
    /// The configured address does not make one.
    #[error("{0} is no usable address")]
    Address(String),
    /// No connection, or one that broke off in the middle of the answer.
    #[error("the service cannot be reached, or broke off ({0})")]
    Unreachable(String),
    /// No complete answer in time.
    #[error("no answer within {} s", .0.as_secs_f32())]
    Timeout(Duration),
    /// 401.
    #[error("the service refuses the token (401)")]
    Unauthorized,
    /// 403, or its GraphQL counterpart.
    #[error("the token lacks a right: {message}")]
    Forbidden {
        /// The service's own words.
        message: String,
    },
    /// 404, or its GraphQL counterpart.
    #[error("not found: {what}")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// Too many calls; waiting for the next window would take too long.
    #[error("the service's rate limit is used up{}", .retry_after.map(|wait| format!("; it asks to wait {} s", wait.as_secs())).unwrap_or_default())]
    RateLimited {
        /// How long the service asks to wait.
        retry_after: Option<Duration>,
    },
    /// Any other answer that is no success.
    #[error("the service answered {status}: {excerpt}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// How the answer begins.
        excerpt: String,
    },
    /// An answer that is not what the service documents.
    #[error("the answer cannot be read: {what}")]
    Malformed {
        /// What is wrong with it.
        what: String,
    },
    /// GraphQL errors beside, or in place of, data.
    #[error("the service refuses the query: {message}")]
    GraphQl {
        /// The messages.
        message: String,
    },
    /// Fewer entries than the service itself counts.
    #[error("the listing is incomplete: {arrived} of {expected} arrived")]
    Incomplete {
        /// Distinct entries received.
        arrived: u64,
        /// The service's own total.
        expected: u64,
    },
    /// A page names as its next one a page that was read already.
    #[error("the listing goes round in circles")]
    RepeatedCursor,
}

impl Fault {
    /// Whether the same call may succeed a moment later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Timeout(_) | Self::RateLimited { .. } => true,
            Self::Status { status, .. } => *status >= 500,
            _ => false,
        }
    }

    /// This fault of that call.
    pub fn of(self, call: impl Into<String>) -> ConnectorError {
        ConnectorError {
            call: call.into(),
            fault: self,
        }
    }
}
