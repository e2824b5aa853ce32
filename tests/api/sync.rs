//! Sync: what it finds, what it never loses, and who may set it off.

use anyhow::Result;
use diesel_async::SimpleAsyncConnection as _;
use serde_json::{Value, json};
use tests::harness::{Database, Plan, Server, World, client::until, run};

const COUNTS: &str = "{ users_aggregate { aggregate { count } } accounts_aggregate { aggregate { count } } \
                      live: accounts_aggregate(where: {state: {_in: [\"active\", \"invited\"]}}) { aggregate { count } } }";

/// Users, accounts, accounts in use.
async fn counts(world: &World) -> Result<(i64, i64, i64)> {
    let data = world.server.operator().data(COUNTS).await?;
    let count = |name: &str| data[name]["aggregate"]["count"].as_i64().unwrap_or(-1);
    Ok((
        count("users_aggregate"),
        count("accounts_aggregate"),
        count("live"),
    ))
}

#[tokio::test]
async fn a_first_sync_finds_everybody_and_a_second_one_writes_nothing() -> Result<()> {
    let world = World::synced().await?;
    assert_eq!(counts(&world).await?, (40, 40, 40));
    let stamps = "{ accounts(order_by: {id: asc}) { id updated_at last_seen_at } }";
    let before = world.server.operator().data(stamps).await?;
    let second = world.server.operator().sync().await?;
    assert_eq!(
        (&second["state"], &second["unchanged"]),
        (&json!("succeeded"), &json!(40))
    );
    assert_eq!(second["changes"], json!([]));
    assert_eq!(world.server.operator().data(stamps).await?, before);
    Ok(())
}

#[tokio::test]
async fn requests_grow_with_pages_and_not_with_members() -> Result<()> {
    let world = World::plan(Plan {
        people: 250,
        ..Plan::default()
    })
    .await?;
    world.server.operator().sync().await?;
    let calls = world.calls().await?;
    assert!(
        calls.len() <= 10,
        "{} requests for 250 members in 25 teams",
        calls.len()
    );
    Ok(())
}

#[tokio::test]
async fn a_fault_changes_nothing_and_says_what_happened() -> Result<()> {
    let world = World::plan(Plan {
        service: "page_size = 10\nretries = 0\ntimeout_seconds = 1",
        ..Plan::default()
    })
    .await?;
    assert_eq!(world.server.operator().sync().await?["state"], "succeeded");
    let before = counts(&world).await?;
    world.people(json!({ "remove": ["adele"] })).await?;
    let faults = [
        (
            json!({ "status": 500, "path": "/graphql", "after": 1 }),
            "500",
        ),
        (
            json!({ "delay_ms": 3000, "path": "/graphql", "after": 1 }),
            "no answer within 1 s",
        ),
        (
            json!({ "truncate": true, "path": "/graphql", "after": 1 }),
            "",
        ),
        (
            json!({ "malformed": true, "path": "/graphql", "after": 1 }),
            "",
        ),
        (json!({ "status": 401, "path": "/graphql" }), "401"),
    ];
    for (fault, word) in faults {
        world.fault(fault.clone()).await?;
        let run = world.server.operator().sync().await?;
        assert_eq!(run["state"], "failed", "{fault}: {run}");
        let error = run["error"].as_str().unwrap_or_default();
        assert!(
            error.contains("GitHub") && error.contains(word),
            "{fault}: {error}"
        );
        assert_eq!(run["changes"], json!([]), "{fault}");
        assert_eq!(counts(&world).await?, before, "{fault}");
        world.fault(json!({ "reset": true })).await?;
    }
    assert_eq!(world.server.operator().sync().await?["gone"], 1);
    Ok(())
}

#[tokio::test]
async fn a_passing_fault_is_retried() -> Result<()> {
    let world = World::plan(Plan {
        service: "retries = 2",
        ..Plan::default()
    })
    .await?;
    world
        .fault(json!({ "status": 502, "path": "/graphql", "times": 1 }))
        .await?;
    let run = world.server.operator().sync().await?;
    assert_eq!(
        (&run["state"], &run["created"]),
        (&json!("succeeded"), &json!(40))
    );
    Ok(())
}

#[tokio::test]
async fn a_vanished_account_becomes_absent_and_comes_back_as_it_was() -> Result<()> {
    let world = World::synced().await?;
    let account = "{ accounts(where: {login: {_eq: \"adele\"}}) { id state user_id } }";
    let before = world.server.operator().data(account).await?["accounts"][0].take();
    world.people(json!({ "remove": ["adele"] })).await?;
    let run = world.server.operator().sync().await?;
    assert_eq!(
        (&run["gone"], &run["changes"][0]["after"]),
        (&json!(1), &Value::Null)
    );
    let gone = world.server.operator().data(account).await?["accounts"][0].take();
    assert_eq!(
        gone,
        json!({ "id": before["id"], "state": "absent", "user_id": before["user_id"] })
    );
    assert_eq!(counts(&world).await?, (40, 40, 39));
    assert_eq!(world.server.operator().sync().await?["gone"], 0);
    Ok(())
}

