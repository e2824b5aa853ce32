//! The prolongation of a token: the applicant's questions, what becomes of them, and what the other contacts see of it.

use std::time::SystemTime;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tests::{
    harness::{Browser, World},
    simulators::{datapass::second, mailbox::Mailbox},
};

use crate::story::{deliver, link, world};

const APPLICANT: &str = "a.martin@ville.example";
const BUSINESS: &str = "b.roy@ville.example";
const DAY: i64 = 86_400;

fn days_ago(days: i64) -> Result<i64> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    Ok(i64::try_from(now.as_secs())? - days * DAY)
}

/// DataPass approved a request so long ago; its token.
async fn approved(world: &World, number: u64, days: i64) -> Result<String> {
    let answer = deliver(
        world,
        &second(number, "approve", days_ago(days)?, "validated"),
    )
    .await?;
    let token = answer["token_id"].as_str();
    Ok(token.context("no token")?.to_owned())
}

/// The browser of a contact who came by the link in a mail.
async fn contact(world: &World, mailbox: &Mailbox, email: &str) -> Result<Browser> {
    let asked = world
        .server
        .anonymous()
        .post("/auth/contact", &json!({ "email": email }))
        .await?;
    asked.error_for_status()?;
    let browser = Browser::start(world.server.url()).await?;
    let link = link(mailbox, email, "/sign-in/contact/").await?;
    browser.open(&link).await?;
    browser.click("button", "Continue").await?;
    browser.at("/my-requests").await?;
    Ok(browser)
}

async fn focused(browser: &Browser, what: &str) -> Result<()> {
    let script = "return document.activeElement.matches(arguments[0])";
    browser
        .holds(&format!("the focus at {what}"), script, vec![json!(what)])
        .await
}

async fn count(browser: &Browser, what: &str, count: usize) -> Result<()> {
    let script = "return document.querySelectorAll(arguments[0]).length === arguments[1]";
    browser
        .holds(
            &format!("{count} of `{what}`"),
            script,
            vec![json!(what), json!(count)],
        )
        .await
}

/// Presses a choice of the question with this name.
async fn choose(browser: &Browser, question: &str, choice: &str) -> Result<()> {
    browser
        .click(&format!("label:has([name={question}])"), choice)
        .await
}

#[tokio::test]
async fn the_applicant_prolongs_a_token_by_a_few_questions() -> Result<()> {
    let (world, mailbox) = world().await?;
    let id = approved(&world, 1, 530).await?;
    approved(&world, 2, 0).await?;
    let browser = contact(&world, &mailbox, APPLICANT).await?;
    // What waits for the reader comes first, though it is older.
    browser
        .see_in(
            ".cards > .card:first-child",
            "Prolong it in time: a few questions suffice.",
        )
        .await?;
    // Only the one that ends soon.
    count(&browser, "a[href$='/prolong']", 1).await?;
    count(&browser, ".own-tokens button", 2).await?;
    browser.assert_accessible().await?;

    browser.click(".own-tokens a", "Prolong").await?;
    browser.see("Step 1 of 4").await?;
    browser.click("button", "Next").await?;
    browser
        .see_in("fieldset [role=alert]", "Choose an answer to go on.")
        .await?;
    focused(&browser, "[name=owner]").await?;
    browser.assert_accessible().await?;
    choose(&browser, "owner", "Yes, and I stay in charge").await?;
    browser.click("button", "Next").await?;
    browser
        .at(&format!("/my-requests/{id}/prolong?step=2"))
        .await?;
    browser.find("h2", "The purpose").await?;
    focused(&browser, "h2").await?;
    browser.see_in("blockquote", "Vérifier les pièces").await?;
    choose(&browser, "purpose", "Yes, nothing has changed").await?;
    browser.click("button", "Next").await?;
    browser
        .find("legend", "Is Bruno Roy still the business contact?")
        .await?;
    choose(&browser, "business", "No").await?;
    browser.click("button", "Next").await?;
    focused(&browser, "[name=technical]").await?;
    choose(&browser, "technical", "Yes").await?;
    browser.click("button", "Next").await?;
    browser.see("Something has changed").await?;
    browser.find("button", "Send the answers").await?;
    // The answers are kept, by the browser's way back as well.
    browser.back().await?;
    browser.find("h2", "The contacts").await?;
    count(&browser, "input:checked", 2).await?;
    choose(&browser, "business", "Yes").await?;
    browser.click("button", "Next").await?;
    browser
        .see("Nothing has changed, so the token is prolonged at once, until about")
        .await?;
    browser.assert_accessible().await?;
    browser.click("button", "Prolong the token").await?;
    browser.find("h2", "The token is prolonged").await?;
    focused(&browser, "h2").await?;
    browser.see("It works until").await?;
    browser.assert_accessible().await?;
    let state = "{ token_prolongations { state token { id } } }";
    let state = world.server.operator().data(state).await?;
    assert_eq!(
        state["token_prolongations"],
        json!([{ "state": "prolonged", "token": { "id": id } }])
    );

    browser.click("main a", "Back to my authorizations").await?;
    browser
        .see_in(".card", "Prolonged, as asked for on")
        .await?;
    browser.gone("a[href$='/prolong']").await?;
    browser
        .open(&format!("/my-requests/{id}/prolong?step=4"))
        .await?;
    browser
        .see("There is no hurry: this token can be prolonged from")
        .await?;
    browser.open("/my-requests/nothing/prolong").await?;
    browser
        .see("No token of your authorizations has this address.")
        .await?;
    browser.assert_quiet().await
}

