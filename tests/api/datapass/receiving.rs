//! Receiving: who is believed, what is answered, what the journal keeps.

use super::{NOON, World, alerts, tokens};
use anyhow::Result;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::simulators::datapass::{SECRET, first, second, signature};

const SECOND: &str = "/api/datapass/v2/api_entreprise/webhook";

#[tokio::test]
async fn both_generations_are_received() -> Result<()> {
    let world = World::start().await?;
    let path = "/api/datapass/api_entreprise/webhook";
    let answer = world
        .deliver_to(path, &first(1, "validate", NOON, "validated"))
        .await?;
    let request = world.request(1).await?;
    assert_eq!(request["status"], "validated");
    assert_eq!(request["title"], "Aides locales");
    assert_eq!(request["scopes"], json!(["entreprises"]));
    assert_eq!(request["tokens"][0]["id"], answer["token_id"]);
    let answer = world
        .deliver(&second(2, "approve", NOON, "validated"))
        .await?;
    let request = world.request(2).await?;
    assert_eq!(request["scopes"], json!(["entreprises", "open_data"]));
    assert_eq!(request["tokens"][0]["id"], answer["token_id"]);
    assert_eq!(
        request["tokens"][0]["expires_at"],
        "2027-07-05T08:00:00+00:00"
    );
    assert_eq!(
        request["organization"],
        json!({ "siret": "21590350100017", "name": "Commune d'Exemple" })
    );
    let roles: Vec<&Value> = request["contacts"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| &it["role"])
        .collect();
    assert_eq!(roles, ["applicant", "business", "technical"]);
    Ok(())
}

#[tokio::test]
async fn a9_a_test_is_answered_and_changes_nothing() -> Result<()> {
    let world = World::start().await?;
    let test = json!({ "test": true, "timestamp": "2026-01-15T10:30:00+01:00" });
    assert_eq!(world.deliver(&test).await?, json!({}));
    assert_eq!(world.outcomes().await?, ["test"]);
    Ok(())
}

#[tokio::test]
async fn a14_what_is_not_signed_is_refused_and_not_kept() -> Result<()> {
    let world = World::start().await?;
    let body = second(1, "approve", NOON, "validated").to_string();
    let good = signature(SECRET, body.as_bytes());
    let altered = body.replace("validated", "Validated");
    let re_encoded = body.replace("\":", "\": ");
    for (body, signature) in [
        (&body, None),
        (&body, Some("")),
        (&body, Some(signature("another", body.as_bytes()).as_str())),
        (&body, Some(good.to_uppercase().as_str())),
        (&body, Some(&good[..60])),
        (&altered, Some(good.as_str())),
        (&re_encoded, Some(good.as_str())),
    ] {
        let (status, answer) = world.send(SECOND, body.as_bytes(), signature).await?;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{signature:?}: {answer}");
    }
    let (status, _) = world
        .send(
            "/api/datapass/v2/unknown/webhook",
            body.as_bytes(),
            Some(&good),
        )
        .await?;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(world.journal().await?, Vec::<Value>::new());
    assert_eq!(world.request(1).await?, Value::Null);
    Ok(())
}

#[tokio::test]
async fn a14_a_signed_body_that_cannot_be_read_is_kept() -> Result<()> {
    let world = World::start().await?;
    let future = second(1, "approve", 4_102_444_800, "validated").to_string();
    let bodies = [
        "{\"event\":",
        "[]",
        "null",
        "{\"event\":\"revoke\"}",
        "{\"event\":\"revoke\",\"fired_at\":1767600000}",
        "{\"event\":null,\"fired_at\":null,\"data\":null}",
        "{\"event\":\"update\",\"fired_at\":1767600000,\"data\":{\"id\":1,\"form_uid\":\"\\u0000\"}}",
        "{\"event\":\"update\",\"fired_at\":9223372036854775807,\"data\":{\"id\":1}}",
        &future,
    ];
    for body in bodies {
        let signed = signature(SECRET, body.as_bytes());
        let (status, answer) = world.send(SECOND, body.as_bytes(), Some(&signed)).await?;
        assert_eq!((status, answer), (StatusCode::OK, json!({})), "{body}");
    }
    for event in world.journal().await? {
        assert_eq!(event["outcome"], "unreadable", "{event}");
        assert!(event["reason"].is_string(), "{event}");
    }
    let raised =
        "{ alerts_aggregate(where: {kind: {_eq: \"unreadable\"}}) { aggregate { count } } }";
    let raised = world.operator().data(raised).await?;
    assert_eq!(
        raised["alerts_aggregate"]["aggregate"]["count"],
        bodies.len()
    );
    assert_eq!(world.request(1).await?, Value::Null);
    Ok(())
}