#[tokio::test]
async fn too_many_vanished_accounts_wait_for_an_administrator() -> Result<()> {
    let world = World::synced().await?;
    world.people(json!({ "remove_share": 0.4 })).await?;
    let run = world.server.operator().sync().await?;
    assert_eq!(run["state"], "waiting");
    assert_eq!(counts(&world).await?, (40, 40, 40));
    let admin = world.server.sign_in("adele", "admin").await?;
    let approve = "mutation($id: uuid!) { approve_sync_run(id: $id) { state approver { name } } }";
    let approved =
        admin.data_with(approve, json!({ "id": run["id"] })).await?["approve_sync_run"].take();
    assert_eq!(
        (&approved["state"], &approved["approver"]["name"]),
        (&json!("succeeded"), &json!("Adèle Vertefeuille"))
    );
    let (users, accounts, live) = counts(&world).await?;
    assert_eq!((users, accounts, live < 30), (40, 40, true));
    let again = admin.answer(approve, json!({ "id": run["id"] })).await?;
    assert_eq!(
        again["errors"][0]["extensions"]["code"],
        "nothing-to-decide"
    );
    Ok(())
}

#[tokio::test]
async fn a_dry_run_stops_at_its_plan_which_is_applied_discarded_or_out_of_date() -> Result<()> {
    let world = World::start().await?;
    let operator = world.server.operator();
    let plan = async || -> Result<Value> {
        let begun = operator
            .data("mutation { sync_services(dry_run: true) { id dry_run } }")
            .await?;
        operator
            .run(begun["sync_services"][0]["id"].as_str().unwrap_or_default())
            .await
    };
    let decide = async |verb: &str, run: &Value| -> Result<Value> {
        let mutation = format!("mutation($id: uuid!) {{ {verb}(id: $id) {{ state }} }}");
        operator.answer(&mutation, json!({ "id": run["id"] })).await
    };
    let (first, second) = (plan().await?, plan().await?);
    assert_eq!(
        (&first["state"], &first["created"]),
        (&json!("planned"), &json!(40))
    );
    assert_eq!(first["changes"].as_array().map(Vec::len), Some(40));
    assert_eq!(counts(&world).await?, (0, 0, 0));
    assert_eq!(
        decide("discard_sync_run", &first).await?["data"]["discard_sync_run"]["state"],
        "discarded"
    );
    assert_eq!(
        decide("approve_sync_run", &first).await?["errors"][0]["extensions"]["code"],
        "nothing-to-decide"
    );
    let third = plan().await?;
    assert_eq!(
        decide("approve_sync_run", &third).await?["data"]["approve_sync_run"]["state"],
        "succeeded"
    );
    assert_eq!(counts(&world).await?, (40, 40, 40));
    assert_eq!(
        decide("approve_sync_run", &second).await?["errors"][0]["extensions"]["code"],
        "out-of-date"
    );
    assert_eq!(counts(&world).await?, (40, 40, 40));
    Ok(())
}

#[tokio::test]
async fn a_changed_account_is_told_before_and_after_and_its_user_follows_unless_edited()
-> Result<()> {
    let world = World::synced().await?;
    let operator = world.server.operator();
    world
        .people(
            json!({ "change": [{ "login": "adele", "name": "Adèle Nouvelle", "teams": ["all"] }] }),
        )
        .await?;
    let run = operator.sync().await?;
    assert_eq!(run["changed"], 1);
    let change = &run["changes"][0];
    assert_eq!(
        (&change["before"]["name"], &change["after"]["name"]),
        (&json!("Adèle Vertefeuille"), &json!("Adèle Nouvelle"))
    );
    assert_eq!(change["after"]["groups"], json!(["all"]));
    assert!(
        change["after"].get("login").is_none(),
        "only what differs is told: {change}"
    );
    let user = "{ accounts(where: {login: {_eq: \"adele\"}}) { user { id name } } }";
    let found = operator.data(user).await?["accounts"][0]["user"].take();
    assert_eq!(found["name"], "Adèle Nouvelle");
    let rename = "mutation($id: uuid!) { update_users_by_pk(pk_columns: {id: $id}, _set: {name: \"Adèle V.\"}) { name } }";
    operator
        .data_with(rename, json!({ "id": found["id"] }))
        .await?;
    world
        .people(json!({ "change": [{ "login": "adele", "name": "Adèle Encore" }] }))
        .await?;
    operator.sync().await?;
    assert_eq!(
        operator.data(user).await?["accounts"][0]["user"]["name"],
        "Adèle V."
    );
    Ok(())
}

