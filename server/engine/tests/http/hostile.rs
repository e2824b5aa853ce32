//! Documents made to do harm: refused, whoever sends them, and the server answers as before.

use anyhow::Result;
use serde_json::{Value, json};

use crate::world::{Setup, World, code};

fn nested(open: &str, core: &str, close: &str, depth: usize) -> String {
    format!("{}{core}{}", open.repeat(depth), close.repeat(depth))
}

/// A chain of fragments, each of which spreads the next one twice.
fn doubling(levels: usize) -> String {
    let fragments: String = (0..levels)
        .map(|level| {
            let next = level + 1;
            format!("fragment f{level} on author {{ a: books {{ author {{ ...f{next} }} }} b: books {{ author {{ ...f{next} }} }} }} ")
        })
        .collect();
    format!("{{ author {{ ...f0 }} }} {fragments} fragment f{levels} on author {{ id }}")
}

#[tokio::test]
async fn hostile_documents_are_refused_whoever_sends_them() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let chain: String = (0..5_000)
        .map(|level| format!("fragment f{level} on author {{ ...f{} }} ", level + 1))
        .collect();
    let backwards: String = (0..300)
        .rev()
        .map(|level| format!("...f{level} "))
        .collect();
    for (name, query) in [
        (
            "depth 200",
            nested("{ author { books ", "{ id }", "} }", 100),
        ),
        (
            "depth 5,000 of where",
            format!(
                "{{ author(where: {}) {{ id }} }}",
                nested("{_not: ", "{}", "}", 5_000)
            ),
        ),
        (
            "depth 50,000 of lists",
            format!(
                "{{ author(where: {}) {{ id }} }}",
                nested("[", "1", "]", 50_000)
            ),
        ),
        (
            "inline fragments",
            format!("{{ author {} }}", nested("{ ... ", "{ id }", "}", 5_000)),
        ),
        (
            "a cycle",
            "{ author { ...a } } fragment a on author { ...b } fragment b on author { ...a }"
                .to_owned(),
        ),
        (
            "a fragment of itself",
            "{ author { ...a } } fragment a on author { ...a }".to_owned(),
        ),
        ("fragments that double", doubling(40)),
        (
            "a chain of fragments",
            format!("{{ author {{ ...f0 }} }} {chain} fragment f5000 on author {{ id }}"),
        ),
        (
            "a chain from its end",
            format!(
                "{{ author {{ {backwards} }} }} {} fragment f300 on author {{ id }}",
                (0..300)
                    .map(|level| format!("fragment f{level} on author {{ ...f{} }} ", level + 1))
                    .collect::<String>()
            ),
        ),
        (
            "a variable in depth",
            nested("query($a: ", "Int", ")", 3_000),
        ),
        ("only brackets", "{".repeat(100_000)),
    ] {
        for role in ["admin", "reader"] {
            let answer = world.query(role, &query).await?;
            let code = code(&answer).as_str().unwrap_or_default();
            assert!(
                ["limit-exceeded", "validation-failed"].contains(&code),
                "{name}: {answer}"
            );
        }
    }
    assert!(world.query("reader", "{ author { id } }").await?["data"].is_object());
    world.stop().await
}

#[tokio::test]
async fn deep_variables_are_refused() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let query = "query($w: author_bool_exp) { author(where: $w) { id } }";
    let body = format!(
        "{{\"query\": {}, \"variables\": {{\"w\": {}}}}}",
        json!(query),
        nested("{\"_not\": ", "{}", "}", 5_000)
    );
    let request = world
        .bare(reqwest::Method::POST, "/v1/graphql")
        .header("x-hasura-admin-secret", crate::world::SECRET)
        .header("content-type", "application/json")
        .body(body);
    let response = request.send().await?;
    assert_eq!(response.status(), 400);
    let answer: Value = response.json().await?;
    assert_eq!(code(&answer), "invalid-json");
    assert!(
        answer["errors"][0]["message"]
            .as_str()
            .is_some_and(|message| message.contains("recursion limit")),
        "{answer}"
    );
    let deep = serde_json::from_str::<Value>(&nested("{\"_not\": ", "{}", "}", 90))?;
    let answer = world
        .ask(
            "reader",
            &json!({ "query": query, "variables": { "w": deep } }),
        )
        .await?;
    assert!(
        answer["data"].is_object(),
        "what is read is also served: {answer}"
    );
    world.stop().await
}

#[tokio::test]
async fn much_of_the_same_does_no_harm() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let aliases: String = (0..10_000)
        .map(|number| format!("a{number}: name "))
        .collect();
    let many = world
        .query("reader", &format!("{{ author {{ {aliases} }} }}"))
        .await?;
    assert!(
        many["errors"][0]["message"].is_string(),
        "{}",
        many.to_string().len()
    );
    let roots: String = (0..60_000)
        .map(|number| format!("a{number}:author{{id}}"))
        .collect();
    assert_eq!(
        code(&world.query("reader", &format!("{{{roots}}}")).await?),
        "limit-exceeded"
    );
    let literal = format!(
        "{{ author(where: {{name: {{_eq: \"{}\"}}}}) {{ id }} }}",
        "x".repeat(900_000)
    );
    assert_eq!(
        world.query("reader", &literal).await?["data"]["author"],
        json!([])
    );
    let regex = json!({ "query": "query($r: String) { author(where: {name: {_regex: $r}}) { id } }", "variables": { "r": "((((a{0,255}){0,255}){0,255}){0,255})" } });
    assert!(world.ask("reader", &regex).await?["errors"][0]["message"].is_string());
    assert!(world.query("reader", "{ author { id } }").await?["data"].is_object());
    world.stop().await
}
