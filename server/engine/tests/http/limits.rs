//! Limits of roles: what is too much is refused, and the administrator is exempt.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::Result;
use engine::execute::limits::{LimitRules, Limits};
use serde_json::{Value, json};

use crate::world::{Setup, World, code, header};

fn of_reader(limits: Limits) -> Setup {
    let roles = BTreeMap::from([("reader".to_owned(), limits)]);
    Setup {
        limits: LimitRules {
            default: Limits::default(),
            roles,
        },
        ..Setup::default()
    }
}

/// Refused for the reader and answered for the administrator; what is within is answered to both.
async fn check(limits: Limits, within: &str, beyond: &str) -> Result<()> {
    let world = World::start(of_reader(limits)).await?;
    for _ in 0..2 {
        assert!(
            world.query("reader", within).await?["data"].is_object(),
            "{within}"
        );
        assert_eq!(
            code(&world.query("reader", beyond).await?),
            "limit-exceeded",
            "{beyond}"
        );
        assert!(
            world.query("admin", beyond).await?["data"].is_object(),
            "{beyond}"
        );
    }
    world.stop().await
}

#[tokio::test]
async fn depth() -> Result<()> {
    let limits = Limits {
        depth: Some(3),
        ..Limits::default()
    };
    let deep = "{ author { books { author { ...f } } } } fragment f on author { id }";
    check(
        limits.clone(),
        "{ author { ... on author { books { id } } } }",
        deep,
    )
    .await?;
    let introspection =
        "{ __schema { types { fields { type { ofType { ofType { name } } } } } } author { id } }";
    check(limits, introspection, deep).await
}

#[tokio::test]
async fn nodes_and_aliases_in_fragments_count_where_they_are_spread() -> Result<()> {
    let nodes = Limits {
        nodes: Some(3),
        ..Limits::default()
    };
    let fragments =
        "{ a: author { ...f } b: author { ...f } } fragment f on author { books { id } }";
    check(nodes, "{ author { books { author { id } } } }", fragments).await?;
    let aliases = Limits {
        aliases: Some(2),
        ..Limits::default()
    };
    check(
        aliases,
        "{ a: author { b: id } }",
        "{ a: author { ...f } b: author { ...f } } fragment f on author { i: id }",
    )
    .await
}

#[tokio::test]
async fn tokens_and_bytes() -> Result<()> {
    let tokens = Limits {
        tokens: Some(12),
        ..Limits::default()
    };
    check(
        tokens,
        "{ author { id, name } } # one two three four five six",
        "{ author { id name id name id name id name } }",
    )
    .await?;
    let bytes = Limits {
        bytes: Some(40),
        ..Limits::default()
    };
    check(
        bytes,
        "{ author { id name } }",
        "{ author { id name                              } }",
    )
    .await
}