#[tokio::test]
async fn a_new_account_joins_the_holder_of_its_verified_address_and_nobody_else() -> Result<()> {
    let world = World::synced().await?;
    let operator = world.server.operator();
    world
        .people(json!({ "add": [
            { "login": "adele-bis", "name": "Adèle Bis", "verified_email": "adele@fabrique-demo.example", "teams": ["all"] },
            { "login": "adele-ter", "name": "Adèle Ter", "email": "adele@fabrique-demo.example", "teams": ["all"] },
        ] }))
        .await?;
    let run = operator.sync().await?;
    assert_eq!(
        (&run["linked"], &run["created"]),
        (&json!(1), &json!(1)),
        "{run}"
    );
    let owners = operator
        .data("{ accounts(where: {login: {_like: \"adele%\"}, groups: {_contains: [\"all\"]}}, order_by: {login: asc}) { login user { login } } }")
        .await?;
    let owner = |login: &str| {
        let accounts = owners["accounts"].as_array().cloned().unwrap_or_default();
        accounts
            .iter()
            .find(|account| account["login"] == login)
            .map(|account| account["user"]["login"].clone())
    };
    assert_eq!(owner("adele-bis"), Some(json!("adele")));
    assert_eq!(owner("adele-ter"), Some(json!("adele-ter")));
    let suggested = operator
        .data("{ merge_suggestions(where: {user: {login: {_eq: \"adele-ter\"}}}) { reason evidence candidate { login } } }")
        .await?;
    assert_eq!(suggested["merge_suggestions"][0]["reason"], "same_email");
    assert_eq!(
        suggested["merge_suggestions"][0]["candidate"]["login"],
        "adele"
    );
    Ok(())
}

#[tokio::test]
async fn one_run_at_a_time_for_a_service() -> Result<()> {
    let world = World::start().await?;
    world
        .fault(json!({ "delay_ms": 1500, "path": "/graphql", "times": 1 }))
        .await?;
    let operator = world.server.operator();
    let begun = operator.data("mutation { sync_services { id } }").await?;
    assert_eq!(
        operator.error("mutation { sync_services { id } }").await?.0,
        "already-running"
    );
    let run = operator
        .run(begun["sync_services"][0]["id"].as_str().unwrap_or_default())
        .await?;
    assert_eq!(run["state"], "succeeded");
    Ok(())
}

#[tokio::test]
async fn a_server_killed_in_the_middle_leaves_an_interrupted_run_and_loses_nothing() -> Result<()> {
    let world = World::start().await?;
    world
        .fault(json!({ "delay_ms": 2000, "path": "/graphql", "after": 1 }))
        .await?;
    let operator = world.server.operator();
    operator.data("mutation { sync_services { id } }").await?;
    until(async || {
        let runs = operator.data("{ sync_runs { state pages } }").await?;
        Ok((runs["sync_runs"][0]["pages"].as_i64() >= Some(1)).then_some(()))
    })
    .await?;
    let World {
        server,
        github,
        database,
    } = world;
    server.kill().await?;
    let config = format!(
        "[[services]]\nid = \"github\"\nkind = \"github\"\nname = \"GitHub\"\norganization = \"fabrique-demo\"\n\
         token = \"demo-github-token\"\nbase_url = \"{}\"\n",
        github.url()
    );
    let server = Server::start(&database, &config).await?;
    let world = World {
        server,
        github,
        database,
    };
    world.fault(json!({ "reset": true })).await?;
    let operator = world.server.operator();
    until(async || {
        let runs = operator.data("{ sync_runs { state } }").await?;
        Ok((runs["sync_runs"][0]["state"] == "interrupted").then_some(()))
    })
    .await?;
    assert_eq!(counts(&world).await?, (0, 0, 0));
    assert_eq!(operator.sync().await?["created"], 40);
    assert_eq!(counts(&world).await?, (40, 40, 40));
    Ok(())
}

#[tokio::test]
async fn an_http_sync_needs_an_administrator() -> Result<()> {
    let world = World::start().await?;
    let refused = world
        .server
        .anonymous()
        .post("/api/sync", &json!({}))
        .await?;
    assert_eq!(refused.status(), 401);
    let user = world.server.sign_in("someone", "user").await?;
    assert_eq!(user.post("/api/sync", &json!({})).await?.status(), 401);
    let operator = world.server.operator();
    assert_eq!(
        operator
            .post("/api/sync", &json!({ "services": ["nowhere"] }))
            .await?
            .status(),
        404
    );
    assert_eq!(
        operator
            .post("/api/sync", &json!({ "service": ["github"] }))
            .await?
            .status(),
        400
    );
    let begun = operator
        .post("/api/sync", &json!({ "services": ["github"] }))
        .await?;
    assert_eq!(begun.status(), 202);
    let body: Value = begun.json().await?;
    let run = operator
        .run(body["runs"][0].as_str().unwrap_or_default())
        .await?;
    assert_eq!(run["state"], "succeeded");
    Ok(())
}

