//! What a receiver of traces is told of requests, and in which trace.

use std::{
    io::Write,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result};
use axum::http::HeaderValue;
use engine::{
    metadata::opentelemetry::OpenTelemetry,
    trace::{Settings, Traces},
};
use opentelemetry_proto::tonic::trace::v1::{Status, status::StatusCode};
use serde_json::{Value, json};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::{Layer as _, filter::LevelFilter, fmt, layer::SubscriberExt as _};

use crate::{
    receiver::{Received, Receiver, of},
    socket::Socket,
    world::{Setup, World},
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

/// What was written to the log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A server that sends its traces to a receiver.
struct Traced {
    world: World,
    receiver: Receiver,
    traces: Traces,
    log: Log,
    /// Gives the spans to the traces.
    _taken: DefaultGuard,
}

impl Traced {
    async fn start() -> Result<Self> {
        let receiver = Receiver::start().await?;
        let endpoint = format!("{}/v1/traces", receiver.url);
        let metadata = json!({
            "status": "enabled",
            "data_types": ["traces"],
            "exporter_otlp": {
                "otlp_traces_endpoint": endpoint,
                "headers": [{ "name": "x-key", "value": "secret" }],
                "resource_attributes": [{ "name": "service.name", "value": "library" }],
            },
        });
        let metadata: OpenTelemetry = serde_json::from_value(metadata)?;
        let settings = Settings::read("engine", |_| None, &metadata)?.context("no settings")?;
        let traces = Traces::begin(&settings, reqwest::Client::new())?;
        let log = Log::default();
        let writer = log.clone();
        let lines = fmt::layer().json().with_writer(move || writer.clone());
        let subscriber = tracing_subscriber::registry()
            .with(lines.with_filter(LevelFilter::INFO))
            .with(traces.layer());
        // A test has one thread, on which all of the server runs.
        let taken = tracing::subscriber::set_default(subscriber);
        let world = World::start(Setup {
            traces: Some(traces.clone()),
            ..Setup::default()
        })
        .await?;
        Ok(Self {
            world,
            receiver,
            traces,
            log,
            _taken: taken,
        })
    }

    async fn ask(&self, body: &Value, headers: &[(&str, &str)]) -> Result<Value> {
        let mut request = self.world.post(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Ok(request.send().await?.json().await?)
    }

    /// Ends the server, and returns the spans that it sent and what it logged.
    async fn end(self) -> Result<(Vec<Received>, String)> {
        self.traces.finish(Duration::from_secs(10)).await;
        self.world.stop().await?;
        anyhow::ensure!(self.receiver.calls() > 0, "nothing was sent");
        let log = self.log.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok((
            self.receiver.received(),
            String::from_utf8_lossy(&log).into_owned(),
        ))
    }
}

/// The only span of this name.
fn named<'a>(spans: &'a [Received], name: &str) -> Result<&'a Received> {
    let mut found = spans.iter().filter(|received| received.span.name == name);
    let (first, second) = (found.next(), found.next());
    assert!(second.is_none(), "two spans {name}: {spans:#?}");
    first.with_context(|| format!("no span {name}: {spans:#?}"))
}

#[tokio::test]
async fn a_request_its_operation_and_what_it_did_are_spans_of_the_named_trace() -> Result<()> {
    let traced = Traced::start().await?;
    let query =
        json!({ "query": "query Shelf { shelf(where: {label: {_eq: \"hidden-value\"}}) { id } }" });
    let parent = format!("00-{TRACE}-{SPAN}-01");
    traced.ask(&query, &[("traceparent", &parent)]).await?;
    let (spans, _) = traced.end().await?;
    let request = named(&spans, "POST /v1/graphql")?;
    assert_eq!(
        (request.trace(), request.parent()),
        (TRACE.into(), SPAN.into())
    );
    assert_eq!(request.span.kind, 2, "a server's");
    assert_eq!(request.attribute("http.route"), "/v1/graphql");
    assert_eq!(request.attribute("http.request.method"), "POST");
    assert_eq!(request.attribute("http.response.status_code"), "200");
    assert_eq!(of(&request.resource, "service.name"), "library");
    assert_eq!(
        request.headers.get("x-key").map(HeaderValue::as_bytes),
        Some(&b"secret"[..])
    );
    let operation = named(&spans, "query")?;
    assert_eq!(operation.parent(), request.id());
    assert_eq!(operation.attribute("graphql.operation.name"), "Shelf");
    assert_eq!(operation.attribute("graphql.operation.type"), "query");
    for name in ["parse", "validate", "plan", "postgresql"] {
        assert_eq!(named(&spans, name)?.parent(), operation.id(), "{name}");
    }
    let statement = named(&spans, "postgresql")?;
    assert_eq!(statement.span.kind, 3, "a client's");
    assert_eq!(statement.attribute("db.system.name"), "postgresql");
    let text = statement.attribute("db.query.text");
    assert!(text.contains("select") && text.contains("$1"), "{text}");
    let told = format!("{spans:?}");
    assert!(!told.contains("hidden-value"), "{told}");
    assert!(spans.iter().all(|span| span.trace() == TRACE));
    Ok(())
}

