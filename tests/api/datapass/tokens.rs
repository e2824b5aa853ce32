//! Tokens: their signed form, the link that shows it once, and what people do to them.

use super::{NOON, World, secret, tokens};
use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{harness::client, simulators::datapass::second};

const TECHNICAL: &str = "c.petit@ville.example";

pub(super) fn claims(token: &str) -> Result<Value> {
    let part = token.split('.').nth(1).context("no JWT")?;
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part)?)?)
}

pub(super) async fn act(world: &World, mutation: &str, variables: Value) -> Result<Value> {
    world.operator().answer(mutation, variables).await
}

#[tokio::test]
async fn a_link_shows_the_token_once() -> Result<()> {
    let world = World::start().await?;
    let answer = world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let mails = world.mails(TECHNICAL, 1).await?;
    let secret = secret(mails.first(), "/token/")?;
    let (status, shown) = world.show(&secret).await?;
    assert_eq!(
        (status, &shown["token_id"]),
        (StatusCode::OK, &answer["token_id"])
    );
    let claims = claims(shown["token"].as_str().context("no token")?)?;
    assert_eq!(
        (&claims["jti"], &claims["uid"]),
        (&answer["token_id"], &answer["token_id"])
    );
    assert_eq!(
        (&claims["sub"], &claims["scopes"]),
        (
            &json!("Marchés publics"),
            &json!(["entreprises", "open_data"])
        )
    );
    assert_eq!(
        (&claims["version"], &claims["aud"]),
        (&json!("1.0"), &json!("api-gateway"))
    );
    let again = world.show(&secret).await?;
    assert_eq!(
        (again.0, &again.1["error"]["code"]),
        (StatusCode::NOT_FOUND, &json!("not-found"))
    );
    let table = "select 1 / (count(*))::int from token_links where used_at is not null";
    world.database.run_statements(table).await
}

#[tokio::test]
async fn api_tokens_and_access_tokens_are_never_taken_for_each_other() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let token = world.shown(TECHNICAL, 1).await?;
    let bearer = world
        .server
        .anonymous()
        .with_header("authorization", &format!("Bearer {token}"));
    assert_eq!(
        bearer.error("{ services { name } }").await?.0,
        "invalid-jwt"
    );
    let signed_in = world.server.anonymous().sign_in("adele", "admin").await?;
    assert_eq!(
        world.check(&signed_in.token).await?,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(world.check(&token).await?, StatusCode::NO_CONTENT);
    let ours: Value = world
        .server
        .anonymous()
        .get("/.well-known/jwks.json")
        .await?
        .json()
        .await?;
    let theirs: Value = world
        .server
        .anonymous()
        .get("/tokens/jwks.json")
        .await?
        .json()
        .await?;
    assert_ne!(ours["keys"][0]["kid"], theirs["keys"][0]["kid"]);
    Ok(())
}

