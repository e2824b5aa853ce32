//! Answers as server-sent events.

use anyhow::{Context as _, Result};
use futures::StreamExt as _;
use serde_json::json;

use crate::world::{Setup, World, code, header};

#[tokio::test]
async fn a_subscription_is_followed_without_a_socket() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let query = "subscription { shelf_by_pk(id: 1) { label } }";
    for request in [
        world.post(&json!({ "query": query })),
        world.get(&[("query", query)]),
    ] {
        world.query("admin", "mutation { update_shelf_by_pk(pk_columns: {id: 1}, _set: {label: \"Novels\"}) { id } }").await?;
        let response = request.header("accept", "text/event-stream").send().await?;
        assert_eq!(header(&response, "content-type"), "text/event-stream");
        let mut body = response.bytes_stream();
        let first = body.next().await.context("ended")??;
        assert_eq!(
            first,
            "event: next\ndata: {\"data\":{\"shelf_by_pk\":{\"label\":\"Novels\"}}}\n\n"
        );
        world.query("admin", "mutation { update_shelf_by_pk(pk_columns: {id: 1}, _set: {label: \"Other\"}) { id } }").await?;
        let second = body.next().await.context("ended")??;
        assert!(String::from_utf8_lossy(&second).contains("Other"));
    }
    world.stop().await
}

#[tokio::test]
async fn a_query_and_a_refusal_are_one_event_and_the_end() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    for (query, expected) in [
        ("{ shelf_by_pk(id: 1) { label } }", "Novels"),
        ("subscription { nothing }", "validation-failed"),
    ] {
        let request = world
            .post(&json!({ "query": query }))
            .header("accept", "text/event-stream");
        let text = request.send().await?.text().await?;
        assert!(
            text.starts_with("event: next\ndata: {") && text.contains(expected),
            "{text}"
        );
        assert!(
            text.ends_with(
                "event: complete

"
            ),
            "{text:?}"
        );
    }
    world.stop().await
}

#[tokio::test]
async fn a_caller_has_so_many_streams_and_others_have_theirs() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let open = async |user: &'static str| {
        let request = world.post(&json!({ "query": "subscription { shelf { id } }" }));
        let request = request.header("accept", "text/event-stream");
        request.header("x-hasura-user-id", user).send().await
    };
    let mut streams = Vec::new();
    for _ in 0..100 {
        let response = open("one").await?;
        assert_eq!(response.status(), 200);
        streams.push(response);
    }
    let refused = open("one").await?;
    assert_eq!(refused.status(), 429);
    assert_eq!(code(&refused.json().await?), "limit-exceeded");
    assert_eq!(open("other").await?.status(), 200);
    // Whoever leaves makes room.
    streams.clear();
    let mut status = open("one").await?.status();
    for _ in 0..50 {
        if status == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        status = open("one").await?.status();
    }
    assert_eq!(status, 200);
    world.stop().await
}

#[tokio::test]
async fn a_stream_ends_with_its_session() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let request = world.post(&json!({ "query": "subscription { shelf { id } }" }));
    let response = request.header("accept", "text/event-stream").send().await?;
    let mut body = response.bytes_stream();
    body.next().await.context("ended")??;
    world.end.send(true)?;
    let last = tokio::time::timeout(std::time::Duration::from_secs(5), body.next()).await?;
    assert!(last.is_none(), "{last:?}");
    world.stop().await
}
