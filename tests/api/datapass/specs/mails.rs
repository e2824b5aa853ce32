//! Who is written to.

use super::{APPLICANT, NOON, TECHNICAL, V1, World};
use anyhow::Result;
use serde_json::{Value, json};
use tests::{
    harness::client,
    simulators::datapass::{first, second},
};

async fn sent(world: &World) -> Result<Vec<Value>> {
    world.rest().await?;
    let url = format!("{}/messages", world.mailbox.url());
    Ok(client::http()?.get(url).send().await?.json().await?)
}

#[tokio::test]
async fn spec_create_is_told_to_nobody_and_submit_to_the_applicant() -> Result<()> {
    let world = World::start().await?;
    world.deliver(&second(1, "create", NOON, "draft")).await?;
    assert_eq!(sent(&world).await?.len(), 0);
    world
        .deliver(&second(1, "submit", NOON + 1, "submitted"))
        .await?;
    let sent = sent(&world).await?;
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(sent[0]["to"], json!([APPLICANT]));
    Ok(())
}

#[tokio::test]
async fn spec_without_contacts_there_is_no_mail_and_no_error() -> Result<()> {
    let world = World::start().await?;
    let mut approve = second(1, "approve", NOON, "validated");
    approve["data"]["applicant"] = Value::Null;
    approve["data"]["data"] = json!({ "scopes": ["entreprises"] });
    assert!(world.deliver(&approve).await?["token_id"].is_string());
    assert_eq!(sent(&world).await?.len(), 0);
    assert_eq!(world.outcomes().await?, ["applied"]);
    Ok(())
}

#[tokio::test]
async fn spec_a_link_is_not_mailed_once_its_token_is_revoked() -> Result<()> {
    let world = World::start().await?;
    let refuse = format!("{}/_refuse", world.mailbox.url());
    let refusing = async |times: u32| -> Result<()> {
        let order = json!({ "code": 451, "times": times });
        let sent = client::http()?.post(&refuse).json(&order).send().await?;
        sent.error_for_status()?;
        Ok(())
    };
    refusing(100).await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    world
        .deliver(&second(1, "revoke", NOON + 1, "revoked"))
        .await?;
    refusing(0).await?;
    world
        .database
        .run_statements("update jobs set run_at = now() where state = 'pending'")
        .await?;
    let links = sent(&world).await?;
    let links = links.iter().filter(|mail| {
        let text = mail["text"].as_str().unwrap_or_default();
        text.contains("/token/")
    });
    assert_eq!(links.count(), 0);
    assert_eq!(
        world.mails(TECHNICAL, 1).await?.len(),
        1,
        "word of the revocation alone"
    );
    Ok(())
}

#[tokio::test]
async fn spec_old_names_of_events_and_states_are_understood() -> Result<()> {
    let world = World::start().await?;
    for (second_, event, status) in [
        (0, "created", "pending"),
        (1, "send_application", "sent"),
        (2, "review_application", "modification_pending"),
        (3, "send_application", "sent"),
        (4, "validate_application", "validated"),
    ] {
        world
            .deliver_to(V1, &first(1, event, NOON + second_, status))
            .await?;
        world.rest().await?;
    }
    assert_eq!(world.request(1).await?["status"], "validated");
    assert_eq!(world.mails(APPLICANT, 4).await?.len(), 4);
    assert_eq!(world.outcomes().await?, ["applied"; 5]);
    Ok(())
}
