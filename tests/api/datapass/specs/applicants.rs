//! The link that shows a token, and what an applicant is asked when a token ends.

use std::time::SystemTime;

use super::{APPLICANT, BUSINESS, NOON, World, secret};
use crate::datapass::contacts::enter;
use anyhow::Result;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{harness::Client, simulators::datapass::second};

const DAY: i64 = 86_400;
const SEND: &str = "mutation($id: uuid!) { send_token_link(id: $id) { id } }";
const ASK: &str = "mutation($id: uuid!, $same: Boolean!) { request_token_prolongation(id: $id, owner: still_in_charge, \
    is_purpose_unchanged: $same, is_business_contact_unchanged: true, is_technical_contact_unchanged: true) { state } }";

fn now() -> Result<i64> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    Ok(i64::try_from(now.as_secs())?)
}

/// A request whose token ends soon; the token's id, and its applicant.
async fn ending(world: &World) -> Result<(i64, Value, Client)> {
    // So long ago that its token ends in some 18 days.
    let approved = now()? - 530 * DAY;
    let token = world
        .deliver_all(&[second(1, "approve", approved, "validated")])
        .await?;
    Ok((approved, token, enter(world, APPLICANT, 2).await?))
}

async fn state(client: &Client) -> Result<Value> {
    let newest = "{ token_prolongations(order_by: [{created_at: desc}], limit: 1) { state } }";
    Ok(client.data(newest).await?["token_prolongations"][0]["state"].clone())
}

#[tokio::test]
async fn spec_a_link_is_sent_to_its_owner_and_to_nobody_else() -> Result<()> {
    let world = World::start().await?;
    let token = world
        .deliver_all(&[second(1, "approve", NOON, "validated")])
        .await?;
    let applicant = enter(&world, APPLICANT, 2).await?;
    applicant.data_with(SEND, json!({ "id": token })).await?;
    let mails = world.mails(APPLICANT, 3).await?;
    let link = secret(mails.last(), "/token/")?;
    let business = enter(&world, BUSINESS, 2).await?;
    let other = business.answer(SEND, json!({ "id": token })).await?;
    assert_eq!(other["errors"][0]["extensions"]["code"], "not-found");
    // A link that is over shows nothing, nor does one that was invented.
    let end = "update token_links set expires_at = now() - interval '1 second'";
    world.database.run_statements(end).await?;
    for secret in [link.as_str(), "invented"] {
        assert_eq!(world.show(secret).await?.0, StatusCode::NOT_FOUND);
    }
    Ok(())
}

#[tokio::test]
async fn spec_wizard_all_unchanged_prolongs_at_once() -> Result<()> {
    let world = World::start().await?;
    let (_, token, applicant) = ending(&world).await?;
    let asked = json!({ "id": token, "same": true });
    let answer = applicant.data_with(ASK, asked).await?;
    assert_eq!(answer["request_token_prolongation"]["state"], "prolonged");
    Ok(())
}

#[tokio::test]
async fn spec_wizard_a_token_that_has_ended_is_not_prolonged() -> Result<()> {
    let world = World::start().await?;
    let (_, token, applicant) = ending(&world).await?;
    let end = "update api_tokens set expires_at = now() - interval '1 day', issued_at = now() - interval '2 years'";
    world.database.run_statements(end).await?;
    let asked = json!({ "id": token, "same": true });
    let answer = applicant.answer(ASK, asked).await?;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "conflict");
    Ok(())
}

#[tokio::test]
async fn spec_wizard_something_changed_waits_for_an_amendment() -> Result<()> {
    let world = World::start().await?;
    let (approved, token, applicant) = ending(&world).await?;
    let asked = json!({ "id": token, "same": false });
    applicant.data_with(ASK, asked).await?;
    // What was before the question is no answer to it, however late it comes.
    world
        .deliver(&second(1, "approve", approved + 1, "validated"))
        .await?;
    assert_eq!(state(&applicant).await?, "requires_update");
    let now = now()?;
    let end = world.request(1).await?["tokens"][0]["expires_at"].take();
    for (second_, event, status, expected) in [
        (1, "reopen", "draft", "requires_update"),
        (2, "submit", "submitted", "update_submitted"),
        (3, "approve", "validated", "prolonged"),
    ] {
        world
            .deliver(&second(1, event, now + second_, status))
            .await?;
        assert_eq!(state(&applicant).await?, expected, "{event}");
    }
    let prolonged = world.request(1).await?["tokens"][0]["expires_at"].take();
    assert!(prolonged.as_str() > end.as_str(), "{prolonged} after {end}");
    Ok(())
}

#[tokio::test]
async fn spec_refuse_ends_only_a_prolongation_that_waits() -> Result<()> {
    let world = World::start().await?;
    let (_, token, applicant) = ending(&world).await?;
    let now = now()?;
    world
        .deliver(&second(1, "refuse", now + 1, "validated"))
        .await?;
    assert_eq!(state(&applicant).await?, Value::Null, "there is none");
    for (second_, asked, expected) in [(2, false, "update_refused"), (3, true, "prolonged")] {
        let asked = json!({ "id": token, "same": asked });
        applicant.data_with(ASK, asked).await?;
        world
            .deliver(&second(1, "refuse", now + second_, "validated"))
            .await?;
        assert_eq!(state(&applicant).await?, expected);
    }
    Ok(())
}
