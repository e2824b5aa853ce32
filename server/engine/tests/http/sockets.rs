//! graphql-transport-ws and its elder.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use engine::execute::limits::{LimitRules, Limits};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    socket::{Came, Socket},
    world::{SECRET, Setup, World, code},
};

const LIVE: &str = "subscription { shelf_by_pk(id: 1) { label } }";

#[tokio::test]
async fn operations_run_beside_each_other_until_they_are_completed() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let mut socket = Socket::enter(&world).await?;
    socket.subscribe("live", LIVE).await?;
    let first = socket.said().await?;
    assert_eq!(
        first,
        json!({ "type": "next", "id": "live", "payload": { "data": { "shelf_by_pk": { "label": "Novels" } } } })
    );
    socket
        .subscribe("once", "{ shelf_by_pk(id: 2) { label } }")
        .await?;
    assert_eq!(
        socket.said().await?["payload"]["data"]["shelf_by_pk"]["label"],
        "Essays"
    );
    assert_eq!(
        socket.said().await?,
        json!({ "type": "complete", "id": "once" })
    );
    socket.say(json!({ "type": "ping" })).await?;
    assert_eq!(socket.said().await?, json!({ "type": "pong" }));
    socket
        .say(json!({ "type": "complete", "id": "live" }))
        .await?;
    let change =
        "mutation { update_shelf_by_pk(pk_columns: {id: 1}, _set: {label: \"Other\"}) { id } }";
    world.query("admin", change).await?;
    socket.subscribe("live", LIVE).await?;
    assert_eq!(
        socket.said().await?["payload"]["data"]["shelf_by_pk"]["label"],
        "Other"
    );
    world.stop().await
}

#[tokio::test]
async fn a_refused_operation_is_answered_by_an_error_and_the_socket_lives() -> Result<()> {
    let limits = LimitRules {
        default: Limits {
            per_minute: std::num::NonZeroU32::new(1),
            ..Limits::default()
        },
        ..LimitRules::default()
    };
    let world = World::start(Setup {
        limits,
        ..Setup::default()
    })
    .await?;
    let mut socket = Socket::enter(&world).await?;
    for query in [
        "subscription { nothing }",
        "{ shelf {",
        "subscription { author { id } book { id } }",
        "subscription { author { ...a } } fragment a on author { ...a }",
    ] {
        socket.subscribe("x", query).await?;
        let refused = socket.said().await?;
        assert_eq!(
            (&refused["type"], &refused["id"]),
            (&json!("error"), &json!("x")),
            "{refused}"
        );
        assert_eq!(
            refused["payload"][0]["extensions"]["code"], "validation-failed",
            "{refused}"
        );
    }
    socket.subscribe("x", LIVE).await?;
    let answered = socket.said().await?;
    assert_eq!(answered["type"], "next", "{answered}");
    let mut reader = Socket::open(&world, "graphql-transport-ws").await?;
    let headers = json!({ "x-hasura-admin-secret": SECRET, "x-hasura-role": "reader", "x-hasura-user-id": "r1" });
    reader
        .say(json!({ "type": "connection_init", "payload": { "headers": headers } }))
        .await?;
    reader.said().await?;
    reader.subscribe("a", "{ author { id } }").await?;
    assert_eq!(reader.said().await?["type"], "next");
    assert_eq!(reader.said().await?["type"], "complete");
    reader.subscribe("b", "{ author { id } }").await?;
    assert_eq!(
        reader.said().await?["payload"][0]["extensions"]["code"],
        "limit-exceeded"
    );
    world.stop().await
}

#[tokio::test]
async fn who_breaks_the_protocol_is_told_how() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let mut early = Socket::open(&world, "graphql-transport-ws").await?;
    early.subscribe("x", LIVE).await?;
    assert_eq!(early.next().await?, Came::Closed(4401));
    let mut stranger = Socket::open(&world, "graphql-transport-ws").await?;
    stranger.init("wrong").await?;
    assert_eq!(stranger.next().await?, Came::Closed(4403));
    let mut silent = Socket::open(&world, "graphql-transport-ws").await?;
    let begun = Instant::now();
    assert_eq!(silent.next().await?, Came::Closed(4408));
    assert!((2..6).contains(&begun.elapsed().as_secs()));
    let mut again = Socket::enter(&world).await?;
    again.init(SECRET).await?;
    assert_eq!(again.next().await?, Came::Closed(4429));
    let mut twice = Socket::enter(&world).await?;
    twice.subscribe("x", LIVE).await?;
    twice.said().await?;
    twice.subscribe("x", LIVE).await?;
    assert_eq!(twice.next().await?, Came::Closed(4409));
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for malformed in [
        "nonsense".to_owned(),
        deep,
        json!({ "type": "shout" }).to_string(),
        json!({ "type": "subscribe", "id": "x" }).to_string(),
        json!({ "type": "subscribe", "id": "", "payload": { "query": LIVE } }).to_string(),
    ] {
        let mut socket = Socket::enter(&world).await?;
        socket.0.send(Message::text(malformed.clone())).await?;
        assert_eq!(socket.next().await?, Came::Closed(4400), "{malformed}");
    }
    world.stop().await
}

