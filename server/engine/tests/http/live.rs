//! Live queries that share a statement, and streams.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::Result;
use engine::execute::limits::{LimitRules, Limits};
use serde_json::{Value, json};

use crate::{
    socket::Socket,
    world::{SECRET, Setup, World, code},
};

const BY_KEY: &str = "subscription($id: Int!) { book_by_pk(id: $id) { title } }";

pub async fn follow(socket: &mut Socket, id: &str, query: &str, variables: Value) -> Result<()> {
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
async fn a_push_carries_what_postgresql_wrote() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let field = "every_type_by_pk(id: 1) { document documentb amount }";
    let asked = world.post(&json!({ "query": format!("{{ {field} }}") }));
    let body = asked.send().await?.text().await?;
    // Spaces, digits and a repeated key that no parser would keep.
    assert!(
        body.contains("{ \"a\" :  [ 1 ,\n 2.50 ] , \"a\": null }"),
        "{body}"
    );
    assert!(body.contains("\"b\": 1.50"), "{body}");
    let mut socket = Socket::enter(&world).await?;
    for kind in ["subscription", "query"] {
        socket
            .subscribe(kind, &format!("{kind} {{ {field} }}"))
            .await?;
        let expected = format!("{{\"type\":\"next\",\"id\":\"{kind}\",\"payload\":{body}}}");
        assert_eq!(socket.text().await?, expected);
    }
    world.stop().await
}

/// A library with a view that is slow for keys above 1 while the first shelf is called so.
pub fn with_slow_view(milliseconds: u64) -> Setup {
    let tables = "- \"!include author.yaml\"\n- \"!include book.yaml\"\n- \"!include shelf.yaml\"\n- \"!include loan.yaml\"\n- \"!include public_book.yaml\"\n- \"!include slow.yaml\"\n";
    let slow = "table: {name: slow, schema: public}\nselect_permissions:\n  - role: reader\n    permission: {columns: '*', filter: {}}\n";
    let time = Limits {
        time: Some(Duration::from_millis(milliseconds)),
        ..Limits::default()
    };
    Setup {
        files: vec![
            ("databases/default/tables/tables.yaml", tables.to_owned()),
            ("databases/default/tables/slow.yaml", slow.to_owned()),
        ],
        sql: "create view slow as select key.id, shelf.label, (select name from author where id = 1) as author, \
              case when key.id > 1 and shelf.label = 'Slow' then pg_sleep(20)::text end as nothing \
              from generate_series(1, 20) as key (id) join shelf on shelf.id = 1",
        limits: LimitRules {
            default: Limits::default(),
            roles: BTreeMap::from([("reader".to_owned(), time)]),
        },
        ..Setup::default()
    }
}

pub async fn name_the_shelf(world: &World, label: &str) -> Result<()> {
    let change = "mutation($label: String!) { \
                  update_shelf_by_pk(pk_columns: {id: 1}, _set: {label: $label}) { id } }";
    let body = json!({ "query": change, "variables": { "label": label } });
    let answer = world.ask("admin", &body).await?;
    assert_eq!(answer["data"]["update_shelf_by_pk"]["id"], 1, "{answer}");
    Ok(())
}

pub async fn enter_as_reader(world: &World) -> Result<Socket> {
    let mut socket = Socket::open(world, "graphql-transport-ws").await?;
    let headers = json!({ "x-hasura-admin-secret": SECRET, "x-hasura-role": "reader", "x-hasura-user-id": "r1" });
    socket
        .say(json!({ "type": "connection_init", "payload": { "headers": headers } }))
        .await?;
    socket.said().await?;
    Ok(socket)
}

#[tokio::test]
async fn a_slow_live_query_is_cancelled_and_others_are_unharmed() -> Result<()> {
    let world = World::start(with_slow_view(300)).await?;
    let mut socket = enter_as_reader(&world).await?;
    let query = "subscription($id: Int!) { slow(where: {id: {_eq: $id}}) { label nothing } }";
    for id in 1..=4 {
        follow(&mut socket, &id.to_string(), query, json!({ "id": id })).await?;
        assert_eq!(socket.said().await?["type"], "next");
    }
    name_the_shelf(&world, "Slow").await?;
    let begun = Instant::now();
    let mut ended = Vec::new();
    for _ in 0..4 {
        let said = socket.said().await?;
        let id = said["id"].as_str().unwrap_or_default().to_owned();
        if id == "1" {
            assert_eq!(
                said["payload"]["data"]["slow"][0]["label"], "Slow",
                "{said}"
            );
            continue;
        }
        assert_eq!(said["type"], "error", "{said}");
        assert_eq!(
            code(&json!({ "errors": said["payload"] })),
            "limit-exceeded"
        );
        ended.push(id);
    }
    ended.sort();
    assert_eq!(ended, ["2", "3", "4"]);
    assert!(
        begun.elapsed() < Duration::from_secs(6),
        "{:?}",
        begun.elapsed()
    );
    assert!(!world.has_slow_session().await?);
    // Whoever comes to a slow one does not keep the others waiting.
    follow(&mut socket, "late", query, json!({ "id": 5 })).await?;
    let said = socket.said().await?;
    assert_eq!(
        (&said["type"], &said["id"]),
        (&json!("error"), &json!("late"))
    );
    name_the_shelf(&world, "Quick").await?;
    let said = socket.said().await?;
    assert_eq!(said["id"], "1");
    assert_eq!(
        said["payload"]["data"]["slow"][0]["label"], "Quick",
        "{said}"
    );
    world.stop().await
}

#[tokio::test]
async fn slow_newcomers_do_not_keep_the_others_waiting() -> Result<()> {
    let world = World::start(with_slow_view(300)).await?;
    name_the_shelf(&world, "Slow").await?;
    let mut socket = enter_as_reader(&world).await?;
    let query = "subscription($id: Int!) { slow(where: {id: {_eq: $id}}) { author nothing } }";
    for id in 1..=12 {
        follow(&mut socket, &id.to_string(), query, json!({ "id": id })).await?;
        if id == 1 {
            assert_eq!(socket.said().await?["type"], "next");
        }
    }
    let change =
        "mutation { update_author_by_pk(pk_columns: {id: 1}, _set: {name: \"A.\"}) { id } }";
    world.query("admin", change).await?;
    let mut ids = Vec::new();
    for _ in 1..=12 {
        ids.push(socket.said().await?["id"].clone());
    }
    let place = ids.iter().position(|id| id == "1");
    assert!(place.is_some_and(|place| place < 8), "{ids:?}");
    world.stop().await
}

#[tokio::test]
async fn a_slow_stream_is_cancelled() -> Result<()> {
    let world = World::start(with_slow_view(300)).await?;
    let mut socket = enter_as_reader(&world).await?;
    let query = "subscription { slow_stream(batch_size: 2, cursor: [{initial_value: {id: 0}}]) { id nothing } }";
    name_the_shelf(&world, "Slow").await?;
    let begun = Instant::now();
    socket.subscribe("slow", query).await?;
    let said = socket.said().await?;
    assert_eq!(
        code(&json!({ "errors": said["payload"] })),
        "limit-exceeded",
        "{said}"
    );
    assert!(
        begun.elapsed() < Duration::from_secs(6),
        "{:?}",
        begun.elapsed()
    );
    assert!(!world.has_slow_session().await?);
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
