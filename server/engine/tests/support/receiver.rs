//! A receiver of traces, as OpenTelemetry's protocol over HTTP has it.

use std::{
    future::pending,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::Result;
use axum::{
    Router,
    body::Bytes,
    extract::{Request, State},
    http::HeaderMap,
    middleware::{Next, from_fn},
    routing::post,
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::Span,
};
use prost::Message as _;

/// A span as it arrived, with what was said of the program that sent it.
#[derive(Debug, Clone)]
pub struct Received {
    pub span: Span,
    pub resource: Vec<KeyValue>,
    pub headers: HeaderMap,
}

type Spans = Arc<Mutex<Vec<Received>>>;
type Calls = Arc<AtomicUsize>;

/// A running receiver.
pub struct Receiver {
    pub url: String,
    spans: Spans,
    calls: Calls,
}

impl Receiver {
    pub async fn start() -> Result<Self> {
        let (spans, calls) = (Spans::default(), Calls::default());
        let counted = Arc::clone(&calls);
        let count = move |request: Request, next: Next| {
            counted.fetch_add(1, Ordering::Relaxed);
            next.run(request)
        };
        let routes = Router::new()
            .route("/v1/traces", post(receive))
            .with_state(Arc::clone(&spans))
            .route("/hangs", post(async || pending::<()>().await))
            .layer(from_fn(count));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { url, spans, calls })
    }

    /// How often it was called, whatever for.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    /// What has arrived.
    pub fn received(&self) -> Vec<Received> {
        let spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        spans.clone()
    }
}

async fn receive(State(spans): State<Spans>, headers: HeaderMap, body: Bytes) {
    let Ok(request) = ExportTraceServiceRequest::decode(body) else {
        return;
    };
    let mut spans = spans.lock().unwrap_or_else(PoisonError::into_inner);
    for group in request.resource_spans {
        let resource = group.resource.unwrap_or_default().attributes;
        let received = group.scope_spans.into_iter().flat_map(|scope| scope.spans);
        spans.extend(received.map(|span| Received {
            span,
            resource: resource.clone(),
            headers: headers.clone(),
        }));
    }
}

/// The text or number of an attribute; empty without it.
pub fn of(attributes: &[KeyValue], name: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == name);
    let value = found.and_then(|attribute| attribute.value.as_ref()?.value.as_ref());
    match value {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        _ => String::new(),
    }
}

impl Received {
    /// The text or number of an attribute; empty without it.
    pub fn attribute(&self, name: &str) -> String {
        of(&self.span.attributes, name)
    }

    pub fn trace(&self) -> String {
        hex(&self.span.trace_id)
    }

    pub fn id(&self) -> String {
        hex(&self.span.span_id)
    }

    pub fn parent(&self) -> String {
        hex(&self.span.parent_span_id)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
