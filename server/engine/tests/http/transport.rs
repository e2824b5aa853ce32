//! POST, GET and the rest: media types, statuses, batches, ids, compression, other sites.

use anyhow::Result;
use engine::http::Origins;
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{SECRET, Setup, World, code, header};

const NEW: &str = "application/graphql-response+json";

#[tokio::test]
async fn errors_have_a_status_in_the_new_media_type_and_none_in_the_old() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let conflict = "mutation { insert_shelf_one(object: {id: 1, label: \"x\"}) { id } }";
    for (query, role, status, expected) in [
        ("{ shelf { id } }", "admin", 200, Value::Null),
        (
            "{ shelf { nothing } }",
            "admin",
            400,
            json!("validation-failed"),
        ),
        ("{ shelf { ", "admin", 400, json!("validation-failed")),
        (conflict, "admin", 409, json!("constraint-violation")),
        ("{ loan { book_id } }", "reader", 400, json!("not-found")),
    ] {
        for (accept, status) in [("application/json", 200), (NEW, status)] {
            let request = world
                .post(&json!({ "query": query }))
                .header("x-hasura-role", role)
                .header("accept", accept);
            let response = request.send().await?;
            assert_eq!(response.status(), status, "{query} as {accept}");
            assert_eq!(
                header(&response, "content-type"),
                format!("{accept}; charset=utf-8")
            );
            assert_eq!(code(&response.json().await?), &expected, "{query}");
        }
    }
    let stranger = world
        .bare(Method::POST, "/v1/graphql")
        .json(&json!({ "query": "{ shelf { id } }" }));
    let response = stranger.try_clone().map(reqwest::RequestBuilder::send);
    assert_eq!(
        response
            .ok_or_else(|| anyhow::anyhow!("no clone"))?
            .await?
            .status(),
        200
    );
    let response = stranger.header("accept", NEW).send().await?;
    assert_eq!(response.status(), 401);
    assert_eq!(code(&response.json().await?), "access-denied");
    world.stop().await
}

#[tokio::test]
async fn what_is_no_request_is_refused_in_any_media_type() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    for (body, kind, accept, status) in [
        ("nonsense", "application/json", "*/*", 400),
        ("[1]", "application/json", "*/*", 400),
        ("{}", "application/json", "*/*", 400),
        ("{\"query\": 1}", "application/json", "*/*", 400),
        (
            "{\"query\": \"{ shelf { id } }\", \"variables\": []}",
            "application/json",
            "*/*",
            400,
        ),
        (
            "{\"query\": \"{ shelf { id } }\"}",
            "text/plain",
            "*/*",
            415,
        ),
        (
            "{\"query\": \"{ shelf { id } }\"}",
            "application/json; charset=latin1",
            "*/*",
            415,
        ),
        (
            "{\"query\": \"{ shelf { id } }\"}",
            "application/json",
            "text/html",
            406,
        ),
    ] {
        let request = world
            .bare(Method::POST, "/v1/graphql")
            .header("x-hasura-admin-secret", SECRET)
            .header("content-type", kind)
            .header("accept", accept)
            .body(body);
        let response = request.send().await?;
        assert_eq!(response.status(), status, "{body} as {kind} for {accept}");
        assert!(response.json::<Value>().await?["errors"][0]["message"].is_string());
    }
    let large = world
        .post(&json!({ "query": " ".repeat(2 << 20) }))
        .send()
        .await?;
    assert_eq!(large.status(), 413);
    world.stop().await
}

