//! Deliveries come late, twice and in any order: what they say together is the same.

use super::{NOON, World, tokens};
use anyhow::Result;
use serde_json::{Value, json};
use tests::simulators::datapass::{authorizations, second};

#[tokio::test]
async fn a3_an_older_event_after_a_revocation_changes_nothing() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    world
        .deliver(&second(1, "revoke", NOON + 9, "revoked"))
        .await?;
    let before = world.request(1).await?;
    let mut late = second(1, "approve", NOON + 1, "validated");
    late["data"]["data"]["intitule"] = json!("Plus tard");
    let answer = world.deliver(&late).await?;
    let after = world.request(1).await?;
    assert_eq!(
        answer["token_id"], before["tokens"][0]["id"],
        "one grant, one token"
    );
    assert_eq!(
        (&after["status"], &after["tokens"]),
        (&before["status"], &before["tokens"])
    );
    assert_eq!(
        world.outcomes().await?,
        ["applied", "applied", "folded_late"]
    );
    Ok(())
}

#[tokio::test]
async fn a_late_approval_issues_its_token_born_blacklisted() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "revoke", NOON + 1, "revoked"))
        .await?;
    let answer = world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let request = world.request(1).await?;
    assert_eq!(
        (&request["status"], tokens(&request)),
        (&json!("revoked"), (0, 1))
    );
    assert_eq!(request["tokens"][0]["id"], answer["token_id"]);
    Ok(())
}

#[tokio::test]
async fn a4_in_the_same_second_a_revocation_wins() -> Result<()> {
    let world = World::start().await?;
    for (id, order) in [(1, ["approve", "revoke"]), (2, ["revoke", "approve"])] {
        for event in order {
            let state = if event == "revoke" {
                "revoked"
            } else {
                "validated"
            };
            world.deliver(&second(id, event, NOON, state)).await?;
        }
        let request = world.request(id).await?;
        assert_eq!(
            (&request["status"], tokens(&request)),
            (&json!("revoked"), (0, 1)),
            "{order:?}"
        );
    }
    Ok(())
}

/// A history that a request can have: what DataPass sends of it, in order.
pub(super) fn history(request: u64, mut chance: u64) -> Vec<Value> {
    let mut deliveries = vec![second(request, "create", NOON, "draft")];
    let mut state = "draft";
    let mut is_granted = false;
    for step in 1..12 {
        chance = next(chance);
        let choice = (chance >> 33) % 4;
        let (event, next) = match (state, choice) {
            ("draft" | "changes_requested", 0) if is_granted => ("cancel_reopening", "validated"),
            ("draft", 1) if !is_granted => ("archive", "archived"),
            ("draft" | "changes_requested", _) => ("submit", "submitted"),
            ("submitted", 0) => ("request_changes", "changes_requested"),
            ("submitted", 1) if is_granted => ("refuse", "validated"),
            ("submitted", 1) => ("refuse", "refused"),
            ("validated", 0 | 1) => ("revoke", "revoked"),
            ("validated", 2) => ("transfer", "validated"),
            ("validated", _) => ("reopen", "draft"),
            ("revoked", 0) => ("archive", "archived"),
            ("submitted" | "revoked", _) => ("approve", "validated"),
            _ => break,
        };
        // So far apart that DataPass's own clock tells them from each other, too.
        let at = NOON + 600 * i64::from(step);
        let mut payload = second(request, event, at, next);
        payload["data"]["data"]["intitule"] = json!(format!("step {step}"));
        payload["data"]["data"]["scopes"] = json!([format!("scope_{step}")]);
        is_granted = match event {
            "approve" => true,
            "revoke" => false,
            _ => is_granted,
        };
        payload["data"]["authorizations"] = authorizations(if is_granted {
            &["active"]
        } else {
            &["revoked"]
        });
        deliveries.push(payload);
        state = next;
    }
    deliveries
}

/// What must not depend on the order: all but ids, times of our own, and alerts.
pub(super) fn settled(mut request: Value) -> Value {
    for member in ["id", "alerts"] {
        request[member] = Value::Null;
    }
    let mut tokens: Vec<(String, bool)> = request["tokens"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| (it["expires_at"].to_string(), it["blacklisted_at"].is_null()))
        .collect();
    tokens.sort();
    // A token that was blacklisted before its grant was whole ends earlier: what counts is that it is blacklisted.
    request["tokens"] = tokens
        .iter()
        .map(|(end, is_live)| json!([is_live.then_some(end), is_live]))
        .collect();
    request
}

/// Puts them into another order, the same for the same chance.
pub(super) fn shuffle<T>(items: &mut [T], mut chance: u64) {
    for place in (1..items.len()).rev() {
        chance = next(chance);
        let other = (chance >> 33) % (place as u64 + 1);
        items.swap(place, usize::try_from(other).unwrap_or(place));
    }
}

/// A linear congruence: a test that fails can be run again.
pub(super) fn next(chance: u64) -> u64 {
    chance
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407)
}

/// What must hold at every instant: no token is gone of those that were seen, and none lives of a revoked request. How
/// many tokens there are.
pub(super) fn hold_true(request: &Value, seen: usize) -> usize {
    let (live, blacklisted) = tokens(request);
    assert!(live + blacklisted >= seen, "a token is gone: {request}");
    assert!(
        request["status"] != "revoked" || live == 0,
        "revoked, with a live token: {request}"
    );
    live + blacklisted
}

#[tokio::test]
async fn any_order_and_any_repetition_end_alike() -> Result<()> {
    let world = World::start().await?;
    for seed in 0..30_u64 {
        let (ordered, shuffled) = (1000 + seed, 2000 + seed);
        world.deliver_all(&history(ordered, seed)).await?;
        let mut deliveries = history(shuffled, seed);
        deliveries.extend(history(shuffled, seed).into_iter().step_by(3));
        shuffle(&mut deliveries, seed + 7);
        let mut seen = 0;
        for delivery in &deliveries {
            world.deliver(delivery).await?;
            seen = hold_true(&world.request(shuffled).await?, seen);
        }
        let expected = settled(world.request(ordered).await?);
        assert_eq!(
            settled(world.request(shuffled).await?),
            expected,
            "seed {seed}"
        );
    }
    Ok(())
}
