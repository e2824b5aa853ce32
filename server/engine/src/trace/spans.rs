//! The spans of an operation, as OpenTelemetry's conventions name them. None is made when nobody takes them.
//!
//! What an operation did is told only within the span of that operation: live queries look again and again, for
//! nobody in particular.

use std::future::Future;

use opentelemetry::trace::TraceContextExt;
use tracing::{Instrument, Level, Span, field::Empty, trace_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::TARGET;

/// The span of an operation, whose kind and name are found out later.
pub(crate) fn operation() -> Span {
    trace_span!(
        target: TARGET,
        "operation",
        otel.status_code = Empty,
        "error.type" = Empty,
        "graphql.operation.type" = Empty,
        graphql.operation.name = Empty,
    )
}

/// What is known of the operation, once it is.
pub(crate) fn identify(span: &Span, kind: &'static str, name: Option<&str>) {
    if span.is_disabled() {
        return;
    }
    // A field could not name it any more, once something below it has begun.
    span.context().span().update_name(kind);
    span.record("graphql.operation.type", kind);
    if let Some(name) = name {
        span.record("graphql.operation.name", name);
    }
}

/// Says of a span that what it stands for failed, with a code.
pub(crate) fn fail(span: &Span, code: &str) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", code);
}

/// Reading a document.
pub(crate) fn parsing() -> Span {
    within(|| trace_span!(target: TARGET, "parse"))
}

/// Checking a document against a role's schema.
pub(crate) fn validation() -> Span {
    within(|| trace_span!(target: TARGET, "validate"))
}

/// Planning a field.
pub(crate) fn planning(field: &str) -> Span {
    within(|| trace_span!(target: TARGET, "plan", graphql.field.name = field))
}

/// Runs a statement in a span of its own.
pub(crate) async fn statement<T, E>(
    text: impl FnOnce() -> String,
    running: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let span = within(|| {
        let span = trace_span!(
            target: TARGET,
            "postgresql",
            otel.kind = "client",
            otel.status_code = Empty,
            "error.type" = Empty,
            db.system.name = "postgresql",
            db.query.text = Empty,
        );
        if !span.is_disabled() {
            span.record("db.query.text", text());
        }
        span
    });
    let done = running.instrument(span.clone()).await;
    if done.is_err() {
        // PostgreSQL's words may hold values of a client.
        fail(&span, "_OTHER");
    }
    done
}

/// A span below the present one; none where there is none.
fn within(make: impl FnOnce() -> Span) -> Span {
    if tracing::span_enabled!(target: TARGET, Level::TRACE) && !Span::current().is_none() {
        make()
    } else {
        Span::none()
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::{filter::LevelFilter, fmt};

    use super::*;

    #[test]
    fn no_span_is_made_for_a_log_alone() {
        let log = fmt()
            .with_max_level(LevelFilter::DEBUG)
            .with_writer(std::io::sink);
        tracing::subscriber::with_default(log.finish(), || {
            let request = tracing::info_span!("request");
            let _within = request.enter();
            assert!(!request.is_disabled());
            for span in [operation(), parsing(), validation(), planning("field")] {
                assert!(span.is_disabled(), "{span:?}");
            }
            let text = || unreachable!("nobody takes the text");
            let done = statement(text, async { Ok::<_, ()>(1) });
            assert_eq!(futures::executor::block_on(done), Ok(1));
        });
    }
}
