//! What a server needs around the API when nothing else surrounds it: health, request ids (in the log, too),
//! compression.

use axum::{
    Router,
    http::{HeaderName, Request},
    routing::get,
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
    request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    trace::TraceLayer,
};

/// Bodies below this many bytes are not worth compressing; Hasura draws the line there, too.
const WORTHWHILE: u16 = 700;

/// The API as a server of its own.
pub fn standalone(api: Router) -> Router {
    let header = HeaderName::from_static("x-request-id");
    let worthwhile = SizeAbove::new(WORTHWHILE).and(NotForContentType::SSE);
    api.route("/healthz", get(async || "OK"))
        .layer(CompressionLayer::new().compress_when(worthwhile))
        .layer(CatchPanicLayer::new())
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_request(())
                .on_response(())
                .on_failure(()),
        )
        .layer(PropagateRequestIdLayer::new(header.clone()))
        .layer(SetRequestIdLayer::new(header, NewId))
}

/// What the log says of a request has its id beside it.
fn span<B>(request: &Request<B>) -> tracing::Span {
    let id = request.extensions().get::<RequestId>();
    let id = id.and_then(|id| id.header_value().to_str().ok());
    tracing::info_span!("request", id, trace_id = tracing::field::Empty)
}

/// A random id for requests that bring none.
#[derive(Clone)]
struct NewId;

impl MakeRequestId for NewId {
    fn make_request_id<B>(&mut self, _: &Request<B>) -> Option<RequestId> {
        let id = uuid::Uuid::new_v4().to_string();
        Some(RequestId::new(id.parse().ok()?))
    }
}
