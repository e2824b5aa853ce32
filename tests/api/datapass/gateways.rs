//! What gateways learn of tokens, and when.

use std::time::{Duration, Instant};

use super::{GATEWAY, NOON, World};
use crate::subscriptions::Socket;
use anyhow::{Context as _, Result};
use diesel_async::{AsyncConnection as _, RunQueryDsl as _};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{harness::Client, simulators::datapass::second};

const TECHNICAL: &str = "c.petit@ville.example";

fn gateway(world: &World) -> Client {
    world
        .server
        .anonymous()
        .with_header("authorization", GATEWAY)
}

async fn revoked(world: &World, query: &str) -> Result<Value> {
    Ok(gateway(world)
        .get(&format!("/tokens/revoked{query}"))
        .await?
        .json()
        .await?)
}

#[tokio::test]
async fn a_call_is_let_through_until_its_token_is_revoked() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let token = world.shown(TECHNICAL, 1).await?;
    let call = world
        .server
        .anonymous()
        .with_header("x-gateway-authorization", GATEWAY);
    let granted = call
        .clone()
        .with_header("authorization", &format!("Bearer {token}"))
        .get("/tokens/check")
        .await?;
    assert_eq!(granted.status(), StatusCode::NO_CONTENT);
    let header = |name: &str| {
        granted
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    assert_eq!(
        header("x-token-scopes").as_deref(),
        Some("entreprises open_data")
    );
    assert_eq!(header("x-token-siret").as_deref(), Some("21590350100017"));
    let noted = "{ audit_log(where: {object_type: {_eq: \"api_tokens\"}, action: {_eq: \"update\"}}) { actor } }";
    let noted = world.operator().data(noted).await?;
    assert_eq!(
        noted["audit_log"],
        json!([{ "actor": "gateway gateway" }]),
        "its first use has a name"
    );
    let missing = call.clone().get("/tokens/check").await?;
    assert_eq!(missing.status(), StatusCode::UNAUTHORIZED, "no token");
    let forged = format!("{token}x");
    assert_eq!(
        world.check(&forged).await?,
        StatusCode::UNAUTHORIZED,
        "a forged token"
    );
    let scoped = call
        .clone()
        .with_header("authorization", &format!("Bearer {token}"));
    assert_eq!(
        scoped
            .get("/tokens/check?scope=entreprises")
            .await?
            .status(),
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        scoped
            .get("/tokens/check?scope=associations")
            .await?
            .status(),
        StatusCode::FORBIDDEN
    );
    let strange = world
        .server
        .anonymous()
        .with_header("authorization", &format!("Bearer {token}"));
    assert_eq!(
        strange.get("/tokens/check").await?.status(),
        StatusCode::UNAUTHORIZED,
        "no gateway"
    );
    world
        .deliver(&second(1, "revoke", NOON + 1, "revoked"))
        .await?;
    let refused = scoped.get("/tokens/check").await?;
    let reason = refused
        .headers()
        .get("x-token-refusal")
        .and_then(|value| value.to_str().ok());
    assert_eq!(
        (refused.status(), reason),
        (StatusCode::FORBIDDEN, Some("blacklisted"))
    );
    Ok(())
}

#[tokio::test]
async fn networks_and_rates_of_a_request_hold_its_tokens() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let token = world.shown(TECHNICAL, 1).await?;
    let request = world.request(1).await?;
    let insert =
        "mutation($o: token_limits_insert_input!) { insert_token_limits_one(object: $o) { id } }";
    let limits = |networks: Value, rate: Value| json!({ "o": { "request_id": request["id"], "allowed_networks": networks, "requests_per_minute": rate } });
    let bad = world
        .operator()
        .answer(insert, limits(json!(["10.0.0.0/33"]), Value::Null))
        .await?;
    assert_eq!(
        bad["errors"][0]["extensions"]["code"], "permission-error",
        "a range that is none: {bad}"
    );
    world
        .operator()
        .data_with(insert, limits(json!(["192.0.2.0/24"]), json!(3)))
        .await?;
    let from = |address: &str| {
        let call = world
            .server
            .anonymous()
            .with_header("x-gateway-authorization", GATEWAY);
        call.with_header("authorization", &format!("Bearer {token}"))
            .with_header("x-real-ip", address)
    };
    assert_eq!(
        from("198.51.100.1").get("/tokens/check").await?.status(),
        StatusCode::FORBIDDEN
    );
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(
            from("192.0.2.9")
                .get("/tokens/check")
                .await?
                .status()
                .as_u16(),
        );
    }
    assert_eq!(statuses, [204, 204, 204, 403]);
    Ok(())
}

#[tokio::test]
async fn introspection_says_what_rfc_7662_says() -> Result<()> {
    let world = World::start().await?;
    let id = world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?["token_id"]
        .take();
    let token = world.shown(TECHNICAL, 1).await?;
    let ask = async |token: &str, authorization: &str| {
        let url = format!("{}/tokens/introspect", world.server.url());
        let request = tests::harness::client::http()?
            .post(url)
            .form(&[("token", token)]);
        let answer = request
            .header("authorization", authorization)
            .send()
            .await?;
        Ok::<_, anyhow::Error>((answer.status(), answer.json::<Value>().await?))
    };
    let (status, known) = ask(&token, GATEWAY).await?;
    assert_eq!(
        (status, &known["active"], &known["jti"]),
        (StatusCode::OK, &json!(true), &id)
    );
    assert_eq!(
        (&known["scope"], &known["siret"]),
        (&json!("entreprises open_data"), &json!("21590350100017"))
    );
    assert_eq!(
        ask("nonsense", GATEWAY).await?.1,
        json!({ "active": false })
    );
    assert_eq!(
        ask(&token, "Basic bm9ib2R5OnNlY3JldA==").await?.0,
        StatusCode::UNAUTHORIZED
    );
    world
        .deliver(&second(1, "revoke", NOON + 1, "revoked"))
        .await?;
    assert_eq!(ask(&token, GATEWAY).await?.1, json!({ "active": false }));
    Ok(())
}

