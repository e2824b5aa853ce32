//! What events do to tokens, what administrators do to them, and what they say.

use super::{NOON, TECHNICAL, V1, World, counted};
use crate::datapass::tokens::{act, claims};
use anyhow::{Context as _, Result};
use chrono::{DateTime, Months, TimeDelta, Utc};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{
    harness::client,
    simulators::datapass::{first, second},
};

fn moment(value: &Value) -> Result<DateTime<Utc>> {
    Ok(value.as_str().context("no moment")?.parse()?)
}

/// The moment of the database.
async fn now(world: &World) -> Result<DateTime<Utc>> {
    let newest = "{ datapass_events(order_by: [{received_at: desc}], limit: 1) { received_at } }";
    let newest = world.operator().data(newest).await?;
    moment(&newest["datapass_events"][0]["received_at"])
}

#[tokio::test]
async fn spec_only_an_approval_issues_a_token() -> Result<()> {
    let world = World::start().await?;
    for (second_, event, state) in [
        (0, "create", "draft"),
        (1, "update", "draft"),
        (2, "submit", "submitted"),
        (3, "request_changes", "changes_requested"),
        (4, "submit", "submitted"),
        (5, "refuse", "refused"),
        (6, "archive", "archived"),
    ] {
        world
            .deliver(&second(1, event, NOON + second_, state))
            .await?;
        assert_eq!(counted(&world.request(1).await?), (0, 0), "{event}");
    }
    Ok(())
}

#[tokio::test]
async fn spec_an_approval_gives_18_months_from_it_and_scopes_on_token_and_request() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let request = world.request(1).await?;
    let approved = DateTime::from_timestamp(NOON, 0).context("no moment")?;
    let claims = claims(&world.shown(TECHNICAL, 1).await?)?;
    let end = approved
        .checked_add_months(Months::new(18))
        .context("no end")?;
    assert_eq!(moment(&request["tokens"][0]["expires_at"])?, end);
    assert_eq!(claims["exp"], end.timestamp());
    let issued = claims["iat"].as_i64().context("no iat")?;
    assert!((now(&world).await?.timestamp() - issued).abs() < 60);
    assert_eq!(claims["scopes"], request["scopes"]);
    Ok(())
}

#[tokio::test]
async fn spec_open_data_scopes_are_one() -> Result<()> {
    let world = World::start().await?;
    let mut approve = first(1, "approve", NOON, "validated");
    approve["data"]["pass"]["scopes"] =
        json!({ "open_data_a": true, "open_data_b": true, "privileges": true, "refused": false });
    world.deliver_to(V1, &approve).await?;
    assert_eq!(
        world.request(1).await?["scopes"],
        json!(["open_data", "privileges"])
    );
    Ok(())
}

#[tokio::test]
async fn spec_another_approval_prolongs_the_token_and_its_notices_begin_anew() -> Result<()> {
    let world = World::start().await?;
    let token = world
        .deliver_all(&[second(1, "approve", NOON, "validated")])
        .await?;
    let ending = async |days: u32| -> Result<()> {
        let ends = format!(
            "update api_tokens set issued_at = now() - interval '1 year', \
             expires_at = date_trunc('day', now()) + interval '{days} days'"
        );
        world.database.run_statements(&ends).await?;
        let job = "insert into jobs (kind) values ('tokens_ending')";
        world.database.run_statements(job).await?;
        world.rest().await
    };
    world.mails(TECHNICAL, 1).await?;
    ending(29).await?;
    assert_eq!(world.mails(TECHNICAL, 2).await?.len(), 2, "a notice");
    let at = now(&world).await?;
    let again = world
        .deliver(&second(1, "approve", at.timestamp(), "validated"))
        .await?;
    assert_eq!(again["token_id"], token);
    let end = moment(&world.request(1).await?["tokens"][0]["expires_at"])?;
    let months = at.checked_add_months(Months::new(18)).context("no end")?;
    assert!((end - months).abs() < TimeDelta::minutes(1), "{end}");
    ending(28).await?;
    let mails = world.mails(TECHNICAL, 3).await?;
    assert_eq!(mails.len(), 3, "another end, another notice: {mails:?}");
    Ok(())
}

