//! Deliveries that never come: once DataPass was asked, what became of each request is what its whole history says.

use super::{
    World,
    order::{history, hold_true, next, settled, shuffle},
    reconciliation::{Both, start},
};
use anyhow::Result;
use serde_json::{Value, json};

const HISTORIES: u64 = 16;

/// A moment as DataPass's REST API writes it.
fn moment(delivery: &Value) -> Value {
    let at = chrono::DateTime::from_timestamp(delivery["fired_at"].as_i64().unwrap_or_default(), 0);
    json!(at.unwrap_or_default().to_rfc3339())
}

/// The form of an authorization: every value as text.
fn granted(form: &Value) -> Value {
    let text = |value: &Value| match value {
        Value::String(text) => json!(text),
        other => json!(other.to_string()),
    };
    let members = form.as_object().into_iter().flatten();
    members
        .map(|(name, value)| (name.clone(), text(value)))
        .collect()
}

/// What DataPass holds of a request after a history: the request as it is, and what happened to it.
fn held(history: &[Value]) -> (Value, Vec<Value>) {
    let mut authorizations: Vec<Value> = Vec::new();
    let mut events = Vec::new();
    let mut validated_at = Value::Null;
    for (number, delivery) in history.iter().enumerate() {
        let mut entity = json!({ "type": "AuthorizationRequest", "id": delivery["model_id"] });
        match delivery["event"].as_str() {
            Some("approve") => {
                for old in &mut authorizations {
                    if old["state"] == "active" {
                        old["state"] = json!("obsolete");
                    }
                }
                entity = json!({ "type": "Authorization", "id": 3000 + number });
                validated_at = moment(delivery);
                let data = granted(&delivery["data"]["data"]);
                authorizations.push(
                    json!({ "id": 3000 + number, "state": "active", "revoked": false, "data": data }),
                );
            }
            Some("revoke") => {
                for old in &mut authorizations {
                    if old["state"] == "active" {
                        old["state"] = json!("revoked");
                    }
                }
            }
            _ => {}
        }
        events.push(json!({
            "id": number, "name": delivery["event"], "created_at": moment(delivery),
            "user": delivery["data"]["applicant"], "entity": entity,
        }));
    }
    let newest = history.last().map(|delivery| &delivery["data"]);
    let newest = newest.unwrap_or(&Value::Null);
    let is_open = matches!(
        newest["state"].as_str(),
        Some("draft" | "submitted" | "changes_requested")
    );
    let is_granted = authorizations.iter().any(|it| it["state"] == "active");
    let request = json!({
        "id": newest["id"], "public_id": newest["public_id"], "type": newest["type"], "state": newest["state"],
        "form_uid": newest["form_uid"], "reopening": is_open && is_granted, "last_validated_at": validated_at,
        "organisation": newest["organization"], "applicant": newest["applicant"], "data": newest["data"],
        "habilitations": authorizations,
    });
    (request, events)
}

/// Each with the chance of one in three.
fn kept(history: &[Value], mut chance: u64) -> Vec<Value> {
    let mut is_kept = || {
        chance = next(chance);
        !(chance >> 33).is_multiple_of(3)
    };
    history.iter().filter(|_| is_kept()).cloned().collect()
}

#[tokio::test]
async fn whatever_is_lost_late_or_doubled_ends_as_if_it_had_come_in_order() -> Result<()> {
    let both = start().await?;
    let world = &both.world;
    let mut seen = Vec::new();
    for seed in 0..HISTORIES {
        let (whole, lossy) = (1000 + seed, 2000 + seed);
        world.deliver_all(&history(whole, seed)).await?;
        let all = history(lossy, seed);
        let (request, events) = held(&all);
        both.keep(&request, &events).await?;
        let mut deliveries = kept(&all, seed + 3);
        let again: Vec<Value> = deliveries.iter().step_by(3).cloned().collect();
        deliveries.extend(again);
        shuffle(&mut deliveries, seed + 5);
        let mut tokens = 0;
        for delivery in &deliveries {
            world.deliver(delivery).await?;
            tokens = hold_true(&world.request(lossy).await?, tokens);
        }
        seen.push(tokens);
    }
    let report = both.reconcile().await?;
    assert_eq!(report["state"], "succeeded", "{report}");
    for (seed, tokens) in (0..HISTORIES).zip(seen) {
        let request = world.request(2000 + seed).await?;
        hold_true(&request, tokens);
        let expected = settled(world.request(1000 + seed).await?);
        assert_eq!(settled(request), expected, "seed {seed}: {report}");
    }
    let again = both.reconcile().await?;
    assert_eq!(again["found"], json!([]), "nothing is missing any more");
    assert_late_ones_change_nothing(&both).await
}

/// What was lost may come after all.
async fn assert_late_ones_change_nothing(both: &Both) -> Result<()> {
    let world: &World = &both.world;
    for seed in 0..HISTORIES {
        let before = settled(world.request(2000 + seed).await?);
        world.deliver_all(&history(2000 + seed, seed)).await?;
        let after = settled(world.request(2000 + seed).await?);
        assert_eq!(after, before, "seed {seed}");
    }
    Ok(())
}