#[tokio::test]
async fn the_list_of_what_is_revoked_is_followed_by_its_cursor() -> Result<()> {
    let world = World::start().await?;
    let mut ids = Vec::new();
    for number in [1, 2] {
        ids.push(
            world
                .deliver(&second(number, "approve", NOON, "validated"))
                .await?["token_id"]
                .take(),
        );
    }
    // A transaction that goes on meanwhile keeps every snapshot's beginning where it is.
    let mut open = world.database.connect().await?;
    open.begin_test_transaction().await?;
    diesel::sql_query("select pg_current_xact_id()")
        .execute(&mut open)
        .await?;
    let nothing = revoked(&world, "").await?;
    assert_eq!(nothing["tokens"], json!([]));
    world
        .deliver(&second(1, "revoke", NOON + 1, "revoked"))
        .await?;
    let first = revoked(&world, "").await?;
    assert_eq!(first["tokens"][0]["jti"], ids[0], "{first}");
    let cursor = first["cursor"].as_str().context("no cursor")?;
    let waiting = async { revoked(&world, &format!("?since={cursor}&wait=30")).await };
    let second_revocation = async {
        world
            .deliver(&second(2, "revoke", NOON + 1, "revoked"))
            .await
    };
    let (told, delivered) = tokio::join!(waiting, second_revocation);
    delivered?;
    let told = told?;
    let told: Vec<&Value> = told["tokens"]
        .as_array()
        .context("no tokens")?
        .iter()
        .map(|token| &token["jti"])
        .collect();
    assert_eq!(told, [&ids[1]], "what is new, and nothing else");
    let invented = gateway(&world)
        .get("/tokens/revoked?since=yesterday")
        .await?;
    assert_eq!(invented.status(), StatusCode::BAD_REQUEST);
    let whole = gateway(&world).get("/tokens/revoked").await?;
    let tag = whole
        .headers()
        .get("etag")
        .and_then(|tag| tag.to_str().ok())
        .context("no tag")?
        .to_owned();
    let unchanged = gateway(&world)
        .with_header("if-none-match", &tag)
        .get("/tokens/revoked")
        .await?;
    assert_eq!(unchanged.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(
        revoked(&world, "?since=999999999999:999999999999:").await?["tokens"]
            .as_array()
            .map(Vec::len),
        Some(2),
        "another cluster's cursor"
    );
    Ok(())
}

#[tokio::test]
async fn a_gateway_is_told_of_a_revocation_over_its_socket() -> Result<()> {
    let world = World::start().await?;
    let id = world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?["token_id"]
        .take();
    let mut sockets = [
        Socket::enter(&world.server, &[("authorization", GATEWAY)], json!({})).await?,
        Socket::enter(&world.server, &[], json!({ "Authorization": GATEWAY })).await?,
    ];
    for socket in &mut sockets {
        socket
            .subscribe("subscription { api_tokens { id blacklisted_at } }")
            .await?;
        let first = socket.next().await?.context("closed")?;
        assert_eq!(first["payload"]["data"]["api_tokens"], json!([]), "{first}");
    }
    world
        .deliver(&second(1, "revoke", NOON + 1, "revoked"))
        .await?;
    let revoked = Instant::now();
    for socket in &mut sockets {
        let told = socket.next().await?.context("closed")?;
        let token = &told["payload"]["data"]["api_tokens"][0];
        assert_eq!(token["id"], id, "{told}");
        assert!(token["blacklisted_at"].is_string(), "{told}");
    }
    let late = revoked.elapsed();
    assert!(late < Duration::from_secs(2), "after {late:?}");
    let wrong = json!({ "Authorization": "Basic Z2F0ZXdheTp3cm9uZw==" });
    let refused = Socket::enter(&world.server, &[], wrong).await;
    assert!(refused.is_err(), "another secret");
    Ok(())
}

#[tokio::test]
async fn a_gateway_sees_over_the_api_what_is_revoked_and_nothing_else() -> Result<()> {
    let world = World::start().await?;
    for number in [1, 2] {
        world
            .deliver(&second(number, "approve", NOON, "validated"))
            .await?;
    }
    world
        .deliver(&second(1, "revoke", NOON + 1, "revoked"))
        .await?;
    let data = gateway(&world)
        .data("{ api_tokens { id blacklisted_at } }")
        .await?;
    assert_eq!(
        data["api_tokens"].as_array().map(Vec::len),
        Some(1),
        "{data}"
    );
    assert_eq!(
        gateway(&world)
            .error("{ authorization_requests { id } }")
            .await?
            .0,
        "validation-failed"
    );
    let wrong = world
        .server
        .anonymous()
        .with_header("authorization", "Basic Z2F0ZXdheTp3cm9uZw==");
    assert_eq!(
        wrong.error("{ api_tokens { id } }").await?.0,
        "access-denied"
    );
    Ok(())
}
