//! Live queries of which some are slow or refused: the others do not suffer, and PostgreSQL is not asked again and again.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use async_graphql::{Request, Variables};
use engine::Session;
use futures::StreamExt as _;
use serde_json::json;

use crate::{
    live::{enter_as_reader, follow, name_the_shelf, with_slow_view},
    socket::Came,
    world::{Setup, World},
};

/// Slow for each id but 1; the other variable makes as many different ones as are wanted.
const SLOW: &str = "subscription($id: Int!, $other: String) { \
                    slow(where: {id: {_eq: $id}, author: {_neq: $other}}) { label nothing } }";

#[tokio::test]
async fn the_quick_do_not_wait_for_many_who_are_slow() -> Result<()> {
    let world = World::start(with_slow_view(1_000)).await?;
    let mut socket = enter_as_reader(&world).await?;
    for number in 0..30 {
        let id = if number % 3 == 0 { 1 } else { 2 + number % 19 };
        let name = format!("{}{number}", if id == 1 { "quick" } else { "slow" });
        let variables = json!({ "id": id, "other": format!("o{number}") });
        follow(&mut socket, &name, SLOW, variables).await?;
        assert_eq!(socket.said().await?["type"], "next");
    }
    name_the_shelf(&world, "Slow").await?;
    let (mut quick, mut slow) = (0, 0);
    while quick < 10 {
        let said = socket.said().await?;
        if said["type"] == "error" {
            slow += 1;
        } else {
            assert_eq!(
                said["payload"]["data"]["slow"][0]["label"], "Slow",
                "{said}"
            );
            quick += 1;
        }
    }
    assert!(slow <= 2, "{slow} slow ones went before");
    world.stop().await
}

/// Waits for a condition, within a bound.
async fn until(holds: impl AsyncFn() -> Result<bool>) -> Result<()> {
    let waiting = async {
        while !holds().await? {
            tokio::task::yield_now().await;
        }
        Ok(())
    };
    tokio::time::timeout(Duration::from_secs(10), waiting).await?
}

#[tokio::test]
async fn who_was_slow_is_looked_at_apart_from_then_on() -> Result<()> {
    let world = World::start(with_slow_view(2_000)).await?;
    name_the_shelf(&world, "Slow").await?;
    let mut socket = enter_as_reader(&world).await?;
    follow(&mut socket, "quick", SLOW, json!({ "id": 1, "other": "a" })).await?;
    assert_eq!(socket.said().await?["type"], "next");
    let slow = json!({ "id": 2, "other": "a" });
    follow(&mut socket, "slow", SLOW, slow.clone()).await?;
    assert_eq!(socket.said().await?["type"], "error");
    follow(&mut socket, "slow", SLOW, slow).await?;
    let asleep = "select count(*) as count from pg_stat_activity \
                  where datname = current_database() and wait_event = 'PgSleep'";
    until(async || Ok(world.count(asleep).await? > 0)).await?;
    let begun = Instant::now();
    follow(&mut socket, "late", SLOW, json!({ "id": 1, "other": "b" })).await?;
    let said = socket.said().await?;
    assert_eq!(
        (&said["type"], &said["id"]),
        (&json!("next"), &json!("late"))
    );
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
    let Came::Said(said) = socket.next().await? else {
        anyhow::bail!("closed");
    };
    assert_eq!(
        (&said["type"], &said["id"]),
        (&json!("error"), &json!("slow"))
    );
    world.stop().await
}

#[tokio::test]
async fn what_is_too_much_at_once_is_looked_at_in_parts() -> Result<()> {
    let world = World::start(Setup {
        sql: "create view slow as select key.id, shelf.label, '' as author, \
              case when shelf.label like 'Slow%' then pg_sleep(0.03)::text end as nothing \
              from generate_series(1, 40) as key (id) join shelf on shelf.id = 1",
        ..with_slow_view(1_000)
    })
    .await?;
    let mut socket = enter_as_reader(&world).await?;
    for id in 1..=40 {
        let variables = json!({ "id": id, "other": "a" });
        follow(&mut socket, &id.to_string(), SLOW, variables).await?;
        assert_eq!(socket.said().await?["type"], "next");
    }
    name_the_shelf(&world, "Slow").await?;
    for _ in 0..40 {
        let said = socket.said().await?;
        assert_eq!(said["type"], "next", "{said}");
    }
    // The next answers come together, and not one by one.
    name_the_shelf(&world, "Slower").await?;
    socket.said().await?;
    let begun = Instant::now();
    for _ in 0..9 {
        let said = socket.said().await?;
        assert_eq!(said["payload"]["data"]["slow"][0]["label"], "Slower");
    }
    assert!(
        begun.elapsed() < Duration::from_millis(150),
        "{:?}",
        begun.elapsed()
    );
    world.stop().await
}

/// A view that counts how often it refuses keys above 1, while the first shelf is called so.
fn with_faulty_view() -> Setup {
    let tables =
        "- table: {name: shelf, schema: public}\n- table: {name: faulty, schema: public}\n";
    Setup {
        files: vec![("databases/default/tables/tables.yaml", tables.to_owned())],
        sql: "create sequence refused; create sequence looked; \
              create function refuse() returns text language plpgsql as $$ begin \
              perform nextval('refused'); raise 'invalid input syntax for type date: \"x\"'; end $$; \
              create view faulty as select key.id, \
              case when key.id = 1 then nextval('looked')::text when shelf.label = 'Slow' then refuse() end as nothing \
              from generate_series(1, 20) as key (id) join shelf on shelf.id = 1",
        ..Setup::default()
    }
}

#[tokio::test]
async fn who_is_refused_alone_is_not_asked_for_again() -> Result<()> {
    let world = World::start(with_faulty_view()).await?;
    let query = "subscription($id: Int!) { faulty(where: {id: {_eq: $id}}) { nothing } }";
    let mut followers = Vec::new();
    for id in 1..=4 {
        let request = Request::new(query).variables(Variables::from_json(json!({ "id": id })));
        let session = Session::new(Session::ADMIN, []);
        let mut follower = world.engine.stream(session, request);
        follower.next().await.context("ended")?;
        followers.push(follower);
    }
    name_the_shelf(&world, "Slow").await?;
    // Nobody hears the refusal, as when a socket is full. The first one has another answer at every look.
    for _ in 0..5 {
        let looked = followers.first_mut().context("nobody")?.next();
        looked.await.context("ended")?;
    }
    // Together, and each of the three alone.
    let asked = world.count("select last_value as count from refused");
    assert_eq!(asked.await?, 4);
    for follower in followers.iter_mut().skip(1) {
        let answer = follower.next().await.context("ended")?;
        assert!(answer.into_json().contains("errors"));
        assert!(follower.next().await.is_none());
    }
    world.stop().await
}
