//! Traces of the server: sent where OpenTelemetry's variables say, and nowhere without them.

use std::time::Duration;

use anyhow::{Context as _, Result};
use tests::harness::{Database, Server};

use crate::receiver::{Received, Receiver, of};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";
/// How long the server may take to end whose receiver answers.
const PATIENCE: Duration = Duration::from_secs(20);
/// The same when it does not: less than it would wait for the answer.
const BOUND: Duration = Duration::from_secs(9);

/// Asks for the services, in a trace.
async fn ask(server: &Server) -> Result<()> {
    let parent = format!("00-{TRACE}-{SPAN}-01");
    let client = server.operator().with_header("traceparent", &parent);
    client.data("query Services { services { name } }").await?;
    client.get("/healthz").await?;
    Ok(())
}

fn named<'a>(spans: &'a [Received], name: &str) -> Result<&'a Received> {
    let mut found = spans.iter().filter(|received| received.span.name == name);
    found
        .next()
        .with_context(|| format!("no {name}: {spans:#?}"))
}

#[tokio::test]
async fn what_was_answered_is_sent_before_the_server_ends() -> Result<()> {
    let (database, receiver) = (Database::create().await?, Receiver::start().await?);
    let environment = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url.as_str()),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=secret"),
        // Only the end sends.
        ("OTEL_BSP_SCHEDULE_DELAY", "600000"),
    ];
    let server = Server::start_in(&database, "", &environment).await?;
    ask(&server).await?;
    server.stop(PATIENCE).await?;
    let spans = receiver.received();
    let request = named(&spans, "POST /v1/graphql")?;
    assert_eq!(
        (request.trace(), request.parent()),
        (TRACE.into(), SPAN.into())
    );
    assert_eq!(of(&request.resource, "service.name"), "secretariat");
    let key = request.headers.get("x-key");
    assert_eq!(
        key.map(reqwest::header::HeaderValue::as_bytes),
        Some(&b"secret"[..])
    );
    let operation = named(&spans, "query")?;
    assert_eq!(operation.parent(), request.id());
    assert_eq!(operation.attribute("graphql.operation.name"), "Services");
    assert_eq!(named(&spans, "postgresql")?.parent(), operation.id());
    assert!(spans.iter().all(|span| span.trace() == TRACE), "{spans:#?}");
    let requests = spans.iter().filter(|span| span.parent() == SPAN);
    assert_eq!(requests.count(), 1, "health is no trace: {spans:#?}");
    Ok(())
}

#[tokio::test]
async fn nothing_is_sent_when_no_variable_names_a_receiver_of_traces() -> Result<()> {
    let (database, receiver) = (Database::create().await?, Receiver::start().await?);
    let environment = [
        ("OTEL_SERVICE_NAME", "secretariat"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", ""),
        ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", receiver.url.as_str()),
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", receiver.url.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "1"),
    ];
    let server = Server::start_in(&database, "", &environment).await?;
    ask(&server).await?;
    server.stop(PATIENCE).await?;
    assert_eq!(receiver.calls(), 0);
    Ok(())
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_holds_up_neither_requests_nor_the_end() -> Result<()> {
    let (database, receiver) = (Database::create().await?, Receiver::start().await?);
    let hangs = format!("{}/hangs", receiver.url);
    let environment = [
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", hangs.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "600000"),
    ];
    let server = Server::start_in(&database, "", &environment).await?;
    ask(&server).await?;
    server.stop(BOUND).await?;
    assert_eq!(receiver.calls(), 1);
    assert!(receiver.received().is_empty());
    Ok(())
}