#[tokio::test]
async fn a_socket_has_room_for_so_many_operations() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let mut socket = Socket::enter(&world).await?;
    for number in 0..=100 {
        socket.subscribe(&number.to_string(), LIVE).await?;
    }
    let mut refused = 0;
    for _ in 0..=100 {
        let said = socket.said().await?;
        if said["type"] == "error" {
            refused += 1;
            assert_eq!(said["payload"][0]["extensions"]["code"], "limit-exceeded");
        }
    }
    assert_eq!(refused, 1);
    world.stop().await
}

/// A socket that said that it is this user's, and what it was told.
async fn enter_as(world: &World, user: &str) -> Result<(Socket, Message)> {
    let mut socket = Socket::open(world, "graphql-transport-ws").await?;
    let headers = json!({ "x-hasura-admin-secret": SECRET, "x-hasura-user-id": user });
    socket
        .say(json!({ "type": "connection_init", "payload": { "headers": headers } }))
        .await?;
    let told = socket.0.next().await.context("no farewell")??;
    Ok((socket, told))
}

#[tokio::test]
async fn a_caller_has_so_many_sockets_and_others_have_theirs() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let mut sockets = Vec::new();
    for _ in 0..100 {
        let (socket, told) = enter_as(&world, "one").await?;
        assert!(told.is_text(), "{told}");
        sockets.push(socket);
    }
    let (_, told) = enter_as(&world, "one").await?;
    let Message::Close(Some(frame)) = told else {
        anyhow::bail!("{told}");
    };
    assert_eq!(u16::from(frame.code), 4429);
    assert!(
        frame.reason.starts_with("Too many sockets"),
        "{}",
        frame.reason
    );
    assert!(enter_as(&world, "other").await?.1.is_text());
    Socket::enter(&world).await?;
    // Whoever leaves makes room; whoever was refused took none.
    sockets.pop();
    let mut is_in = enter_as(&world, "one").await?.1.is_text();
    for _ in 0..50 {
        if is_in {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        is_in = enter_as(&world, "one").await?.1.is_text();
    }
    assert!(is_in);
    world.stop().await
}

#[tokio::test]
async fn a_socket_is_closed_when_its_session_ends_however_busy_it_is() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let mut socket = Socket::enter(&world).await?;
    socket.subscribe("live", LIVE).await?;
    socket.said().await?;
    world.end.send(true)?;
    assert_eq!(socket.next().await?, Came::Closed(4401));
    world.stop().await
}

#[tokio::test]
async fn the_older_protocol_is_spoken_too() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let mut socket = Socket::open(&world, "graphql-ws").await?;
    socket.init(SECRET).await?;
    assert_eq!(socket.said().await?, json!({ "type": "connection_ack" }));
    assert_eq!(socket.said().await?, json!({ "type": "ka" }));
    socket.say(json!({ "type": "start", "id": "1", "payload": { "query": "{ shelf_by_pk(id: 1) { label } }" } })).await?;
    assert_eq!(socket.said().await?["type"], "data");
    assert_eq!(
        socket.said().await?,
        json!({ "type": "complete", "id": "1" })
    );
    socket
        .say(json!({ "type": "start", "id": "2", "payload": { "query": "{ nothing }" } }))
        .await?;
    let refused = socket.said().await?;
    assert_eq!(refused["type"], "error");
    assert_eq!(code(&refused["payload"]), "validation-failed");
    let mut stranger = Socket::open(&world, "graphql-ws").await?;
    stranger.init("wrong").await?;
    assert_eq!(stranger.said().await?["type"], "connection_error");
    world.stop().await
}