#[tokio::test]
async fn rows_of_every_list() -> Result<()> {
    let limits = LimitRules {
        default: Limits {
            rows: Some(1),
            ..Limits::default()
        },
        roles: BTreeMap::new(),
    };
    let world = World::start(Setup {
        limits,
        ..Setup::default()
    })
    .await?;
    let query = "{ author(limit: 3, order_by: {id: asc}) { id books { id } } }";
    let few = world.query("reader", query).await?;
    assert_eq!(
        few["data"]["author"].as_array().map(Vec::len),
        Some(1),
        "{few}"
    );
    let counted = world
        .query(
            "editor",
            "{ author_aggregate { aggregate { count } nodes { id } } }",
        )
        .await?;
    assert_eq!(
        counted["data"]["author_aggregate"]["aggregate"]["count"], 3,
        "{counted}"
    );
    assert_eq!(
        counted["data"]["author_aggregate"]["nodes"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    let all = world.query("admin", query).await?;
    assert_eq!(all["data"]["author"].as_array().map(Vec::len), Some(3));
    world.stop().await
}

#[tokio::test]
async fn batches() -> Result<()> {
    let world = World::start(of_reader(Limits {
        batch: Some(2),
        ..Limits::default()
    }))
    .await?;
    let batch = |length| Value::Array(vec![json!({ "query": "{ author { id } }" }); length]);
    assert!(world.ask("reader", &batch(2)).await?[1]["data"].is_object());
    assert_eq!(
        code(&world.ask("reader", &batch(3)).await?),
        "limit-exceeded"
    );
    assert!(world.ask("admin", &batch(300)).await?[299]["data"].is_object());
    world.stop().await
}

#[tokio::test]
async fn requests_in_a_minute_are_counted_for_each_caller() -> Result<()> {
    let limits = Limits {
        per_minute: std::num::NonZeroU32::new(3),
        ..Limits::default()
    };
    let world = World::start(of_reader(limits)).await?;
    let body = json!({ "query": "{ author { id } }" });
    for _ in 0..3 {
        assert!(world.ask("reader", &body).await?["data"].is_object());
    }
    let refused = world
        .post(&body)
        .header("x-hasura-role", "reader")
        .header("x-hasura-user-id", "r1")
        .send()
        .await?;
    assert_eq!(refused.status(), 429);
    assert!(
        header(&refused, "retry-after")
            .parse::<u64>()
            .is_ok_and(|seconds| (1..=61).contains(&seconds))
    );
    let other = world
        .post(&body)
        .header("x-hasura-role", "reader")
        .header("x-hasura-user-id", "r2");
    assert!(other.send().await?.json::<Value>().await?["data"].is_object());
    let batch = Value::Array(vec![body.clone(); 4]);
    let batch = world
        .post(&batch)
        .header("x-hasura-role", "reader")
        .header("x-hasura-user-id", "r3");
    assert_eq!(batch.send().await?.status(), 429);
    assert!(world.ask("editor", &body).await?["data"].is_object());
    world.stop().await
}

#[tokio::test]
async fn a_slow_statement_is_cancelled_and_others_are_unharmed() -> Result<()> {
    let tables = "- \"!include author.yaml\"\n- \"!include book.yaml\"\n- \"!include shelf.yaml\"\n- \"!include loan.yaml\"\n- \"!include public_book.yaml\"\n- \"!include slow.yaml\"\n";
    let slow = "table: {name: slow, schema: public}\nselect_permissions:\n  - role: reader\n    permission: {columns: '*', filter: {}}\n";
    let setup = Setup {
        files: vec![
            ("databases/default/tables/tables.yaml", tables.to_owned()),
            ("databases/default/tables/slow.yaml", slow.to_owned()),
        ],
        sql: "create view slow as select 1 as id, pg_sleep(20)::text as nothing;",
        ..of_reader(Limits {
            time: Some(Duration::from_millis(300)),
            ..Limits::default()
        })
    };
    let world = World::start(setup).await?;
    let begun = Instant::now();
    let slow = json!({ "query": "{ slow { nothing } }" });
    let all = futures::future::try_join_all((0..8).map(|_| world.ask("reader", &slow))).await?;
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    for answer in all {
        assert_eq!(code(&answer), "limit-exceeded");
        assert_eq!(
            answer["errors"][0]["message"],
            "the request took too long and was cancelled"
        );
    }
    // Nobody gets a connection to which a cancel may be on its way.
    assert!(!world.has_slow_session().await?);
    for _ in 0..8 {
        assert!(world.query("reader", "{ author { id } }").await?["data"].is_object());
    }
    world.stop().await
}

/// Sends as the editor, with these session variables; whether it was too much.
async fn is_refused(world: &World, variables: &[(&str, &str)]) -> Result<bool> {
    let body = json!({ "query": "{ __typename }" });
    let mut request = world.post(&body).header("x-hasura-role", "editor");
    for (name, value) in variables {
        request = request.header(*name, *value);
    }
    Ok(request.send().await?.status() == 429)
}

#[tokio::test]
async fn who_is_one_caller_is_read_from_the_metadata() -> Result<()> {
    let (one, other) = (("x-hasura-user-id", "1"), ("x-hasura-user-id", "2"));
    let (team, rival) = (("x-hasura-team-id", "7"), ("x-hasura-team-id", "8"));
    for (params, same, different) in [
        (json!({}), vec![other, rival], None),
        (json!({ "unique_params": null }), vec![other], None),
        (json!({ "unique_params": "IP" }), vec![other, rival], None),
        (
            json!({ "unique_params": ["X-Hasura-User-Id", "x-hasura-team-id"] }),
            vec![one, team],
            Some(vec![one, rival]),
        ),
        (
            json!({ "unique_params": ["x-hasura-team-id"] }),
            vec![other, team],
            Some(vec![one, rival]),
        ),
    ] {
        let mut rate = json!({ "max_reqs_per_min": 1 });
        rate.as_object_mut()
            .into_iter()
            .for_each(|rate| rate.extend(params.as_object().cloned().unwrap_or_default()));
        let limits = json!({ "rate_limit": { "global": rate } });
        let setup = Setup {
            files: vec![("api_limits.yaml", limits.to_string())],
            ..Setup::default()
        };
        let world = World::start(setup).await?;
        assert!(!is_refused(&world, &[one, team]).await?, "{params}");
        assert!(is_refused(&world, &same).await?, "{params}");
        if let Some(different) = different {
            assert!(!is_refused(&world, &different).await?, "{params}");
            assert!(!is_refused(&world, &[]).await?, "{params}");
            assert!(is_refused(&world, &[]).await?, "{params}");
        }
        world.stop().await?;
    }
    Ok(())
}

#[tokio::test]
async fn limits_are_read_from_the_metadata() -> Result<()> {
    let limits = json!({
        "disabled": false,
        "depth_limit": { "global": 1, "per_role": { "reader": 2 } },
        "rate_limit": { "per_role": { "editor": { "unique_params": "IP", "max_reqs_per_min": 2 } } },
    });
    let files = vec![("api_limits.yaml", limits.to_string())];
    let setup = Setup {
        files,
        ..Setup::default()
    };
    let world = World::start(setup).await?;
    let (shallow, deep) = ("{ author { id } }", "{ author { books { id } } }");
    assert!(world.query("reader", shallow).await?["data"].is_object());
    for (role, query) in [("reader", deep), ("archivist", "{ author { name } }")] {
        assert_eq!(
            code(&world.query(role, query).await?),
            "limit-exceeded",
            "{role}"
        );
    }
    for _ in 0..2 {
        world.query("editor", "{ __typename }").await?;
    }
    let refused = world.query("editor", "{ __typename }").await?;
    assert_eq!(code(&refused), "limit-exceeded");
    assert!(world.query("admin", deep).await?["data"].is_object());
    world.stop().await
}
