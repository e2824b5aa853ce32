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

/// DataPass sends this body; what it is answered.
pub(crate) async fn deliver(world: &World, body: &Value) -> Result<Value> {
    let body = body.to_string();
    let datapass = world
        .server
        .anonymous()
        .with_header("x-hub-signature-256", &signature(SECRET, body.as_bytes()));
    let answer = datapass
        .post_raw("/api/datapass/v2/api_entreprise/webhook", body)
        .await?;
    Ok(answer.error_for_status()?.json().await?)
}

/// DataPass says what happened; the token that it granted.
async fn say(world: &World, at: i64, event: &str, state: &str) -> Result<Value> {
    deliver(world, &second(NUMBER, event, NOON + at, state)).await
}

/// The path of the newest link in a mail to somebody that begins so.
pub(crate) async fn link(mailbox: &Mailbox, to: &str, path: &str) -> Result<String> {
    let url = format!("{}/messages?to={to}", mailbox.url());
    client::until(async || {
        let mails: Vec<Value> = client::http()?.get(&url).send().await?.json().await?;
        let texts = mails.iter().rev().filter_map(|mail| mail["text"].as_str());
        let mut rests = texts.filter_map(|text| text.split_once(path));
        let secret = rests
            .next()
            .and_then(|(_, rest)| rest.split_whitespace().next());
        Ok(secret.map(|secret| format!("{path}{secret}")))
    })
    .await
    .context("no link in a mail")
}

/// When a token ends.
async fn end_of(world: &World, id: &Value) -> Result<String> {
    let query = "query($id: uuid!) { api_tokens_by_pk(id: $id) { expires_at } }";
    let data = world
        .server
        .operator()
        .data_with(query, json!({ "id": id }))
        .await?;
    let end = data["api_tokens_by_pk"]["expires_at"].as_str();
    Ok(end.context("no token")?.to_owned())
}

/// A world with DataPass and a mailbox.
pub(crate) async fn world() -> Result<(World, Mailbox)> {
    let mailbox = Mailbox::start(([127, 0, 0, 1], 0).into()).await?;
    let world = World::plan(Plan {
        more: format!(
            "[datapass.api_entreprise]\nsecrets = [\"{SECRET}\"]\n\
             request_url = \"https://datapass.example/demandes/{{id}}\"\n\
             [mail]\nsmtp_url = \"{}\"\nfrom = \"Secretariat <secretariat@fabrique.example>\"\n",
            mailbox.smtp_url()
        ),
        ..Plan::default()
    })
    .await?;
    Ok((world, mailbox))
}

#[tokio::test]
async fn a_contact_signs_in_by_a_link_and_sees_the_own_request() -> Result<()> {
    let (world, mailbox) = world().await?;
    say(&world, 0, "approve", "validated").await?;
    let browser = Browser::start(world.server.url()).await?;
    browser.open("/").await?;
    browser
        .click("summary", "You are a contact of an authorization request?")
        .await?;
    browser
        .fill("input", "E-mail", "a.martin@ville.example")
        .await?;
    browser.click("button", "Mail me a link").await?;
    browser.see("a link is on its way").await?;
    browser.assert_accessible().await?;
    let link = link(&mailbox, "a.martin@ville.example", "/sign-in/contact/").await?;
    browser.open(&link).await?;
    browser.click("button", "Continue").await?;
    browser.at("/my-requests").await?;
    browser.see_in(".card", "Marchés publics").await?;
    browser.gone("a[href='/people']").await?;
    browser.assert_quiet().await
}

#[tokio::test]
async fn d10_a_request_from_its_creation_to_its_revocation() -> Result<()> {
    let (world, mailbox) = world().await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "Administrator").await?;
    say(&world, 0, "create", "draft").await?;
    browser.open("/authorizations").await?;
    browser.see_in("tbody", "Draft").await?;
    say(&world, 1, "submit", "submitted").await?;
    browser.see_in("tbody", "Under review").await?;
    let granted = say(&world, 2, "approve", "validated").await?;
    browser.see_in("tbody", "Authorization in force").await?;

    let holder = Browser::start(world.server.url()).await?;
    let link = link(&mailbox, "c.petit@ville.example", "/token/").await?;
    holder.open(&link).await?;
    holder.click("button", "Show the token").await?;
    let id = granted["token_id"].as_str().context("no token")?;
    holder.see_in("main code", id).await?;
    holder.assert_accessible().await?;
    holder.open(&link).await?;
    holder.click("button", "Show the token").await?;
    holder.find("[role=alert]", "").await?;

    browser.click("[data-row-link]", "Marchés publics").await?;
    // What comes meanwhile is drawn beside the open dialog, and the word of what was done stays.
    let before = end_of(&world, &granted["token_id"]).await?;
    browser.click("article button", "Prolong").await?;
    browser.find("dialog[open]", "").await?;
    let request = world
        .server
        .operator()
        .data("{ authorization_requests { id } }")
        .await?;
    let issue = "mutation($id: uuid!) { issue_token(request_id: $id) { id } }";
    let request = json!({ "id": request["authorization_requests"][0]["id"] });
    world.server.operator().data_with(issue, request).await?;
    browser
        .holds(
            "two tokens",
            "return document.querySelectorAll('article .card[id^=token-]').length === 2",
            Vec::new(),
        )
        .await?;
    browser.click("dialog[open] button", "Prolong").await?;
    browser.see_in("article .card", "Prolonged.").await?;
    browser.gone("dialog").await?;
    assert!(
        end_of(&world, &granted["token_id"]).await? > before,
        "its end stays where it was"
    );

    say(&world, 3, "revoke", "revoked").await?;
    browser.see_in("article .state-line", "Revoked").await?;
    browser.see_in("article .card", "Blacklisted").await?;
    browser.see_in("article .card", "Prolonged.").await?;
    say(&world, 4, "delete", "revoked").await?;
    browser.click("article button", "Acknowledge").await?;
    browser
        .fill("dialog[open] textarea", "Note (optional)", "Asked DataPass")
        .await?;
    say(&world, 5, "merge", "revoked").await?;
    browser.see_in("article .card", "Unknown event").await?;
    browser.click("dialog[open] button", "Acknowledge").await?;
    browser.see_in("article .card", "Asked DataPass").await?;
    browser
        .see_in("article .card", "The alert is acknowledged.")
        .await?;
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