#[tokio::test]
async fn what_no_index_or_clock_can_hold_is_kept_as_unreadable() -> Result<()> {
    let world = World::start().await?;
    let long = "x".repeat(20_000);
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = second(1, "submit", NOON, "submitted");
        change(&mut body);
        body
    };
    let bodies = [
        with(&|body| body["fired_at"] = json!(-300_000_000_000_i64)),
        with(&|body| body["fired_at"] = json!(300_000_000_000_i64)),
        with(&|body| body["model_id"] = json!(long)),
        with(&|body| body["event"] = json!(long)),
    ];
    for body in &bodies {
        assert_eq!(world.deliver(body).await?, json!({}));
    }
    assert_eq!(world.outcomes().await?, ["unreadable"; 4]);
    let kept = world.journal().await?;
    assert!(
        kept[3]["body"]
            .as_str()
            .is_some_and(|body| body.contains(&long))
    );
    // An address that is too long is none; the rest is taken.
    let mut unreachable = second(2, "submit", NOON, "submitted");
    unreachable["data"]["applicant"]["email"] = json!(format!("{long}@ville.example"));
    world.deliver(&unreachable).await?;
    let request = world.request(2).await?;
    assert_eq!(request["contacts"].as_array().map(Vec::len), Some(2));
    Ok(())
}

