//! The numbers for Prometheus: who may see them, and what they count.

use anyhow::Result;
use tests::harness::{ADMIN_SECRET, Client, Database, Plan, Server, World};

const BEARER: &str = "authorization";

/// A server whose metrics have a secret.
async fn world() -> Result<World> {
    let more = "[server]\nmetrics_secret = \"scraper\"\n".to_owned();
    World::plan(Plan {
        more,
        ..Plan::default()
    })
    .await
}

/// The status of `/metrics`, and what it says.
async fn metrics(client: Client) -> Result<(u16, String)> {
    let response = client.get("/metrics").await?;
    Ok((response.status().as_u16(), response.text().await?))
}

#[tokio::test]
async fn a_scraper_and_an_operator_see_what_was_answered() -> Result<()> {
    let world = world().await?;
    let scraper = world
        .server
        .anonymous()
        .with_header(BEARER, "Bearer scraper");
    let (status, before) = metrics(scraper.clone()).await?;
    assert_eq!(status, 200);
    assert!(!before.contains("graphql_requests_total{"), "{before}");
    world
        .server
        .operator()
        .data("{ services { name } }")
        .await?;
    let (_, after) = metrics(scraper).await?;
    for line in [
        r#"graphql_requests_total{operation_type="query",response_status="success"} 1"#,
        r#"graphql_execution_seconds_bucket{operation_type="query",le="10"} 1"#,
        r#"graphql_postgres_connections{state="used"}"#,
        "# HELP graphql_requests_total",
    ] {
        assert!(after.contains(line), "{line}\n{after}");
    }
    let (status, operators) = metrics(world.server.operator()).await?;
    assert_eq!((status, operators.is_empty()), (200, false));
    Ok(())
}

#[tokio::test]
async fn nobody_else_sees_them() -> Result<()> {
    let world = world().await?;
    let anonymous = || world.server.anonymous();
    for client in [
        anonymous(),
        anonymous().with_header(BEARER, "Bearer scrape"),
        anonymous().with_header(BEARER, "scraper"),
        anonymous().with_header(BEARER, &format!("Bearer {ADMIN_SECRET}")),
        anonymous().with_header("x-hasura-admin-secret", "scraper"),
        world.server.sign_in("amelie", "admin").await?,
    ] {
        let told = metrics(client).await?;
        assert_eq!((told.0, told.1.contains("graphql_")), (403, false));
    }
    Ok(())
}

#[tokio::test]
async fn without_any_secret_there_are_none() -> Result<()> {
    let database = Database::create().await?;
    let server = Server::start_in(&database, "", &[("SECRETARIAT_ADMIN_SECRET", "")]).await?;
    for client in [
        server.anonymous(),
        server.operator(),
        server.anonymous().with_header(BEARER, "Bearer "),
    ] {
        assert_eq!(metrics(client).await?, (404, "not found".to_owned()));
    }
    Ok(())
}