#[tokio::test]
async fn what_has_changed_is_amended_at_datapass_first_as_every_contact_sees() -> Result<()> {
    let (world, mailbox) = world().await?;
    let id = approved(&world, 1, 530).await?;
    let business = contact(&world, &mailbox, BUSINESS).await?;
    business
        .see_in(
            ".card",
            "Ask Anne Martin, the applicant, to prolong it here.",
        )
        .await?;
    // Nothing that the server would refuse to this role.
    business
        .gone(".own-tokens a, .own-tokens button, .card a")
        .await?;
    business.open(&format!("/my-requests/{id}/prolong")).await?;
    business
        .see("Only the applicant can prolong this token. Ask Anne Martin.")
        .await?;
    business.assert_accessible().await?;
    business.click("main a", "My authorizations").await?;

    let browser = contact(&world, &mailbox, APPLICANT).await?;
    browser.click(".own-tokens a", "Prolong").await?;
    choose(&browser, "owner", "No, somebody else is").await?;
    browser.click("button", "Next").await?;
    choose(&browser, "purpose", "Yes, nothing has changed").await?;
    browser.click("button", "Next").await?;
    choose(&browser, "business", "Yes").await?;
    choose(&browser, "technical", "Yes").await?;
    browser.click("button", "Next").await?;
    browser.click("button", "Send the answers").await?;
    browser
        .find("h2", "One thing is left: amend the request")
        .await?;
    browser
        .find(
            "a[href='https://datapass.example/demandes/1']",
            "Amend the request at DataPass",
        )
        .await?;
    browser.assert_accessible().await?;
    browser.click("main a", "Back to my authorizations").await?;
    browser
        .see_in(
            ".own-tokens",
            "Not prolonged yet: amend the request at DataPass.",
        )
        .await?;
    browser.find(".own-tokens a", "Answer anew").await?;
    browser
        .find(
            ".own-tokens a[href='https://datapass.example/demandes/1']",
            "Amend",
        )
        .await?;
    browser.assert_accessible().await?;
    business
        .see_in(
            ".own-tokens",
            "Not prolonged yet: Anne Martin is to amend the request at DataPass.",
        )
        .await?;

    let mut amendment = second(1, "submit", days_ago(0)?, "submitted");
    deliver(&world, &amendment).await?;
    browser
        .see_in(".own-tokens", "The amendment is submitted")
        .await?;
    browser.gone(".own-tokens a").await?;
    amendment["event"] = json!("refuse");
    amendment["fired_at"] = json!(days_ago(0)? + 60);
    amendment["data"]["state"] = json!("validated");
    deliver(&world, &amendment).await?;
    browser
        .see_in(
            ".own-tokens",
            "DataPass refused the amendment, and says why.",
        )
        .await?;
    browser.find(".own-tokens a", "Answer anew").await?;
    business
        .see_in(
            ".own-tokens",
            "It is for Anne Martin to amend the request again.",
        )
        .await?;
    browser.assert_quiet().await?;
    business.assert_quiet().await
}

#[tokio::test]
async fn a_user_is_known_by_the_account_and_sees_that_the_link_was_sent() -> Result<()> {
    let (world, _mailbox) = world().await?;
    world.server.operator().sync().await?;
    let mut body = second(1, "approve", days_ago(530)?, "validated");
    body["data"]["data"]["contact_technique_email"] = json!("adele@fabrique-demo.example");
    deliver(&world, &body).await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "User").await?;
    browser.open("/my-requests").await?;
    browser
        .see_in(".card", "Ask Anne Martin, the applicant")
        .await?;
    browser.click(".own-tokens button", "Mail the link").await?;
    browser
        .click("dialog[open] button", "Mail the link")
        .await?;
    browser
        .see_in(".own-tokens", "The mail is on its way.")
        .await?;
    // What comes meanwhile leaves the word where it is, and an open dialog open.
    browser.click(".own-tokens button", "Mail the link").await?;
    browser.find("dialog[open]", "").await?;
    let request = "{ authorization_requests { id } }";
    let request: Value = world.server.operator().data(request).await?;
    let issue = "mutation($id: uuid!) { issue_token(request_id: $id) { id } }";
    let id = &request["authorization_requests"][0]["id"];
    world
        .server
        .operator()
        .data_with(issue, json!({ "id": id }))
        .await?;
    count(&browser, ".own-tokens > li", 2).await?;
    browser.click("dialog[open] button", "Cancel").await?;
    browser.gone("dialog").await?;
    focused(&browser, ".own-tokens button").await?;
    browser.assert_quiet().await
}
