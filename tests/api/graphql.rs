//! The API as its callers meet it: conventions, refusals, transactions.

use anyhow::Result;
use serde_json::{Value, json};
use tests::harness::{Plan, World};

#[tokio::test]
async fn three_roles_get_three_answers() -> Result<()> {
    let world = World::synced().await?;
    let query = "{ services { code } users_aggregate { aggregate { count } } }";
    assert_eq!(
        world
            .server
            .anonymous()
            .data("{ services { code } }")
            .await?,
        json!({ "services": [{ "code": "github" }] })
    );
    assert_eq!(
        world.server.anonymous().error(query).await?.0,
        "validation-failed"
    );
    let user = world
        .server
        .sign_in("adele", "user")
        .await?
        .data(query)
        .await?;
    assert_eq!(user["users_aggregate"]["aggregate"]["count"], 1);
    let admin = world
        .server
        .sign_in("adele", "admin")
        .await?
        .data(query)
        .await?;
    assert_eq!(admin["users_aggregate"]["aggregate"]["count"], 40);
    Ok(())
}

#[tokio::test]
async fn a_user_sees_everybodys_card_and_nobody_elses_account() -> Result<()> {
    let world = World::synced().await?;
    let user = world.server.sign_in("adele", "user").await?;
    let data = user
        .data("{ user_cards_aggregate { aggregate { count } } users { login accounts { login } } accounts { login } \
               others: users(where: {login: {_neq: \"adele\"}}) { login } }")
        .await?;
    assert_eq!(data["user_cards_aggregate"]["aggregate"]["count"], 40);
    assert_eq!(
        data["users"],
        json!([{ "login": "adele", "accounts": [{ "login": "adele" }] }])
    );
    assert_eq!(data["accounts"], json!([{ "login": "adele" }]));
    assert_eq!(data["others"], json!([]));
    for hidden in [
        "{ users { additional } }",
        "{ sync_runs { id } }",
        "{ audit_log { id } }",
        "{ services { sync_runs { id } } }",
    ] {
        assert_eq!(user.error(hidden).await?.0, "validation-failed", "{hidden}");
    }
    assert_eq!(
        user.error(
            "mutation { delete_users_by_pk(id: \"00000000-0000-0000-0000-000000000000\") { id } }"
        )
        .await?
        .0,
        "validation-failed"
    );
    Ok(())
}

#[tokio::test]
async fn search_reaches_names_without_accents_logins_and_addresses() -> Result<()> {
    let world = World::synced().await?;
    let query = "query($plain: String, $text: citext) { users(where: {_or: [{search_name: {_like: $plain}}, {email: {_ilike: $text}}, \
                 {accounts: {login: {_ilike: $text}}}]}, order_by: [{name: asc}, {id: asc}]) { name } }";
    let variables = json!({ "plain": "%adele vert%", "text": "%adele vert%" });
    let found = world.server.operator().data_with(query, variables).await?;
    assert_eq!(
        found,
        json!({ "users": [{ "name": "Adèle Vertefeuille" }] })
    );
    Ok(())
}

