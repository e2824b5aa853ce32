//! The story of one authorization request, from its creation at DataPass to its revocation, as the people see it whom it
//! concerns.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tests::{
    harness::{Browser, Plan, World, client},
    simulators::{
        datapass::{SECRET, second, signature},
        mailbox::Mailbox,
    },
};

/// A moment that is over.
const NOON: i64 = 1_767_600_000;
const NUMBER: u64 = 41_207;

/// DataPass says what happened; the token that it granted.
async fn say(world: &World, at: i64, event: &str, state: &str) -> Result<Value> {
    let body = second(NUMBER, event, NOON + at, state).to_string();
    let datapass = world
        .server
        .anonymous()
        .with_header("x-hub-signature-256", &signature(SECRET, body.as_bytes()));
    let answer = datapass
        .post_raw("/api/datapass/v2/api_entreprise/webhook", body)
        .await?;
    Ok(answer.error_for_status()?.json().await?)
}

/// The path of the link in the newest mail to somebody.
async fn link(mailbox: &Mailbox, to: &str) -> Result<String> {
    let url = format!("{}/messages?to={to}", mailbox.url());
    client::until(async || {
        let mails: Vec<Value> = client::http()?.get(&url).send().await?.json().await?;
        let text = mails.last().and_then(|mail| mail["text"].as_str());
        let rest = text.and_then(|text| text.split_once("/token/"));
        let secret = rest.and_then(|(_, rest)| rest.split_whitespace().next());
        Ok(secret.map(|secret| format!("/token/{secret}")))
    })
    .await
    .context("no link in a mail")
}

#[tokio::test]
async fn d10_a_request_from_its_creation_to_its_revocation() -> Result<()> {
    let mailbox = Mailbox::start(([127, 0, 0, 1], 0).into()).await?;
    let world = World::plan(Plan {
        more: format!(
            "[datapass.api_entreprise]\nsecrets = [\"{SECRET}\"]\n\
             [mail]\nsmtp_url = \"{}\"\nfrom = \"Secretariat <secretariat@fabrique.example>\"\n",
            mailbox.smtp_url()
        ),
        ..Plan::default()
    })
    .await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "Administrator").await?;
    say(&world, 0, "create", "draft").await?;
    browser.open("/authorizations").await?;
    browser.see_in("tbody", "Draft").await?;
    say(&world, 1, "submit", "submitted").await?;
    browser.see_in("tbody", "Under review").await?;
    let granted = say(&world, 2, "approve", "validated").await?;
    browser.see_in("tbody", "Authorization in force").await?;

    let holder = Browser::start(world.server.url()).await?;
    let link = link(&mailbox, "c.petit@ville.example").await?;
    holder.open(&link).await?;
    holder.click("button", "Show the token").await?;
    let id = granted["token_id"].as_str().context("no token")?;
    holder.see_in("main code", id).await?;
    holder.assert_accessible().await?;
    holder.open(&link).await?;
    holder.click("button", "Show the token").await?;
    holder.find("[role=alert]", "").await?;

    browser.click("[data-row-link]", "Marchés publics").await?;
    browser.click("article button", "Prolong").await?;
    browser.click("dialog[open] button", "Prolong").await?;
    browser.see_in("article", "Prolonged.").await?;

    say(&world, 3, "revoke", "revoked").await?;
    browser.see_in("article .state-line", "Revoked").await?;
    browser.see_in("article .card", "Blacklisted").await?;
    say(&world, 4, "delete", "revoked").await?;
    browser.open("/authorizations/alerts?state=open").await?;
    browser.see_in("tbody", &NUMBER.to_string()).await?;
    // The words of the seed.
    browser
        .evaluate("localStorage.setItem('language', 'fr')")
        .await?;
    browser.open("/authorizations").await?;
    browser.see_in("tbody", "Demande révoquée").await?;
    browser.assert_quiet().await
}
