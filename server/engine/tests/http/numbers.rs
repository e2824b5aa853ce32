//! What is counted of requests, as Prometheus reads it.

use anyhow::{Context as _, Result};
use futures::StreamExt as _;
use metrics_exporter_prometheus::PrometheusBuilder;
use reqwest::Method;
use serde_json::json;

use crate::world::{Setup, World};

#[tokio::test]
async fn operations_subscriptions_connections_and_refusals_are_counted() -> Result<()> {
    let numbers = PrometheusBuilder::new().install_recorder()?;
    let world = World::start(Setup::default()).await?;
    let query = "{ shelf { id } }";
    for (role, document) in [
        ("admin", query),
        ("admin", query),
        ("reader", query),
        (
            "admin",
            "mutation { delete_loan(where: {}) { affected_rows } }",
        ),
    ] {
        world.query(role, document).await?;
    }
    let refused = world
        .bare(Method::POST, "/v1/graphql")
        .json(&json!({ "query": query }));
    refused.send().await?;
    let followed = world.post(&json!({ "query": "subscription { shelf { id } }" }));
    let followed = followed
        .header("accept", "text/event-stream")
        .send()
        .await?;
    let mut events = followed.bytes_stream();
    events.next().await.context("ended")??;
    let told = || {
        world.engine.observe();
        numbers.render()
    };
    let counted = told();
    for line in [
        r#"graphql_requests_total{operation_type="query",response_status="success"} 2"#,
        r#"graphql_requests_total{operation_type="query",response_status="failed"} 1"#,
        r#"graphql_requests_total{operation_type="mutation",response_status="success"} 1"#,
        r#"graphql_execution_seconds_count{operation_type="query"} 3"#,
        r#"graphql_refusals_total{code="access-denied"} 1"#,
        r#"graphql_postgres_connections{state="awaited"} 0"#,
        "graphql_active_subscriptions 1",
        "graphql_subscription_statements 1",
        "# HELP graphql_requests_total",
    ] {
        assert!(counted.contains(line), "{line}\n{counted}");
    }
    drop(events);
    let mut left = told();
    for _ in 0..50 {
        if left.contains("graphql_active_subscriptions 0") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        left = told();
    }
    assert!(left.contains("graphql_active_subscriptions 0"), "{left}");
    world.stop().await
}