#[tokio::test]
async fn spec_revoke_blacklists_and_no_other_event_does() -> Result<()> {
    let world = World::start().await?;
    for (second_, event, state) in [
        (0, "approve", "validated"),
        (1, "reopen", "draft"),
        (2, "update", "draft"),
        (3, "submit", "submitted"),
        (4, "refuse", "validated"),
        (5, "transfer", "validated"),
        (6, "delete", "validated"),
    ] {
        world
            .deliver(&second(1, event, NOON + second_, state))
            .await?;
        let request = world.request(1).await?;
        assert_eq!(
            (&request["status"], counted(&request)),
            (&json!("validated"), (1, 0)),
            "{event}"
        );
    }
    world
        .deliver(&second(1, "revoke", NOON + 7, "revoked"))
        .await?;
    let request = world.request(1).await?;
    assert_eq!(
        (&request["status"], counted(&request)),
        (&json!("revoked"), (0, 1))
    );
    Ok(())
}

const BLACKLIST: &str = "mutation($id: uuid!, $at: timestamptz, $replace: Boolean!) { \
    blacklist_token(id: $id, at: $at, replace: $replace) { id replaces_id expires_at blacklisted_at } }";

#[tokio::test]
async fn spec_a_ban_has_its_date_a_new_token_if_wished_its_mails_and_its_trace() -> Result<()> {
    let world = World::start().await?;
    let old = world
        .deliver_all(&[second(1, "approve", NOON, "validated")])
        .await?;
    world.rest().await?;
    let day = now(&world).await? + TimeDelta::days(30);
    let variables = json!({ "id": old, "at": day.to_rfc3339(), "replace": true });
    let banned = act(&world, BLACKLIST, variables).await?;
    let new = &banned["data"]["blacklist_token"];
    assert_eq!(
        (&new["replaces_id"], &new["blacklisted_at"]),
        (&old, &Value::Null)
    );
    let request = world.request(1).await?;
    let held = request["tokens"].as_array().context("no tokens")?;
    let find = |id: &Value| held.iter().find(|token| token["id"] == *id);
    let old_row = find(&old).context("the old one is gone")?;
    assert!((moment(&old_row["blacklisted_at"])? - day).abs() < TimeDelta::minutes(1));
    assert_eq!(old_row["expires_at"], new["expires_at"], "the same end");
    world.rest().await?;
    let sent = format!("{}/messages", world.mailbox.url());
    let sent: Vec<Value> = client::http()?.get(sent).send().await?.json().await?;
    let about = |mail: &&Value| {
        mail["subject"]
            .as_str()
            .is_some_and(|it| it.contains("un jeton est retiré"))
    };
    assert_eq!(
        sent.iter().filter(about).count(),
        2,
        "applicant and technical contact"
    );
    let trace = "{ audit_log(where: {actor: {_eq: \"operator\"}, object_type: {_eq: \"api_tokens\"}}) { object_id } }";
    let trace = world.operator().data(trace).await?;
    assert!(trace.to_string().contains(old.as_str().unwrap_or_default()));
    Ok(())
}

#[tokio::test]
async fn spec_a_ban_without_a_new_token_and_bans_that_fail() -> Result<()> {
    let world = World::start().await?;
    let token = world
        .deliver_all(&[second(1, "approve", NOON, "validated")])
        .await?;
    let ban = async |id: &Value| {
        let variables = json!({ "id": id, "at": null, "replace": false });
        act(&world, BLACKLIST, variables).await
    };
    let absent = ban(&json!("00000000-0000-4000-8000-000000000000")).await?;
    assert_eq!(absent["errors"][0]["extensions"]["code"], "not-found");
    ban(&token).await?;
    assert_eq!(
        counted(&world.request(1).await?),
        (0, 1),
        "none in its place"
    );
    let again = ban(&token).await?;
    assert_eq!(again["errors"][0]["extensions"]["code"], "conflict");
    Ok(())
}