#[tokio::test]
async fn an_edited_date_is_kept_and_an_impossible_one_is_refused() -> Result<()> {
    let world = World::synced().await?;
    let admin = world.server.sign_in("adele", "admin").await?;
    let me = admin
        .data("{ users(where: {login: {_eq: \"adele\"}}) { id } }")
        .await?["users"][0]["id"]
        .take();
    let edit = "mutation($id: uuid!, $arrival: date, $departure: date) { update_users_by_pk(pk_columns: {id: $id}, \
                _set: {arrival: $arrival, departure: $departure}) { arrival departure } }";
    let kept = admin
        .data_with(
            edit,
            json!({ "id": me, "arrival": "2026-01-05", "departure": "2026-12-24" }),
        )
        .await?;
    assert_eq!(
        kept["update_users_by_pk"],
        json!({ "arrival": "2026-01-05", "departure": "2026-12-24" })
    );
    let refused = admin
        .answer(
            edit,
            json!({ "id": me, "arrival": "2026-12-25", "departure": "2026-12-24" }),
        )
        .await?;
    // Hasura's code for a check constraint of the table.
    assert_eq!(
        refused["errors"][0]["extensions"]["code"],
        "permission-error"
    );
    let nonsense = admin
        .answer(
            edit,
            json!({ "id": me, "arrival": "soon", "departure": null }),
        )
        .await?;
    assert_eq!(
        nonsense["errors"][0]["extensions"]["code"],
        "data-exception"
    );
    let omitted = admin.data_with("mutation($id: uuid!, $departure: date) { update_users_by_pk(pk_columns: {id: $id}, _set: {arrival: \"2026-01-06\", departure: $departure}) { arrival departure } }", json!({ "id": me })).await?;
    assert_eq!(
        omitted["update_users_by_pk"],
        json!({ "arrival": "2026-01-06", "departure": "2026-12-24" }),
        "an omitted variable is absent, never null"
    );
    let trail = admin.data("{ audit_log(where: {object_type: {_eq: \"users\"}, action: {_eq: \"update\"}}, order_by: {at: asc}, limit: 1) { before after actor_card { name } request_id } }").await?;
    let row = &trail["audit_log"][0];
    assert_eq!(
        row["after"],
        json!({ "arrival": "2026-01-05", "departure": "2026-12-24" })
    );
    assert_eq!(row["actor_card"]["name"], "Adèle Vertefeuille");
    assert!(row["request_id"].as_str().is_some_and(|id| !id.is_empty()));
    Ok(())
}

#[tokio::test]
async fn the_mutations_of_a_request_are_done_together_or_not_at_all() -> Result<()> {
    let world = World::start().await?;
    let operator = world.server.operator();
    let both = "mutation { a: insert_users_one(object: {name: \"One\", login: \"same\"}) { name } \
                b: insert_users_one(object: {name: \"Two\", login: \"same\"}) { name } }";
    assert_eq!(operator.error(both).await?.0, "constraint-violation");
    assert_eq!(
        operator.data("{ users { name } }").await?,
        json!({ "users": [] })
    );
    let mixed =
        "mutation { insert_users_one(object: {name: \"One\"}) { name } sync_services { id } }";
    assert_eq!(operator.error(mixed).await?.0, "bad-request");
    let good = "mutation { insert_users_one(object: {name: \"One\"}) { id name } }";
    let id = operator.data(good).await?["insert_users_one"]["id"].take();
    let gone = operator
        .data_with(
            "mutation($id: uuid!) { delete_users_by_pk(id: $id) { name } }",
            json!({ "id": id }),
        )
        .await?;
    assert_eq!(gone["delete_users_by_pk"]["name"], "One");
    Ok(())
}

#[tokio::test]
async fn one_document_serves_every_value_and_every_shape_of_its_variables() -> Result<()> {
    let world = World::synced().await?;
    let operator = world.server.operator();
    let query = "query($where: users_bool_exp, $order: [users_order_by!], $limit: Int) { users(where: $where, order_by: $order, limit: $limit) { login } }";
    let logins = async |variables: Value| -> Result<Vec<String>> {
        let data = operator.data_with(query, variables).await?;
        let users = data["users"].as_array().cloned().unwrap_or_default();
        Ok(users
            .iter()
            .filter_map(|user| user["login"].as_str().map(str::to_owned))
            .collect())
    };
    for _ in 0..2 {
        assert_eq!(
            logins(json!({ "where": { "login": { "_eq": "adele" } } })).await?,
            ["adele"]
        );
        assert_eq!(
            logins(json!({ "where": { "login": { "_eq": "nobody" } } })).await?,
            Vec::<String>::new()
        );
        assert_eq!(
            logins(json!({ "where": { "login": { "_is_null": true } } })).await?,
            Vec::<String>::new()
        );
        assert_eq!(
            logins(json!({ "where": { "login": { "_is_null": false } } }))
                .await?
                .len(),
            40
        );
        let up = logins(json!({ "order": [{ "login": "asc" }], "limit": 3 })).await?;
        let down = logins(json!({ "order": [{ "login": "desc" }], "limit": 3 })).await?;
        assert!(up.is_sorted() && down.is_sorted_by(|a, b| a >= b) && up != down);
        assert_eq!(logins(json!({ "limit": 1 })).await?.len(), 1);
        let text = operator.answer(query, json!({ "limit": "1" })).await?;
        assert_eq!(text["errors"][0]["extensions"]["code"], "validation-failed");
        let negative = operator.answer(query, json!({ "limit": -1 })).await?;
        assert_eq!(
            negative["errors"][0]["extensions"]["code"],
            "validation-failed"
        );
        let null = operator
            .answer(query, json!({ "where": { "login": { "_eq": null } } }))
            .await?;
        assert_eq!(null["errors"][0]["extensions"]["code"], "validation-failed");
    }
    Ok(())
}

