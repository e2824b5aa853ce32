//! What PostgreSQL reads in its statements of the operations that they are for.

use anyhow::Result;
use async_graphql::Request;
use engine::Session;
use futures::StreamExt as _;
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{SECRET, Setup, World};

const BOOKS: &str = "query Books { a: book(order_by: {id: asc}) { title author { name } } }";
const HASH: &str = "99b48631a3bbdad125dbb7574f658f0cc2287fb78c158582c1354f67363de4c0";

/// A library of which this is said beside its tables.
async fn world(said: &str) -> Result<World> {
    let source = format!(
        "- {{name: default, kind: postgres, tables: '!include default/tables/tables.yaml', {said}}}"
    );
    World::start(Setup {
        files: vec![("databases/databases.yaml", source)],
        ..Setup::default()
    })
    .await
}

fn admin() -> Session {
    Session::new(Session::ADMIN, [])
}

/// The statement of a query, as an operator is told it.
async fn explained(world: &World, query: &str) -> Result<String> {
    let request = world
        .bare(Method::POST, "/v1/graphql/explain")
        .json(&json!({ "query": { "query": query } }))
        .header("x-hasura-admin-secret", SECRET);
    let answer: Value = request.send().await?.json().await?;
    Ok(answer[0]["sql"].as_str().unwrap_or_default().to_owned())
}

/// How many connections have run, at last, a statement like this.
async fn heard(world: &World, pattern: &str) -> Result<i64> {
    let sql = "select count(*) as count from pg_stat_activity where datname = current_database() \
               and pid <> pg_backend_pid() and query like ";
    world.count(&format!("{sql}'{pattern}'")).await
}

#[tokio::test]
async fn a_statement_names_operation_field_and_document() -> Result<()> {
    let world = world("query_tags: {disabled: false, format: standard}").await?;
    let sql = explained(&world, BOOKS).await?;
    let tag = format!("/* field_name=a, parameterized_query_hash={HASH}");
    assert!(sql.contains(&tag), "{sql}");
    assert!(sql.ends_with(", operation_name=Books */"), "{sql}");
    let sql = explained(&world, "{ book { title } }").await?;
    assert!(
        sql.contains(" /* field_name=book, ") && !sql.contains("operation_name"),
        "{sql}"
    );
    world.stop().await
}

#[tokio::test]
async fn postgresql_hears_it_at_every_run_and_answers_the_same() -> Result<()> {
    let plain = world("customization: {}").await?;
    let expected = plain.query("admin", BOOKS).await?;
    assert!(expected["data"]["a"][0]["author"].is_object(), "{expected}");
    assert_eq!(heard(&plain, "%/*%").await?, 0);
    plain.stop().await?;
    for (format, pattern) in [
        ("standard", "%operation_name=Books */"),
        ("standard_prepended", "/* field_name=a, %"),
        ("sqlcommenter", "%operation_name=''Books'',%'' */"),
    ] {
        let world = world(&format!("query_tags: {{format: {format}}}")).await?;
        // The first is planned, the others run a plan that is kept.
        for _ in 0..3 {
            assert_eq!(world.query("admin", BOOKS).await?, expected, "{format}");
        }
        let key = "query One { book_by_pk(id: 1) { title } }";
        world.query("admin", key).await?;
        assert!(
            heard(
                &world,
                &pattern.replace("Books", "One").replace("=a", "=book_by_pk")
            )
            .await?
                > 0,
            "{format}"
        );
        world.stop().await?;
    }
    Ok(())
}

#[tokio::test]
async fn rows_that_are_read_by_themselves_are_tagged_too() -> Result<()> {
    let world = world("query_tags: {format: standard}").await?;
    world
        .query("admin", "query Flat { book { title } }")
        .await?;
    assert_eq!(heard(&world, "%operation_name=Flat */").await?, 1);
    world.stop().await
}

#[tokio::test]
async fn mutations_and_live_queries_are_tagged_too() -> Result<()> {
    for format in ["standard", "standard_prepended", "sqlcommenter"] {
        let world = world(&format!("query_tags: {{format: {format}}}")).await?;
        let change = "mutation Shelve { s: insert_shelf(objects: [{id: 90, label: \"s\"}]) { returning { id } } }";
        let told = world
            .engine
            .statements(&admin(), Request::new(change))
            .await?;
        assert!(!told.is_empty());
        for sql in told.values() {
            assert!(sql.contains("Shelve") && sql.contains("*/"), "{sql}");
        }
        let answer = world.query("admin", change).await?;
        assert_eq!(answer["data"]["s"]["returning"][0]["id"], 90, "{answer}");
        let live = Request::new("subscription Live { shelf(where: {id: {_eq: 90}}) { id } }");
        let answer = world.engine.stream(admin(), live).next().await;
        let answer: Value = serde_json::from_str(&answer.unwrap_or_default().into_json())?;
        assert_eq!(answer["data"]["shelf"][0]["id"], 90, "{answer}");
        assert!(heard(&world, "%Live%").await? > 0, "{format}");
        world.stop().await?;
    }
    Ok(())
}
