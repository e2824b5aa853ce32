//! Live queries that share a statement, and streams.

use anyhow::Result;
use serde_json::{Value, json};

use crate::{
    socket::Socket,
    world::{Setup, World, code},
};

const BY_KEY: &str = "subscription($id: Int!) { book_by_pk(id: $id) { title } }";

async fn follow(socket: &mut Socket, id: &str, query: &str, variables: Value) -> Result<()> {
    let payload = json!({ "query": query, "variables": variables });
    socket
        .say(json!({ "type": "subscribe", "id": id, "payload": payload }))
        .await
}

async fn rename(world: &World, id: i32, title: &str) -> Result<()> {
    let change = "mutation($id: Int!, $title: String!) { \
                  update_book_by_pk(pk_columns: {id: $id}, _set: {title: $title}) { id } }";
    let body = json!({ "query": change, "variables": { "id": id, "title": title } });
    let answer = world.ask("admin", &body).await?;
    assert_eq!(answer["data"]["update_book_by_pk"]["id"], id, "{answer}");
    Ok(())
}

#[tokio::test]
async fn subscriptions_that_differ_in_variables_share_a_statement() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let mut socket = Socket::enter(&world).await?;
    for operation in 0..40 {
        let id = operation % 4 + 1;
        follow(
            &mut socket,
            &operation.to_string(),
            BY_KEY,
            json!({ "id": id }),
        )
        .await?;
    }
    let mut titles = std::collections::BTreeMap::new();
    for _ in 0..40 {
        let message = socket.said().await?;
        let operation: i32 = message["id"].as_str().unwrap_or_default().parse()?;
        let title = &message["payload"]["data"]["book_by_pk"]["title"];
        let known = titles.entry(operation % 4).or_insert_with(|| title.clone());
        assert_eq!(
            known, title,
            "operation {operation} has the answer of another"
        );
    }
    assert_eq!(titles.len(), 4);
    assert_eq!(world.engine.live_statements(), 1);

    rename(&world, 2, "Renamed").await?;
    for _ in 0..10 {
        let message = socket.said().await?;
        let operation: i32 = message["id"].as_str().unwrap_or_default().parse()?;
        assert_eq!(operation % 4 + 1, 2, "{message}");
        assert_eq!(message["payload"]["data"]["book_by_pk"]["title"], "Renamed");
    }
    // Nothing else was sent: what comes next is the next change.
    rename(&world, 3, "Renamed, too").await?;
    let message = socket.said().await?;
    assert_eq!(
        message["payload"]["data"]["book_by_pk"]["title"],
        "Renamed, too"
    );
    world.stop().await
}

/// Subscribes, again and again; returns only what went wrong.
async fn come_and_go(socket: &mut Socket) -> anyhow::Error {
    loop {
        let coming = async {
            follow(socket, "newcomer", BY_KEY, json!({ "id": 2 })).await?;
            socket.said().await?;
            socket
                .say(json!({ "type": "complete", "id": "newcomer" }))
                .await
        };
        if let Err(error) = coming.await {
            return error;
        }
    }
}

#[tokio::test]
async fn newcomers_do_not_keep_the_others_from_a_change() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let mut follower = Socket::enter(&world).await?;
    follow(&mut follower, "follower", BY_KEY, json!({ "id": 1 })).await?;
    follower.said().await?;
    let mut others = Socket::enter(&world).await?;
    let change = async {
        rename(&world, 1, "Renamed").await?;
        let message = follower.said().await?;
        assert_eq!(message["payload"]["data"]["book_by_pk"]["title"], "Renamed");
        anyhow::Ok(())
    };
    tokio::select! {
        outcome = change => outcome?,
        gone = come_and_go(&mut others) => return Err(gone),
    }
    world.stop().await
}

#[tokio::test]
async fn who_asks_for_nonsense_ends_alone() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let mut socket = Socket::enter(&world).await?;
    let query = "subscription($born: date!) { author(where: {born: {_eq: $born}}) { name } }";
    follow(&mut socket, "good", query, json!({ "born": "1900-05-01" })).await?;
    let message = socket.said().await?;
    let ada = json!([{ "name": "Ada" }]);
    assert_eq!(message["payload"]["data"]["author"], ada);
    follow(&mut socket, "bad", query, json!({ "born": "no day" })).await?;
    let message = socket.said().await?;
    assert_eq!(
        (&message["type"], &message["id"]),
        (&json!("error"), &json!("bad"))
    );
    assert_eq!(
        code(&json!({ "errors": message["payload"] })),
        "data-exception"
    );
    let change =
        "mutation { update_author_by_pk(pk_columns: {id: 1}, _set: {name: \"A.\"}) { id } }";
    world.query("admin", change).await?;
    let message = socket.said().await?;
    assert_eq!(message["id"], "good");
    assert_eq!(
        message["payload"]["data"]["author"],
        json!([{ "name": "A." }])
    );
    world.stop().await
}

#[tokio::test]
async fn a_stream_sends_what_follows_its_cursor_in_batches() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let mut socket = Socket::enter(&world).await?;
    let query = "subscription($after: Int!) { book_stream(batch_size: 3, \
                 cursor: [{initial_value: {id: $after}, ordering: ASC}]) { id author { name } } }";
    follow(&mut socket, "books", query, json!({ "after": 0 })).await?;
    let ids = |message: &Value| -> Vec<i64> {
        let rows = message["payload"]["data"]["book_stream"].as_array();
        let rows = rows.map(Vec::as_slice).unwrap_or_default();
        rows.iter().filter_map(|row| row["id"].as_i64()).collect()
    };
    assert_eq!(ids(&socket.said().await?), [1, 2, 3]);
    assert_eq!(ids(&socket.said().await?), [4]);
    let add = "mutation { insert_book(objects: [{id: 9, title: \"N\", author_id: 1}, {id: 8, title: \"E\", author_id: 2}]) \
               { affected_rows } }";
    world.query("admin", add).await?;
    assert_eq!(ids(&socket.said().await?), [8, 9]);
    world.stop().await
}

#[tokio::test]
async fn a_stream_has_no_cursor_on_a_hidden_column() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let refused = world
        .query(
            "reader",
            "subscription { book_stream(batch_size: 1, cursor: [{initial_value: {price: 1}}]) { id } }",
        )
        .await?;
    assert_eq!(code(&refused), "validation-failed", "{refused}");
    let message = refused["errors"][0]["message"].as_str().unwrap_or_default();
    assert!(message.contains("'price'"), "{message}");
    world.stop().await
}
