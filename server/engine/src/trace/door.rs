//! The span of a request by HTTP, in the trace that the request names.

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use opentelemetry::trace::TraceContextExt;
use tracing::{Instrument, Span, field::Empty, trace_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::{TARGET, Traces, propagation::Followed};

impl Traces {
    /// The routes, each request to which is a span. The span around them, if there is one with a field `trace_id`, is
    /// told which trace it is in, so that the log says it.
    pub fn around(&self, routes: Router) -> Router {
        routes.layer(from_fn_with_state(self.followed, answer))
    }
}

async fn answer(State(followed): State<Followed>, request: Request, next: Next) -> Response {
    let span = span(&request);
    // It fails when the span is not taken, and then there is nothing to do.
    let _ = span.set_parent(followed.parent(request.headers()));
    let context = span.context();
    let trace = context.span().span_context().trace_id();
    Span::current().record("trace_id", tracing::field::display(trace));
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", status.as_str());
    }
    response
}

fn span(request: &Request) -> Span {
    let method = request.method().as_str();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map(MatchedPath::as_str);
    let name = route.map(|route| format!("{method} {route}"));
    trace_span!(
        target: TARGET,
        "http",
        otel.name = name.as_deref().unwrap_or(method),
        otel.kind = "server",
        otel.status_code = Empty,
        "error.type" = Empty,
        http.request.method = method,
        http.response.status_code = Empty,
        http.route = route,
        url.path = request.uri().path(),
    )
}