#[tokio::test]
async fn what_is_dated_in_the_future_counts_when_its_time_has_come() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH)?;
    let ahead = i64::try_from(now.as_secs())? + 3600;
    world
        .deliver(&second(1, "revoke", ahead, "revoked"))
        .await?;
    assert_eq!(world.request(1).await?["status"], "validated");
    let later = "update datapass_events set fired_at = now(), judged_at = now() - interval '1 hour' where event = 'revoke'";
    world.database.run_statements(later).await?;
    tests::harness::client::until(async || {
        let request = world.request(1).await?;
        Ok((request["status"] == "revoked" && super::tokens(&request) == (0, 1)).then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() -> Result<()> {
    let world = World::start().await?;
    let body = vec![b' '; (1 << 20) + 1];
    let signed = signature(SECRET, &body);
    let (status, _) = world.send(SECOND, &body, Some(&signed)).await?;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(world.journal().await?, Vec::<Value>::new());
    Ok(())
}

#[tokio::test]
async fn behind_a_proxy_the_sender_is_who_the_proxy_says() -> Result<()> {
    for (limits, expected, last) in [
        (
            "[limits]\naddress_header = \"x-real-ip\"\n",
            "192.0.2.7",
            StatusCode::UNAUTHORIZED,
        ),
        ("", "127.0.0.1", StatusCode::TOO_MANY_REQUESTS),
    ] {
        let world = World::with(&format!("{limits}[alerts]\nunsigned_per_minute = 2\n")).await?;
        let body = second(1, "submit", NOON, "submitted").to_string();
        let send = async |address: &str, signature: &str| {
            let sender = world.server.anonymous().with_header("x-real-ip", address);
            let sender = sender.with_header("x-hub-signature-256", signature);
            Ok::<_, anyhow::Error>(sender.post_raw(SECOND, body.clone()).await?.status())
        };
        let signed = signature(SECRET, body.as_bytes());
        assert_eq!(send("192.0.2.7", &signed).await?, StatusCode::OK);
        let sources = world
            .operator()
            .data("{ datapass_events { source } }")
            .await?;
        assert_eq!(
            sources["datapass_events"],
            json!([{ "source": expected }]),
            "{limits}"
        );
        let mut refusals = Vec::new();
        for _ in 0..3 {
            refusals.push(send("192.0.2.8", "forged").await?.as_u16());
        }
        assert_eq!(refusals, [401, 401, 429], "{limits}");
        assert_eq!(send("192.0.2.9", "forged").await?, last, "{limits}");
    }
    Ok(())
}

#[tokio::test]
async fn a15_two_secrets_hold_during_a_rotation() -> Result<()> {
    let world = World::start().await?;
    for (secret, expected) in [
        ("the old secret", StatusCode::OK),
        ("the new secret", StatusCode::OK),
        (SECRET, StatusCode::UNAUTHORIZED),
    ] {
        let body = json!({ "test": true, "timestamp": secret }).to_string();
        let signed = signature(secret, body.as_bytes());
        let path = "/api/datapass/v2/api_particulier/webhook";
        assert_eq!(
            world.send(path, body.as_bytes(), Some(&signed)).await?.0,
            expected,
            "{secret}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a2_a17_a_repetition_changes_nothing_and_is_answered_alike() -> Result<()> {
    let world = World::start().await?;
    let approve = second(1, "approve", NOON, "validated");
    let answer = world.deliver(&approve).await?;
    let before = world.request(1).await?;
    assert_eq!(world.deliver(&approve).await?, answer);
    // A replay from DataPass's screen has its members in another order.
    let mut members: Vec<String> = approve
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| format!("{}:{value}", json!(name)))
        .collect();
    members.reverse();
    let body = format!("{{{}}}", members.join(" , "));
    let signed = signature(SECRET, body.as_bytes());
    assert_eq!(
        world.send(SECOND, body.as_bytes(), Some(&signed)).await?,
        (StatusCode::OK, answer)
    );
    assert_eq!(world.request(1).await?, before);
    assert_eq!(
        world.outcomes().await?,
        ["applied", "duplicate", "duplicate"]
    );
    Ok(())
}

#[tokio::test]
async fn a18_requests_that_come_at_once_become_one() -> Result<()> {
    let world = World::start().await?;
    let payloads: Vec<Value> = (0..8)
        .map(|second_of| second(1, "update", NOON + second_of, "draft"))
        .collect();
    futures::future::try_join_all(payloads.iter().map(|payload| world.deliver(payload))).await?;
    assert_eq!(world.request(1).await?["status"], "draft");
    assert_eq!(world.journal().await?.len(), 8);
    Ok(())
}

#[tokio::test]
async fn a8_d6_d9_delete_and_unknown_events_raise_alerts_and_never_fail() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let before = world.request(1).await?;
    assert_eq!(
        world
            .deliver(&second(1, "delete", NOON + 1, "validated"))
            .await?,
        json!({})
    );
    assert_eq!(
        world
            .deliver(&second(1, "explode", NOON + 2, "draft"))
            .await?,
        json!({})
    );
    let after = world.request(1).await?;
    assert_eq!(alerts(&after), ["deleted", "unknown_event"]);
    for column in ["status", "title", "scopes", "tokens", "contacts"] {
        assert_eq!(after[column], before[column], "{column}");
    }
    assert_eq!(world.outcomes().await?, ["applied", "applied", "unknown"]);
    Ok(())
}

#[tokio::test]
async fn a_state_outside_the_list_is_kept_and_changes_nothing() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let before = world.request(1).await?;
    let unlisted = second(1, "update", NOON + 1, "on_hold");
    assert_eq!(world.deliver(&unlisted).await?, json!({}));
    let path = "/api/datapass/api_entreprise/webhook";
    let unlisted = first(1, "update", NOON + 2, "on_hold");
    assert_eq!(world.deliver_to(path, &unlisted).await?, json!({}));
    let after = world.request(1).await?;
    for column in ["status", "amendment", "tokens"] {
        assert_eq!(after[column], before[column], "{column}");
    }
    assert_eq!(tokens(&after), (1, 0));
    let journal = world.journal().await?;
    let bodies: Vec<bool> = journal
        .iter()
        .map(|event| event["body"].to_string().contains("on_hold"))
        .collect();
    assert_eq!(bodies, [false, true, true]);
    Ok(())
}

#[tokio::test]
async fn a16_d11_whatever_happens_is_answered_with_200_for_both_apis() -> Result<()> {
    let world = World::start().await?;
    let events = [
        ("create", "draft"),
        ("update", "draft"),
        ("submit", "submitted"),
        ("request_changes", "changes_requested"),
        ("approve", "validated"),
        ("transfer", "validated"),
        ("reopen", "draft"),
        ("cancel_reopening", "validated"),
        ("revoke", "revoked"),
        ("archive", "archived"),
        ("refuse", "refused"),
        ("something", "draft"),
    ];
    for (api, secret) in [
        ("api_entreprise", SECRET),
        ("api_particulier", "the old secret"),
    ] {
        let path = format!("/api/datapass/v2/{api}/webhook");
        for (second_, (event, state)) in (0..).zip(events) {
            let body = second(1, event, NOON + second_, state).to_string();
            let signed = signature(secret, body.as_bytes());
            let (status, answer) = world.send(&path, body.as_bytes(), Some(&signed)).await?;
            assert_eq!(status, StatusCode::OK, "{api} {event}: {answer}");
        }
    }
    let apis = "{ authorization_requests(order_by: {api: asc}) { api tokens { blacklisted_at } } }";
    let data = world.operator().data(apis).await?;
    let requests = data["authorization_requests"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    assert_eq!(requests.len(), 2, "{data}");
    assert!(
        requests.iter().all(|request| tokens(request) == (0, 1)),
        "{data}"
    );
    Ok(())
}

#[tokio::test]
async fn d13_what_was_never_granted_yields_no_token() -> Result<()> {
    let world = World::start().await?;
    for (request, (event, state)) in (1..).zip([
        ("create", "draft"),
        ("submit", "submitted"),
        ("request_changes", "changes_requested"),
        ("refuse", "refused"),
        ("archive", "archived"),
    ]) {
        world.deliver(&second(request, event, NOON, state)).await?;
        assert_eq!(tokens(&world.request(request).await?), (0, 0), "{event}");
    }
    Ok(())
}

#[tokio::test]
async fn whoever_can_sign_may_use_the_mutation() -> Result<()> {
    let world = World::start().await?;
    let query = "mutation($payload: String!, $signature: String!) { receive_datapass_event(api: \"api_entreprise\", \
                 payload: $payload, signature: $signature) { token_id } }";
    let payload = first(1, "approve", NOON, "validated").to_string();
    let signed = json!({ "payload": payload, "signature": signature(SECRET, payload.as_bytes()) });
    let data = world.server.anonymous().data_with(query, signed).await?;
    let request = world.request(1).await?;
    assert_eq!(
        data["receive_datapass_event"]["token_id"],
        request["tokens"][0]["id"]
    );
    assert_eq!(tokens(&request), (1, 0));
    let forged = json!({ "payload": payload, "signature": "sha256=00" });
    let answer = world.server.anonymous().answer(query, forged).await?;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "access-denied");
    Ok(())
}

#[tokio::test]
async fn a_delivery_whose_judgement_was_cut_short_is_judged_later() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let revoke = second(1, "revoke", NOON + 1, "revoked");
    let body = revoke.to_string().replace('\'', "''");
    world
        .database
        .run_statements(&format!(
            "insert into datapass_events (api, generation, source, body, payload, digest, external_id, event, fired_at, \
             received_at) values ('api_entreprise', 2, 'test', '{body}', '{body}', 'x', '1', 'revoke', \
             to_timestamp({}), now() - interval '1 minute')",
            NOON + 1
        ))
        .await?;
    tests::harness::client::until(async || {
        let request = world.request(1).await?;
        Ok((request["status"] == "revoked").then_some(()))
    })
    .await?;
    assert_eq!(tokens(&world.request(1).await?), (0, 1));
    Ok(())
}

#[tokio::test]
async fn a_delivery_that_cannot_be_judged_is_told_to_us_and_tried_again() -> Result<()> {
    let world = World::start().await?;
    let fault = "create function fault() returns trigger language plpgsql as \
                 $$ begin raise exception 'out of order'; end $$; \
                 create trigger fault before insert on authorization_requests execute function fault();";
    world.database.run_statements(fault).await?;
    assert_eq!(
        world
            .deliver(&second(1, "approve", NOON, "validated"))
            .await?,
        json!({})
    );
    let failed = &world.journal().await?[0];
    assert_eq!(
        (&failed["outcome"], &failed["reason"]),
        (&json!("failed"), &json!("out of order"))
    );
    let raised = world.operator().data("{ alerts { kind details } }").await?;
    assert_eq!(
        raised["alerts"],
        json!([{ "kind": "failed", "details": { "reason": "out of order" } }])
    );
    let later = "drop trigger fault on authorization_requests; \
                 update datapass_events set judged_at = now() - interval '1 hour';";
    world.database.run_statements(later).await?;
    tests::harness::client::until(async || {
        let outcomes = world.outcomes().await?;
        Ok((outcomes == ["applied"]).then_some(()))
    })
    .await?;
    assert_eq!(tokens(&world.request(1).await?), (1, 0));
    Ok(())
}