#[tokio::test]
async fn a_replaced_token_works_until_its_day_and_the_new_one_takes_its_place() -> Result<()> {
    let world = World::start().await?;
    let old = world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?["token_id"]
        .take();
    let old_form = world.shown(TECHNICAL, 1).await?;
    let mutation = "mutation($id: uuid!, $at: timestamptz) { blacklist_token(id: $id, at: $at, replace: true) { id replaces_id expires_at } }";
    let day = "2099-01-01T00:00:00+00:00";
    let answer = act(&world, mutation, json!({ "id": old, "at": day })).await?;
    let new = answer["data"]["blacklist_token"].clone();
    assert_eq!(new["replaces_id"], old, "{answer}");
    let mails = world.mails(TECHNICAL, 3).await?;
    let subjects: Vec<&str> = mails
        .iter()
        .filter_map(|mail| mail["subject"].as_str())
        .collect();
    assert!(
        subjects.contains(&"Demande n° 1 : un jeton est retiré"),
        "{subjects:?}"
    );
    let link = mails.iter().rev().find(|mail| {
        mail["text"]
            .as_str()
            .is_some_and(|text| text.contains("/token/"))
    });
    let (_, shown) = world.show(&secret(link, "/token/")?).await?;
    assert_eq!(shown["token_id"], new["id"]);
    assert_eq!(
        world.check(&old_form).await?,
        StatusCode::NO_CONTENT,
        "until that day"
    );
    // DataPass's next approval prolongs, and names, the one in its place.
    let again = world
        .deliver(&second(1, "approve", NOON + 60, "validated"))
        .await?;
    assert_eq!(again["token_id"], new["id"]);
    // A revocation ends both.
    world
        .deliver(&second(1, "revoke", NOON + 90, "revoked"))
        .await?;
    assert_eq!(world.check(&old_form).await?, StatusCode::FORBIDDEN);
    assert_eq!(
        world
            .check(shown["token"].as_str().unwrap_or_default())
            .await?,
        StatusCode::FORBIDDEN
    );
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_done_to_a_token_is_refused_and_changes_nothing() -> Result<()> {
    let world = World::start().await?;
    let token = world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?["token_id"]
        .take();
    world
        .deliver(&second(2, "submit", NOON, "submitted"))
        .await?;
    let (granted, submitted) = (world.request(1).await?, world.request(2).await?);
    let issue = "mutation($id: uuid!, $at: timestamptz) { issue_token(request_id: $id, expires_at: $at) { id } }";
    let blacklist =
        "mutation($id: uuid!, $at: timestamptz) { blacklist_token(id: $id, at: $at) { id } }";
    let prolong = "mutation($id: uuid!) { prolong_token(id: $id) { id } }";
    let nobody = "00000000-0000-4000-8000-000000000000";
    let long_ago = "2020-01-01T00:00:00+00:00";
    for (mutation, variables, code) in [
        (issue, json!({ "id": submitted["id"] }), "conflict"),
        (issue, json!({ "id": nobody }), "not-found"),
        (
            issue,
            json!({ "id": granted["id"], "at": long_ago }),
            "bad-request",
        ),
        (
            issue,
            json!({ "id": granted["id"], "at": "2099-01-01T00:00:00+00:00" }),
            "bad-request",
        ),
        (
            blacklist,
            json!({ "id": token, "at": long_ago }),
            "bad-request",
        ),
        (blacklist, json!({ "id": nobody }), "not-found"),
        (prolong, json!({ "id": nobody }), "not-found"),
    ] {
        let answer = act(&world, mutation, variables).await?;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
    }
    assert_eq!(tokens(&world.request(1).await?), (1, 0));
    let done = act(&world, blacklist, json!({ "id": token })).await?;
    assert_eq!(done["data"]["blacklist_token"]["id"], token, "{done}");
    for mutation in [blacklist, prolong] {
        let answer = act(&world, mutation, json!({ "id": token })).await?;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "conflict",
            "{answer}"
        );
    }
    assert_eq!(tokens(&world.request(1).await?), (0, 1));
    let user = world.server.sign_in("noe", "user").await?;
    assert_eq!(
        user.error("mutation { prolong_token(id: \"0\") { id } }")
            .await?
            .0,
        "validation-failed"
    );
    Ok(())
}

#[tokio::test]
async fn an_administrator_who_blacklists_for_later_never_undoes_a_revocation() -> Result<()> {
    let world = World::start().await?;
    let token = world
        .deliver_all(&[second(1, "approve", NOON, "validated")])
        .await?;
    // The judgement of the revocation holds the request for a second, in which the administrator begins to wait for it.
    world
        .database
        .run_statements(
            "create function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(1); return new; end $$; \
             create trigger dawdle before update on authorization_requests for each row when (new.status = 'revoked') \
             execute function dawdle()",
        )
        .await?;
    let revoke = second(1, "revoke", NOON + 1, "revoked");
    let blacklist = async {
        client::until(async || {
            let revoked = "{ datapass_events(where: {event: {_eq: \"revoke\"}}) { id } }";
            let revoked = world.operator().data(revoked).await?;
            Ok((revoked["datapass_events"] != json!([])).then_some(()))
        })
        .await?;
        let mutation = "mutation($id: uuid!) { blacklist_token(id: $id, at: \"2099-01-01T00:00:00Z\") { id } }";
        act(&world, mutation, json!({ "id": token })).await
    };
    let (revoked, blacklisted) = tokio::join!(world.deliver(&revoke), blacklist);
    revoked?;
    let blacklisted = blacklisted?;
    assert_eq!(
        blacklisted["errors"][0]["extensions"]["code"], "conflict",
        "{blacklisted}"
    );
    let alive = "{ api_tokens(where: {_or: [{blacklisted_at: {_is_null: true}}, {blacklisted_at: {_gt: \"now()\"}}]}) { id } }";
    let alive = world.operator().data(alive).await?;
    assert_eq!(alive["api_tokens"], json!([]));
    Ok(())
}