#[tokio::test]
async fn bad_requests_get_one_clear_answer() -> Result<()> {
    let world = World::start().await?;
    let caller = world.server.anonymous();
    for (body, status, code) in [
        ("nonsense", 400, "invalid-json"),
        ("{\"query\": \"{ services { \"}", 200, "validation-failed"),
        ("{\"query\": \"{ nothing }\"}", 200, "validation-failed"),
        (
            "{\"query\": \"subscription { services { code } }\"}",
            200,
            "unexpected-payload",
        ),
    ] {
        let response = caller.post_raw("/v1/graphql", body).await?;
        assert_eq!(response.status(), status, "{body}");
        assert!(response.headers().contains_key("x-request-id"));
        let answer: Value = response.json().await?;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], code,
            "{body}: {answer}"
        );
        assert!(
            answer["errors"][0]["message"]
                .as_str()
                .is_some_and(|message| !message.is_empty())
        );
    }
    let huge = caller.post_raw("/v1/graphql", vec![b' '; 2 << 20]).await?;
    assert_eq!(huge.status(), 413);
    let role = world
        .server
        .sign_in("someone", "user")
        .await?
        .as_role("emperor");
    assert_eq!(
        role.error("{ services { code } }").await?.0,
        "access-denied"
    );
    Ok(())
}

#[tokio::test]
async fn warnings_are_computed_and_filtered_by_the_database() -> Result<()> {
    let world = World::synced().await?;
    let operator = world.server.operator();
    world
        .database
        .run_statements("update users set departure = current_date - 1 where login = 'adele'")
        .await?;
    let expired = operator
        .data("{ users(where: {warnings: {warning: {_eq: \"expired\"}}}) { login } }")
        .await?;
    assert_eq!(expired, json!({ "users": [{ "login": "adele" }] }));
    let undated = operator.data("{ users_aggregate(where: {warnings: {warning: {_eq: \"no_departure_date\"}}}) { aggregate { count } } }").await?;
    assert_eq!(undated["users_aggregate"]["aggregate"]["count"], 39);
    Ok(())
}

#[tokio::test]
async fn everybody_but_the_administrator_asks_within_limits() -> Result<()> {
    let world = World::plan(Plan {
        more: "[limits.default]\naliases = 2\nseconds = 5\n[limits.roles.user]\ndepth = 1\n"
            .to_owned(),
        ..Plan::default()
    })
    .await?;
    let (few, many) = (
        "{ a: services { code } }",
        "{ a: services { code } b: services { code } c: services { code } }",
    );
    let anonymous = world.server.anonymous();
    anonymous.data(few).await?;
    assert_eq!(anonymous.error(many).await?.0, "limit-exceeded");
    let user = world.server.sign_in("someone", "user").await?;
    assert_eq!(user.error(few).await?.0, "limit-exceeded");
    world.server.operator().data(many).await?;
    Ok(())
}