#[tokio::test]
async fn spec_the_end_of_an_issued_token() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let request = world.request(1).await?["id"].take();
    let now = now(&world).await?;
    let whole = now.checked_add_months(Months::new(18)).context("no end")?;
    let issue = async |at: Option<DateTime<Utc>>| {
        let mutation = "mutation($id: uuid!, $at: timestamptz) { issue_token(request_id: $id, expires_at: $at) { expires_at } }";
        let at = at.map(|at| at.to_rfc3339());
        act(&world, mutation, json!({ "id": request, "at": at })).await
    };
    let end = |answer: &Value| moment(&answer["data"]["issue_token"]["expires_at"]);
    let unsaid = issue(None).await?;
    assert!(
        (end(&unsaid)? - whole).abs() < TimeDelta::minutes(1),
        "{unsaid}"
    );
    assert_eq!(end(&issue(Some(whole)).await?)?, whole, "exactly 18 months");
    for refused in [now - TimeDelta::days(1), whole + TimeDelta::days(1)] {
        let answer = issue(Some(refused)).await?;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "bad-request");
    }
    assert_eq!(counted(&world.request(1).await?), (3, 0));
    Ok(())
}

#[tokio::test]
async fn spec_only_requests_in_force_get_tokens() -> Result<()> {
    let world = World::start().await?;
    for (id, events) in [
        (1, &[("submit", "submitted")][..]),
        (2, &[("approve", "validated"), ("revoke", "revoked")]),
        (3, &[("create", "draft"), ("archive", "archived")]),
    ] {
        for (second_, (event, state)) in (0..).zip(events) {
            world
                .deliver(&second(id, event, NOON + second_, state))
                .await?;
        }
        let request = world.request(id).await?;
        let mutation = "mutation($id: uuid!) { issue_token(request_id: $id) { id } }";
        let answer = act(&world, mutation, json!({ "id": request["id"] })).await?;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "conflict",
            "{request}"
        );
        assert_eq!(world.request(id).await?["tokens"], request["tokens"]);
    }
    Ok(())
}

#[tokio::test]
async fn spec_a_token_is_active_inactive_blacklisted_or_blacklisted_later() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let token = world.shown(TECHNICAL, 1).await?;
    for (change, status) in [
        ("blacklisted_at = null", StatusCode::NO_CONTENT),
        (
            "blacklisted_at = now() + interval '1 day'",
            StatusCode::NO_CONTENT,
        ),
        ("blacklisted_at = now()", StatusCode::FORBIDDEN),
        (
            "blacklisted_at = null, expires_at = now()",
            StatusCode::UNAUTHORIZED,
        ),
    ] {
        let update = format!("update api_tokens set {change}");
        world.database.run_statements(&update).await?;
        assert_eq!(world.check(&token).await?, status, "{change}");
    }
    Ok(())
}

#[tokio::test]
async fn spec_the_claims_of_a_token() -> Result<()> {
    let world = World::start().await?;
    let id = world
        .deliver_all(&[second(1, "approve", NOON, "validated")])
        .await?;
    let claims = claims(&world.shown(TECHNICAL, 1).await?)?;
    let mut names: Vec<&str> = claims
        .as_object()
        .context("no claims")?
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "aud", "exp", "iat", "iss", "jti", "scopes", "sub", "uid", "version"
        ]
    );
    assert_eq!((&claims["jti"], &claims["uid"]), (&id, &id));
    assert_eq!(claims["sub"], "Marchés publics");
    assert_eq!(claims["version"], "1.0");
    Ok(())
}