#[tokio::test]
async fn both_forms_of_b3_name_a_trace_too() -> Result<()> {
    let single = format!("{TRACE}-{SPAN}-1");
    for headers in [
        vec![("b3", single.as_str())],
        vec![
            ("x-b3-traceid", TRACE),
            ("x-b3-spanid", SPAN),
            ("x-b3-sampled", "1"),
        ],
    ] {
        let traced = Traced::start().await?;
        let query = json!({ "query": "{ shelf { id } }" });
        traced.ask(&query, &headers).await?;
        let (spans, _) = traced.end().await?;
        let request = named(&spans, "POST /v1/graphql")?;
        assert_eq!(
            (request.trace(), request.parent()),
            (TRACE.into(), SPAN.into())
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_request_whose_caller_wants_no_trace_is_not_told() -> Result<()> {
    let traced = Traced::start().await?;
    let query = json!({ "query": "{ shelf { id } }" });
    let refused = format!("00-{TRACE}-{SPAN}-00");
    traced.ask(&query, &[("traceparent", &refused)]).await?;
    traced.ask(&query, &[("b3", "0")]).await?;
    traced.ask(&query, &[]).await?;
    let (spans, _) = traced.end().await?;
    let request = named(&spans, "POST /v1/graphql")?;
    assert_eq!(request.parent(), "");
    assert!(spans.iter().all(|span| span.trace() == request.trace()));
    Ok(())
}

#[tokio::test]
async fn a_kept_plan_a_mutation_and_a_failure_are_told() -> Result<()> {
    let traced = Traced::start().await?;
    let named_query = json!({ "query": "query Shelf { shelf { id } }" });
    for _ in 0..3 {
        traced.ask(&named_query, &[]).await?;
    }
    let change = json!({ "query": "mutation Shelve { insert_shelf_one(object: {id: 91, label: \"l\"}) { id } }" });
    traced.ask(&change, &[]).await?;
    traced.ask(&change, &[]).await?;
    traced.ask(&json!({ "query": "{ nothing }" }), &[]).await?;
    let (spans, _) = traced.end().await?;
    let all = |name: &str| {
        let found = spans.iter().filter(|received| received.span.name == name);
        found.collect::<Vec<_>>()
    };
    let kept = all("query");
    let kept = kept
        .iter()
        .filter(|span| span.attribute("graphql.operation.name") == "Shelf");
    assert_eq!(kept.count(), 3);
    // A plan is made once and kept; each mutation is planned.
    assert_eq!(all("plan").len(), 3);
    let mutations = all("mutation");
    let status = |received: &Received| received.span.status.as_ref().map(Status::code);
    assert_ne!(status(mutations[0]), Some(StatusCode::Error));
    assert_eq!(status(mutations[1]), Some(StatusCode::Error));
    assert_eq!(mutations[1].attribute("error.type"), "constraint-violation");
    let texts = |operation: &Received| {
        let below = spans.iter().filter(|span| span.parent() == operation.id());
        let below = below.map(|span| span.attribute("db.query.text"));
        below.filter(|text| !text.is_empty()).collect::<Vec<_>>()
    };
    let (written, refused) = (texts(mutations[0]), texts(mutations[1]));
    assert_eq!(written.first().map(String::as_str), Some("BEGIN"));
    assert!(
        written.iter().any(|text| text.contains("insert into")),
        "{written:?}"
    );
    assert_eq!(written.last().map(String::as_str), Some("COMMIT"));
    assert_eq!(refused.last().map(String::as_str), Some("ROLLBACK"));
    let refused = all("operation");
    assert_eq!(refused.len(), 1, "what is refused has no kind");
    assert_eq!(refused[0].attribute("error.type"), "validation-failed");
    Ok(())
}

#[tokio::test]
async fn live_queries_do_not_fill_traces() -> Result<()> {
    let traced = Traced::start().await?;
    let mut socket = Socket::enter(&traced.world).await?;
    let live = "subscription { shelf(order_by: {id: asc}) { label } }";
    crate::live::follow(&mut socket, "1", live, json!({})).await?;
    socket.said().await?;
    let change =
        json!({ "query": "mutation { insert_shelf_one(object: {id: 92, label: \"l\"}) { id } }" });
    traced.ask(&change, &[]).await?;
    socket.said().await?;
    let (spans, _) = traced.end().await?;
    let looks = spans
        .iter()
        .filter(|received| received.attribute("db.query.text").contains("unnest"));
    assert_eq!(looks.count(), 0, "{spans:#?}");
    let roots = spans.iter().filter(|received| received.parent().is_empty());
    let mut roots: Vec<&str> = roots.map(|received| received.span.name.as_str()).collect();
    roots.sort_unstable();
    assert_eq!(roots, ["GET /v1/graphql", "POST /v1/graphql"]);
    Ok(())
}

#[tokio::test]
async fn the_log_says_which_trace_a_request_is_in() -> Result<()> {
    let traced = Traced::start().await?;
    let parent = format!("00-{TRACE}-{SPAN}-01");
    traced
        .ask(
            &json!({ "query": "{ nothing }" }),
            &[("traceparent", &parent)],
        )
        .await?;
    let (_, log) = traced.end().await?;
    let line = log.lines().find(|line| line.contains("operation failed"));
    let line: Value = serde_json::from_str(line.context("no line")?)?;
    assert_eq!(line["span"]["trace_id"], TRACE, "{log}");
    assert!(line["span"]["id"].is_string(), "{log}");
    Ok(())
}
