//! What PostgreSQL would do, for the administrator only.

use anyhow::Result;
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{SECRET, Setup, World, code};

#[tokio::test]
async fn the_administrator_sees_statements_and_plans() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let request = |body: &Value| {
        world
            .bare(Method::POST, "/v1/graphql/explain")
            .json(body)
            .header("x-hasura-admin-secret", SECRET)
    };
    let query = json!({ "query": "query($id: Int!) { a: book_by_pk(id: $id) { title } author { name } }", "variables": { "id": 1 } });
    let user = json!({ "x-hasura-role": "reader", "x-hasura-user-id": "r1" });
    for body in [
        json!({ "query": query }),
        json!({ "query": query, "user": user }),
        json!({ "query": query, "user": { "headers": user } }),
    ] {
        let answer: Value = request(&body).send().await?.json().await?;
        assert_eq!(
            (&answer[0]["field"], &answer[1]["field"]),
            (&json!("a"), &json!("author"))
        );
        assert!(
            answer[0]["sql"]
                .as_str()
                .is_some_and(|sql| sql.contains("select"))
        );
        assert!(
            answer[0]["plan"][0]
                .as_str()
                .is_some_and(|line| line.contains("cost=")),
            "{answer}"
        );
        let sql = answer[0]["sql"].as_str().unwrap_or_default();
        assert_eq!(sql.contains("is_public"), body["user"].is_object(), "{sql}");
    }
    let hidden = json!({ "query": { "query": "{ shelf { id } }" }, "user": user });
    let refused = request(&hidden).send().await?;
    assert_eq!(refused.status(), 400);
    assert_eq!(code(&refused.json().await?), "validation-failed");
    let live = json!({ "query": { "query": "subscription { author { id } }" } });
    let refused = request(&live).send().await?;
    assert_eq!(refused.status(), 400);
    assert_eq!(code(&refused.json().await?), "invalid-params");
    let reader = request(&json!({ "query": query })).header("x-hasura-role", "reader");
    let refused = reader.send().await?;
    assert_eq!(refused.status(), 403);
    assert_eq!(code(&refused.json().await?), "access-denied");
    world.stop().await
}
