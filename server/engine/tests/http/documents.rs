//! Documents called by their hash, listed documents, hidden schemas.

use anyhow::Result;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::world::{Setup, World, code};

const LISTED: &str = "query titles {\n  book(order_by: {id: asc}) { id, title __typename }\n}";
const OF_READERS: &str = "query loans { loan { book_id } }";

fn hash(query: &str) -> String {
    Sha256::digest(query.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn called(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

fn listing() -> Vec<(&'static str, String)> {
    let collections = json!([
        { "name": "all", "definition": { "queries": [{ "name": "titles", "query": LISTED }] } },
        { "name": "some", "definition": { "queries": [{ "name": "loans", "query": OF_READERS }] } },
        { "name": "idle", "definition": { "queries": [{ "name": "x", "query": "{ author { id } }" }] } },
    ]);
    let allowed = json!([
        { "collection": "all" },
        { "collection": "some", "scope": { "global": false, "roles": ["reader"] } },
    ]);
    vec![
        ("query_collections.yaml", collections.to_string()),
        ("allow_list.yaml", allowed.to_string()),
    ]
}

#[tokio::test]
async fn a_document_is_registered_once_and_then_called_by_its_hash() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let query = "query($id: Int!) { shelf_by_pk(id: $id) { label } }";
    let by_hash = json!({ "variables": { "id": 2 }, "extensions": called(&hash(query)) });
    let unknown = world.ask("admin", &by_hash).await?;
    assert_eq!(unknown["errors"][0]["message"], "PersistedQueryNotFound");
    assert_eq!(code(&unknown), "PERSISTED_QUERY_NOT_FOUND");
    let wrong = json!({ "query": "{ author { id } }", "extensions": called(&hash(query)) });
    assert_eq!(code(&world.ask("admin", &wrong).await?), "bad-request");
    let mut register = by_hash.clone();
    register["query"] = json!(query);
    let expected = json!({ "data": { "shelf_by_pk": { "label": "Essays" } } });
    assert_eq!(world.ask("admin", &register).await?, expected);
    assert_eq!(world.ask("admin", &by_hash).await?, expected);
    assert_eq!(
        code(&world.ask("reader", &by_hash).await?),
        "validation-failed"
    );
    let extensions = called(&hash(query)).to_string();
    let get = [
        ("variables", "{\"id\": 2}"),
        ("extensions", extensions.as_str()),
    ];
    assert_eq!(
        world.get(&get).send().await?.json::<Value>().await?,
        expected
    );
    let old =
        json!({ "extensions": { "persistedQuery": { "version": 2, "sha256Hash": hash(query) } } });
    assert_eq!(code(&world.ask("admin", &old).await?), "bad-request");
    world.stop().await
}

#[tokio::test]
async fn a_document_that_was_refused_is_not_remembered() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let query = "{ shelf { nothing } }";
    let register = json!({ "query": query, "extensions": called(&hash(query)) });
    assert_eq!(
        code(&world.ask("admin", &register).await?),
        "validation-failed"
    );
    let by_hash = json!({ "extensions": called(&hash(query)) });
    assert_eq!(
        code(&world.ask("admin", &by_hash).await?),
        "PERSISTED_QUERY_NOT_FOUND"
    );
    world.stop().await
}

#[tokio::test]
async fn only_listed_documents_run_when_the_list_is_enforced() -> Result<()> {
    let setup = Setup {
        is_allow_list_enforced: true,
        files: listing(),
        ..Setup::default()
    };
    let world = World::start(setup).await?;
    for query in [
        LISTED,
        "query titles{book(order_by:{id:asc}){id title}}",
        OF_READERS,
    ] {
        for _ in 0..2 {
            assert!(
                world.query("reader", query).await?["data"].is_object(),
                "{query}"
            );
        }
    }
    for (role, query) in [
        (
            "reader",
            "query titles { book(order_by: {id: asc}) { title id } }",
        ),
        ("reader", "{ author { id } }"),
        ("reader", "{ __schema { types { name } } }"),
        ("editor", OF_READERS),
    ] {
        let refused = world.query(role, query).await?;
        assert_eq!(
            refused["errors"][0]["message"], "query is not allowed",
            "{query}"
        );
        assert_eq!(code(&refused), "validation-failed");
    }
    assert!(world.query("admin", "{ author { id } }").await?["data"].is_object());
    let by_hash = json!({ "extensions": called(&hash(LISTED)) });
    assert!(world.ask("reader", &by_hash).await?["data"].is_object());
    world.stop().await
}

#[tokio::test]
async fn a_list_that_is_not_enforced_refuses_nothing() -> Result<()> {
    let world = World::start(Setup {
        files: listing(),
        ..Setup::default()
    })
    .await?;
    assert!(world.query("reader", "{ author { id } }").await?["data"].is_object());
    world.stop().await
}

#[tokio::test]
async fn a_role_without_introspection_learns_nothing_of_the_schema() -> Result<()> {
    let files = vec![(
        "graphql_schema_introspection.yaml",
        "disabled_for_roles: [reader]".to_owned(),
    )];
    let world = World::start(Setup {
        files,
        ..Setup::default()
    })
    .await?;
    for query in [
        "{ __schema { types { name } } }",
        "{ __type(name: \"book\") { name } }",
    ] {
        assert_eq!(
            code(&world.query("reader", query).await?),
            "validation-failed"
        );
        assert!(world.query("editor", query).await?["data"].is_object());
    }
    assert!(world.query("reader", "{ __typename }").await?["data"].is_object());
    for query in [
        "{ boo { id } }",
        "{ book { titl } }",
        "{ book(order_by: {id: up}) { id } }",
        "{ book(wher: {}) { id } }",
    ] {
        let refused = world.query("reader", query).await?.to_string();
        for hint in ["Did you mean", "asc", "where", "title'"] {
            assert!(!refused.contains(hint), "{refused}");
        }
    }
    world.stop().await
}