#[tokio::test]
async fn a_token_is_issued_and_prolonged_by_an_administrator() -> Result<()> {
    let world = World::start().await?;
    let first = world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?["token_id"]
        .take();
    let request = world.request(1).await?;
    let issue = "mutation($id: uuid!) { issue_token(request_id: $id) { id expires_at } }";
    let issued = act(&world, issue, json!({ "id": request["id"] })).await?;
    assert!(issued["data"]["issue_token"]["id"].is_string(), "{issued}");
    let before = request["tokens"][0]["expires_at"]
        .as_str()
        .map(str::to_owned);
    let prolong = "mutation($id: uuid!) { prolong_token(id: $id) { expires_at } }";
    let after = act(&world, prolong, json!({ "id": first })).await?;
    let after = after["data"]["prolong_token"]["expires_at"]
        .as_str()
        .map(str::to_owned);
    assert!(after > before, "{after:?} is later than {before:?}");
    world
        .deliver(&second(1, "revoke", NOON + 1, "revoked"))
        .await?;
    assert_eq!(tokens(&world.request(1).await?), (0, 2), "both end");
    let audit = "{ audit_log(where: {object_type: {_eq: \"api_tokens\"}, actor: {_eq: \"operator\"}}) { action } }";
    let audit = world.operator().data(audit).await?;
    assert_eq!(
        audit["audit_log"].as_array().map(Vec::len),
        Some(2),
        "{audit}"
    );
    Ok(())
}

#[tokio::test]
async fn tokens_of_gateways_that_know_only_hs256() -> Result<()> {
    let key = "a key of thirty-two bytes or more";
    let more = format!(
        "[tokens]\nalgorithm = \"HS256\"\nissuer = \"https://tokens.example\"\nsecrets = [\"{key}\"]\n"
    );
    let world = World::with(&more).await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let token = world.shown(TECHNICAL, 1).await?;
    let header: Value = serde_json::from_slice(
        &URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap_or_default())?,
    )?;
    assert_eq!(
        (&header["alg"], &claims(&token)?["iss"]),
        (&json!("HS256"), &json!("https://tokens.example"))
    );
    assert_eq!(world.check(&token).await?, StatusCode::NO_CONTENT);
    Ok(())
}

#[tokio::test]
async fn a_token_outlives_the_key_that_signed_it() -> Result<()> {
    // The restarted server has another address, which would be another issuer.
    let world = World::with("[tokens]\nissuer = \"https://tokens.example\"\n").await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let old = world.shown(TECHNICAL, 1).await?;
    world
        .database
        .run_statements("update signing_keys set retired_at = now() where purpose = 'api_token'")
        .await?;
    let world = world.restart().await?;
    world
        .deliver(&second(2, "approve", NOON, "validated"))
        .await?;
    let new = world.shown(TECHNICAL, 2).await?;
    let key = |token: &str| -> Result<Value> {
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap_or_default())?;
        Ok(serde_json::from_slice::<Value>(&header)?["kid"].take())
    };
    assert_ne!(key(&old)?, key(&new)?, "another key signs");
    for token in [&old, &new] {
        assert_eq!(world.check(token).await?, StatusCode::NO_CONTENT);
    }
    Ok(())
}
