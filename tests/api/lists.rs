//! What lists stand on: the counts of their facets, and the views that they are searched by.

use anyhow::Result;
use serde_json::{Value, json};
use tests::harness::World;

/// A request with one token in each state, and a contact.
const TOLD: &str = "
    with o as (insert into organizations (siret, name) values ('99123456700010', 'Métropole d’Été') returning id),
         r as (insert into authorization_requests (api, external_id, title, organization_id)
               select 'api_entreprise', '4207', 'Aides à la rénovation', id from o returning id),
         c as (insert into authorization_request_contacts (request_id, role, email, first_name, last_name)
               select id, 'technical', 'l.noel@ville.example', 'Léa', 'Noël' from r)
    insert into api_tokens (request_id, expires_at, blacklisted_at)
    select r.id, now() + expires::interval, now() + blacklisted::interval
    from r, (values ('1 day', null), ('1 day', '1 hour'), ('-1 day', null), ('-1 day', '1 hour'), ('1 day', '-1 hour'))
      it (expires, blacklisted)";

#[tokio::test]
async fn facets_are_counted_by_the_clock_and_not_without_end() -> Result<()> {
    let world = World::start().await?;
    world.database.run_statements(TOLD).await?;
    let jobs = "insert into jobs (kind, state) select 'kind ' || kind, 'done' from generate_series(1, 45) kind";
    world.database.run_statements(jobs).await?;
    world
        .database
        .run_statements(
            "insert into jobs (kind, state) values ('often', 'done'), ('often', 'done')",
        )
        .await?;
    let data = world
        .server
        .operator()
        .data(
            "{ tokens: facet_counts(where: {list: {_eq: \"tokens\"}}, order_by: [{facet: asc}, {value: asc}]) { facet value count } \
               kinds: facet_counts(where: {list: {_eq: \"jobs\"}, facet: {_eq: \"kind\"}}, order_by: {count: desc}) { value count } }",
        )
        .await?;
    let count = |facet: &str, value: &str, count: i64| json!({ "facet": facet, "value": value, "count": count });
    let counts = [
        count("api", "api_entreprise", 5),
        count("state", "active", 1),
        count("state", "blacklisted", 1),
        count("state", "expired", 2),
        count("state", "scheduled", 1),
    ];
    assert_eq!(data["tokens"], json!(counts));
    assert_eq!(data["kinds"].as_array().map(Vec::len), Some(40));
    assert_eq!(data["kinds"][0], json!({ "value": "often", "count": 2 }));
    Ok(())
}

#[tokio::test]
async fn a_token_is_found_by_all_that_tells_of_its_request() -> Result<()> {
    let world = World::start().await?;
    world.database.run_statements(TOLD).await?;
    let query = "query($words: String!) { api_tokens_aggregate(where: {search: {text: {_like: $words}}}) { aggregate { count } } }";
    let found = async |words: &str| -> Result<Value> {
        let variables = json!({ "words": format!("%{words}%") });
        let data = world.server.operator().data_with(query, variables).await?;
        Ok(data["api_tokens_aggregate"]["aggregate"]["count"].clone())
    };
    for words in [
        "4207",
        "renovation",
        "99123456700010",
        "metropole",
        "lea noel",
        "l.noel@",
    ] {
        assert_eq!(found(words).await?, 5, "{words}");
    }
    assert_eq!(found("lyon").await?, 0);
    let token = world
        .server
        .operator()
        .data("{ api_tokens(limit: 1) { id } }")
        .await?;
    let id = token["api_tokens"][0]["id"].as_str().unwrap_or_default();
    assert_eq!(found(id).await?, 1);
    Ok(())
}
