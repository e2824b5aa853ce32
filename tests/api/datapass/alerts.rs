//! Alerts: told where the operator reads them, once, and acknowledged.

use std::sync::{Arc, Mutex, PoisonError};

use super::{NOON, World};
use anyhow::Result;
use axum::{Router, extract::State, http::StatusCode, routing::post};
use serde_json::{Value, json};
use tests::simulators::datapass::second;
use tokio::net::TcpListener;

type Heard = Arc<Mutex<Vec<(String, String)>>>;

/// A Sentry and a Mattermost that note what they are told. The first word to Mattermost is refused.
async fn listeners() -> Result<(String, Heard)> {
    async fn hear(State(heard): State<Heard>, uri: axum::http::Uri, body: String) -> StatusCode {
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first_hook = uri.path().starts_with("/hooks")
            && !heard.iter().any(|(path, _)| path.starts_with("/hooks"));
        heard.push((uri.path().to_owned(), body));
        if is_first_hook {
            StatusCode::BAD_GATEWAY
        } else {
            StatusCode::OK
        }
    }
    let heard = Heard::default();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let router = Router::new()
        .route("/api/7/envelope/", post(hear))
        .route("/hooks/team", post(hear))
        .with_state(Arc::clone(&heard));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((address, heard))
}

#[tokio::test]
async fn d6_d9_an_alert_is_told_on_every_channel_once() -> Result<()> {
    let (address, heard) = listeners().await?;
    let more = format!(
        "[alerts]\nsentry_dsn = \"http://public-key@{address}/7\"\nmattermost_url = \"http://{address}/hooks/team\"\n"
    );
    let world = World::with(&more).await?;
    let delete = second(41207, "delete", NOON, "validated");
    world.deliver(&delete).await?;
    world.deliver(&delete).await?;
    world.rest().await?;
    let heard = heard.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let to = |prefix: &str| {
        heard
            .iter()
            .filter(|(path, _)| path.starts_with(prefix))
            .map(|(_, body)| body.as_str())
            .collect::<Vec<_>>()
    };
    let sentry = to("/api/7");
    assert_eq!(sentry.len(), 1, "{heard:?}");
    let event: Value = serde_json::from_str(sentry[0].lines().nth(2).unwrap_or_default())?;
    assert_eq!(
        (&event["tags"]["kind"], &event["tags"]["api"]),
        (&json!("deleted"), &json!("api_entreprise"))
    );
    let hooks = to("/hooks");
    assert_eq!(hooks.len(), 2, "refused once, then taken: {heard:?}");
    assert!(
        hooks[1].contains("api_entreprise n° 41207") && hooks[1].contains("supprimée par DataPass"),
        "{hooks:?}"
    );
    assert!(
        heard.iter().all(|(_, body)| !body.contains("public-key")),
        "no secret is told"
    );
    Ok(())
}

#[tokio::test]
async fn an_alert_is_acknowledged_with_a_note() -> Result<()> {
    let world = World::start().await?;
    world.deliver(&second(1, "delete", NOON, "draft")).await?;
    let id = world.operator().data("{ alerts { id } }").await?["alerts"][0]["id"].take();
    let admin = world.server.sign_in("adele", "admin").await?;
    let mutation = "mutation($id: uuid!, $note: String) { acknowledge_alert(id: $id, note: $note) { acknowledged_at note acknowledger { login } } }";
    let done = admin
        .data_with(
            mutation,
            json!({ "id": id, "note": "  seen with the team " }),
        )
        .await?;
    let alert = &done["acknowledge_alert"];
    assert!(alert["acknowledged_at"].is_string());
    assert_eq!(
        (&alert["note"], &alert["acknowledger"]["login"]),
        (&json!("seen with the team"), &json!("adele"))
    );
    let first = alert["acknowledged_at"].clone();
    let again = admin
        .data_with(mutation, json!({ "id": id, "note": "" }))
        .await?;
    assert_eq!(
        (
            &again["acknowledge_alert"]["acknowledged_at"],
            &again["acknowledge_alert"]["note"]
        ),
        (&first, &Value::Null)
    );
    let long = "x".repeat(2001);
    let refused = admin
        .answer(mutation, json!({ "id": id, "note": long }))
        .await?;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "bad-request");
    let nobody = "00000000-0000-4000-8000-000000000000";
    let missing = admin.answer(mutation, json!({ "id": nobody })).await?;
    assert_eq!(missing["errors"][0]["extensions"]["code"], "not-found");
    Ok(())
}

#[tokio::test]
async fn unsigned_deliveries_are_counted_slowed_and_told_of() -> Result<()> {
    let world = World::with("[alerts]\nunsigned_per_minute = 3\n").await?;
    let path = "/api/datapass/v2/api_entreprise/webhook";
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(world.send(path, b"{}", None).await?.0.as_u16());
    }
    // A minute may end in between, and begins anew.
    assert!(
        statuses.starts_with(&[401]) && statuses.contains(&429),
        "{statuses:?}"
    );
    let signed = world.deliver(&second(1, "submit", NOON, "submitted")).await;
    assert!(
        signed.is_ok(),
        "a signed one is taken all the same: {signed:?}"
    );
    let told = tests::harness::client::until(async || {
        let data = world.operator().data("{ alerts(where: {kind: {_eq: \"bad_signatures\"}}) { details } unsigned_deliveries { source count } }").await?;
        Ok(data["alerts"].get(0).is_some().then_some(data))
    })
    .await?;
    assert_eq!(told["unsigned_deliveries"][0]["source"], "127.0.0.1");
    let journal = world.journal().await?;
    assert_eq!(
        journal.len(),
        1,
        "no row for what nobody signed: {journal:?}"
    );
    Ok(())
}

#[tokio::test]
async fn silence_is_told_once() -> Result<()> {
    let world = World::with("[alerts]\nsilence_hours = 2\n").await?;
    world
        .deliver(&second(1, "submit", NOON, "submitted"))
        .await?;
    let look = "insert into jobs (kind) values ('silence')";
    world.database.run_statements(look).await?;
    world.rest().await?;
    let silence = "{ alerts(where: {kind: {_eq: \"silence\"}}) { api } }";
    assert_eq!(
        world.operator().data(silence).await?["alerts"],
        json!([]),
        "it is not silent yet"
    );
    world
        .database
        .run_statements("update datapass_events set received_at = now() - interval '3 hours'")
        .await?;
    // What a comparison put together is no word of the webhook.
    world
        .deliver(&second(1, "update", NOON + 1, "submitted"))
        .await?;
    world
        .database
        .run_statements(
            "update datapass_events set source = 'reconciliation' where event = 'update'",
        )
        .await?;
    for _ in 0..2 {
        world.database.run_statements(look).await?;
        world.rest().await?;
    }
    assert_eq!(
        world.operator().data(silence).await?["alerts"],
        json!([{ "api": "api_entreprise" }])
    );
    Ok(())
}