#[tokio::test]
async fn queries_come_by_get_and_mutations_do_not() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let query = [
        (
            "query",
            "query one($id: Int!) { shelf_by_pk(id: $id) { label } } query two { author { id } }",
        ),
        ("variables", "{\"id\": 2}"),
        ("operationName", "one"),
    ];
    let answer: Value = world.get(&query).send().await?.json().await?;
    assert_eq!(
        answer,
        json!({ "data": { "shelf_by_pk": { "label": "Essays" } } })
    );
    let mutation = [(
        "query",
        "mutation { delete_loan_by_pk(book_id: 1, reader_id: \"r1\") { since } }",
    )];
    let response = world.get(&mutation).send().await?;
    assert_eq!(
        (response.status().as_u16(), header(&response, "allow")),
        (405, "POST")
    );
    let left = world
        .query("admin", "{ loan_aggregate { aggregate { count } } }")
        .await?;
    assert_eq!(left["data"]["loan_aggregate"]["aggregate"]["count"], 3);
    assert_eq!(world.get(&[]).send().await?.status(), 400);
    assert_eq!(
        world
            .get(&[("query", "{ shelf { id } }"), ("variables", "{")])
            .send()
            .await?
            .status(),
        400
    );
    let head = world.bare(Method::HEAD, "/v1/graphql?query={__typename}");
    let head = head.header("x-hasura-admin-secret", SECRET).send().await?;
    assert_eq!(head.status(), 200);
    let options = world.bare(Method::OPTIONS, "/v1/graphql").send().await?;
    assert_eq!(options.status(), 204);
    assert!(header(&options, "allow").contains("POST"));
    assert_eq!(
        world
            .bare(Method::PUT, "/v1/graphql")
            .send()
            .await?
            .status(),
        405
    );
    world.stop().await
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let batch = json!([
        { "query": "mutation { insert_shelf_one(object: {id: 9, label: \"New\"}) { id } }" },
        { "query": "{ shelf_by_pk(id: 9) { label } }" },
        { "query": "{ nothing }" },
    ]);
    let answer: Value = world.post(&batch).send().await?.json().await?;
    assert_eq!(
        answer[1],
        json!({ "data": { "shelf_by_pk": { "label": "New" } } })
    );
    assert_eq!(code(&answer[2]), "validation-failed");
    assert_eq!(answer.as_array().map(Vec::len), Some(3));
    let many = Value::Array(vec![json!({ "query": "{ author { id } }" }); 101]);
    assert_eq!(code(&world.ask("reader", &many).await?), "limit-exceeded");
    world.stop().await
}

#[tokio::test]
async fn answers_have_an_id_and_large_ones_are_compressed() -> Result<()> {
    let world = World::start(Setup::default()).await?;
    let small = json!({ "query": "{ shelf { id } }" });
    let given = world
        .post(&small)
        .header("x-request-id", "mine")
        .send()
        .await?;
    assert_eq!(header(&given, "x-request-id"), "mine");
    let made = world
        .post(&small)
        .header("accept-encoding", "gzip")
        .send()
        .await?;
    assert!(!header(&made, "x-request-id").is_empty());
    assert_eq!(header(&made, "content-encoding"), "");
    let large = json!({ "query": "{ __schema { types { name fields { name } } } }" });
    let large = world
        .post(&large)
        .header("accept-encoding", "gzip")
        .send()
        .await?;
    assert_eq!(header(&large, "content-encoding"), "gzip");
    let version: Value = world
        .bare(Method::GET, "/v1/version")
        .send()
        .await?
        .json()
        .await?;
    assert!(version["version"].is_string());
    assert_eq!(
        world.bare(Method::GET, "/healthz").send().await?.status(),
        200
    );
    world.stop().await
}

#[tokio::test]
async fn pages_of_other_sites_are_let_in_by_name_only() -> Result<()> {
    let closed = World::start(Setup::default()).await?;
    let setup = Setup {
        origins: Origins::parse("https://*.example.org"),
        ..Setup::default()
    };
    let open = World::start(setup).await?;
    for (world, origin, allowed) in [
        (&closed, "https://a.example.org", ""),
        (&open, "https://a.example.org", "https://a.example.org"),
        (&open, "https://evil.example", ""),
    ] {
        let preflight = world
            .bare(Method::OPTIONS, "/v1/graphql")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "content-type,authorization",
            );
        let preflight = preflight.send().await?;
        assert_eq!(header(&preflight, "access-control-allow-origin"), allowed);
        let request = world.post(&json!({ "query": "{ shelf { id } }" }));
        let response = request.header("origin", origin).send().await?;
        assert_eq!(header(&response, "access-control-allow-origin"), allowed);
    }
    closed.stop().await?;
    open.stop().await
}