#[tokio::test]
async fn the_action_is_the_administrators() -> Result<()> {
    let world = World::start().await?;
    let user = world.server.sign_in("someone", "user").await?;
    assert_eq!(
        user.error("mutation { sync_services { id } }").await?.0,
        "validation-failed"
    );
    let unknown = world
        .server
        .operator()
        .error("mutation { sync_services(services: [\"nowhere\"]) { id } }")
        .await?;
    assert_eq!(unknown.0, "unknown-service");
    Ok(())
}

#[tokio::test]
async fn the_command_syncs_and_fails_truthfully() -> Result<()> {
    let world = World::start().await?;
    let config = |token: &str| -> Result<String> {
        let path =
            std::env::temp_dir().join(format!("secretariat-cli-{}.toml", uuid::Uuid::new_v4()));
        let text = format!(
            "[[services]]\nid = \"github\"\nkind = \"github\"\nname = \"GitHub\"\norganization = \"fabrique-demo\"\n\
             token = \"{token}\"\nbase_url = \"{}\"\nretries = 0\n",
            world.github.url()
        );
        std::fs::write(&path, text)?;
        Ok(path.to_string_lossy().into_owned())
    };
    let environment = [("DATABASE_URL", world.database.url())];
    let done = run(
        &["--config", &config("demo-github-token")?, "sync"],
        &environment,
    )
    .await?;
    assert!(
        done.is_success && done.output.contains("40 new"),
        "{}{}",
        done.output,
        done.errors
    );
    let failed = run(&["--config", &config("wrong")?, "sync"], &environment).await?;
    assert!(
        !failed.is_success && failed.output.contains("refuses the token"),
        "{}",
        failed.output
    );
    assert!(!failed.output.contains("wrong") && !failed.errors.contains("\"wrong\""));
    assert_eq!(counts(&world).await?, (40, 40, 40));
    Ok(())
}

#[tokio::test]
async fn every_write_leaves_an_audit_row_that_nobody_can_change() -> Result<()> {
    let world = World::synced().await?;
    let operator = world.server.operator();
    let rows = operator
        .data("{ audit_log_aggregate(where: {action: {_eq: \"insert\"}, object_type: {_in: [\"users\", \"accounts\"]}}) { aggregate { count } } }")
        .await?;
    assert_eq!(rows["audit_log_aggregate"]["aggregate"]["count"], 80);
    let mut conn = world.database.connect().await?;
    for attempt in [
        "update audit_log set actor = 'nobody'",
        "delete from audit_log",
        "truncate audit_log",
    ] {
        let refused = conn.batch_execute(attempt).await;
        assert!(
            refused.is_err_and(|error| error.to_string().contains("append-only")),
            "{attempt}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn the_schedule_acts_once_whichever_process_comes_first() -> Result<()> {
    let every_second = Plan {
        more: "[sync]\nschedule = \"* * * * * *\"\n".to_owned(),
        ..Plan::default()
    };
    let world = World::plan(every_second).await?;
    let operator = world.server.operator();
    until(async || {
        let runs = operator
            .data("{ sync_runs(where: {trigger: {_eq: \"cron\"}}) { state } }")
            .await?;
        Ok((runs["sync_runs"][0]["state"] == "succeeded").then_some(()))
    })
    .await?;
    assert_eq!(counts(&world).await?, (40, 40, 40));
    Ok(())
}

#[tokio::test]
async fn an_unmigrated_database_is_refused() -> Result<()> {
    let database = Database::bare().await?;
    let ended = run(
        &["serve"],
        &[
            ("DATABASE_URL", database.url()),
            ("SECRETARIAT_LISTEN", "127.0.0.1:0"),
        ],
    )
    .await?;
    assert!(
        !ended.is_success && ended.errors.contains("secretariat migrate"),
        "{}",
        ended.errors
    );
    Ok(())
}

#[tokio::test]
async fn a_spent_rate_limit_is_waited_for() -> Result<()> {
    let world = World::plan(Plan {
        service: "page_size = 10",
        ..Plan::default()
    })
    .await?;
    world
        .people(json!({ "rate_limit": { "remaining": 3, "reset_seconds": 2 } }))
        .await?;
    let run = world.server.operator().sync().await?;
    assert_eq!(
        (&run["state"], &run["created"]),
        (&json!("succeeded"), &json!(40)),
        "{run}"
    );
    Ok(())
}
