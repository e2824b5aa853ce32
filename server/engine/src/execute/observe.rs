//! What is counted and told of every request: numbers through the `metrics` facade, and a line of the log.
//!
//! The names are ours, the content is what Hasura's paid edition counts. Whoever serves the engine installs a recorder;
//! without one nothing is counted. Of a request nothing is told but its hash: it may hold what is nobody's business.

use std::{sync::OnceLock, time::Instant};

use async_graphql::{Request, parser::types::OperationType};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use tracing::Span;

use super::{answer::Answer, cache::DocumentKey};
use crate::{Pool, http::sha256, session::Session, trace::spans};

const REQUESTS: &str = "graphql_requests_total";
const SECONDS: &str = "graphql_execution_seconds";
const REFUSALS: &str = "graphql_refusals_total";
const SUBSCRIPTIONS: &str = "graphql_active_subscriptions";
const STATEMENTS: &str = "graphql_subscription_statements";
const CONNECTIONS: &str = "graphql_postgres_connections";

/// Where a recorder tells durations apart, in seconds.
pub const SECONDS_OF_BUCKETS: [f64; 10] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 10.0];

/// Says what the numbers mean.
pub(super) fn describe() {
    describe_counter!(
        REQUESTS,
        "Answered operations, by kind and whether they succeeded"
    );
    describe_histogram!(SECONDS, "How long operations take, by kind");
    describe_counter!(
        REFUSALS,
        "Requests refused before any operation was read, by code"
    );
    describe_gauge!(SUBSCRIPTIONS, "Subscriptions that are followed");
    describe_gauge!(STATEMENTS, "Statements that serve all live queries");
    describe_gauge!(CONNECTIONS, "Connections to PostgreSQL, by what they do");
}

/// Takes the numbers that change without a request.
pub(super) fn take(pool: &Pool, statements: usize) {
    let status = pool.status();
    let set = |name: &'static str, state: &'static str, number: usize| {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        gauge!(name, "state" => state).set(number);
    };
    set(CONNECTIONS, "idle", status.available);
    set(
        CONNECTIONS,
        "used",
        status.size.saturating_sub(status.available),
    );
    set(CONNECTIONS, "awaited", status.waiting);
    gauge!(STATEMENTS).set(u32::try_from(statements).unwrap_or(u32::MAX));
}

/// Counts and tells a request that was refused before any operation was read.
pub(crate) fn refused(code: &str) {
    counter!(REFUSALS, "code" => code.to_owned()).increment(1);
    tracing::info!(code, "refused");
}

/// An operation that is being answered.
pub(super) struct Observed {
    began: Instant,
    kind: OnceLock<OperationType>,
    /// In a trace.
    pub(super) span: Span,
}

impl Observed {
    pub(super) fn begin() -> Self {
        Self {
            began: Instant::now(),
            kind: OnceLock::new(),
            span: spans::operation(),
        }
    }

    /// Notes the kind, which is a query's unless it is noted, and the operation's name in its document.
    pub(super) fn is(&self, kind: OperationType, operation: Option<&str>) {
        self.kind.get_or_init(|| kind);
        spans::identify(&self.span, name(kind), operation);
    }

    /// Counts the operation and tells it: what went well only to those who look closely.
    pub(super) fn end(self, key: &DocumentKey, answer: &Answer) {
        let seconds = self.began.elapsed().as_secs_f64();
        let kind = name(self.kind.get().copied().unwrap_or(OperationType::Query));
        let failed = answer.errors.first();
        let status = failed.map_or("success", |_| "failed");
        counter!(REQUESTS, "operation_type" => kind, "response_status" => status).increment(1);
        histogram!(SECONDS, "operation_type" => kind).record(seconds);
        let (role, operation) = (key.role.as_str(), key.operation.as_deref());
        match failed {
            Some(error) => {
                let (code, query_hash) = (error.code_text(), sha256(&key.query));
                spans::fail(&self.span, &code);
                tracing::info!(
                    kind,
                    role,
                    operation,
                    query_hash,
                    seconds,
                    code,
                    "operation failed"
                );
            }
            None => tracing::debug!(
                kind,
                role,
                operation,
                query_hash = sha256(&key.query),
                seconds,
                "operation answered"
            ),
        }
    }
}

/// A subscription that is followed until this is dropped.
pub(super) struct Followed;

impl Followed {
    pub(super) fn begin(session: &Session, request: &Request) -> Self {
        gauge!(SUBSCRIPTIONS).increment(1);
        tracing::debug!(
            kind = "subscription",
            role = session.role(),
            operation = request.operation_name.as_deref(),
            query_hash = sha256(&request.query),
            "operation followed"
        );
        Self
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        gauge!(SUBSCRIPTIONS).decrement(1);
    }
}

fn name(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}
