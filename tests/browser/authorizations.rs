//! Authorization requests as an administrator sees them, and as one of their contacts does.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tests::{
    harness::{Browser, Plan, World, client::http},
    simulators::{Simulator, datapass::SECRET},
};

const ROWS: &str = "table tbody";

/// A world that DataPass has told all its stories to.
pub(crate) async fn told() -> Result<World> {
    let apis = ["api_entreprise", "api_particulier"];
    let more = apis.map(|api| format!("[datapass.{api}]\nsecrets = [\"{SECRET}\"]\n"));
    let world = World::plan(Plan {
        more: more.concat(),
        ..Plan::default()
    })
    .await?;
    world.server.operator().sync().await?;
    let datapass = Simulator::datapass(([127, 0, 0, 1], 0).into()).await?;
    let wanted = json!({ "server": world.server.url(), "secret": SECRET });
    http()?
        .post(format!("{}/_send", datapass.url()))
        .json(&wanted)
        .send()
        .await?
        .error_for_status()?;
    Ok(world)
}

/// The key of the first row that a filter finds.
pub(crate) async fn key(world: &World, table: &str, filter: Value) -> Result<String> {
    let query = format!(
        "query($where: {table}_bool_exp) {{ rows: {table}(where: $where, limit: 1) {{ id }} }}"
    );
    let found = world
        .server
        .operator()
        .data_with(&query, json!({ "where": filter }))
        .await?;
    let id = found["rows"][0]["id"].as_str();
    Ok(id
        .with_context(|| format!("no {table} with {filter}"))?
        .to_owned())
}

pub(crate) async fn rows(browser: &Browser, count: u64) -> Result<()> {
    let script = "return document.querySelectorAll('[data-row]').length === arguments[0]";
    browser
        .holds(&format!("{count} rows"), script, vec![json!(count)])
        .await
}

#[tokio::test]
async fn requests_are_filtered_in_the_address_exported_and_opened_beside_the_list() -> Result<()> {
    let world = told().await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "Administrator").await?;
    browser.click("nav a", "Authorizations").await?;
    browser.at("/authorizations").await?;
    rows(&browser, 41).await?;
    browser
        .see_in("[aria-sort=descending]", "Last event")
        .await?;
    browser.click("button", "Status").await?;
    browser.see_in(".facet-choices", "Revoked 3").await?;
    browser.click("label", "Revoked").await?;
    browser.at("/authorizations?status=revoked").await?;
    rows(&browser, 3).await?;
    browser.press("\u{e00c}").await?;
    browser
        .evaluate("window.kept = []; const make = URL.createObjectURL; URL.createObjectURL = (file) => { file.text().then((text) => kept.push(text)); return make.call(URL, file); }")
        .await?;
    browser.click("button", "Export").await?;
    let script = "return kept.length === 1 && kept[0].split('\\r\\n').length === 5 && kept[0].includes('\"revoked\"')";
    browser
        .holds("a file of three rows", script, Vec::new())
        .await?;
    browser.reload().await?;
    rows(&browser, 3).await?;
    browser.click("button", "Clear filters").await?;
    browser.at("/authorizations").await?;
    rows(&browser, 41).await?;
    browser
        .fill(
            "input",
            "Title, number, organization, SIRET, contact",
            "valbrune",
        )
        .await?;
    browser.at("/authorizations?q=valbrune").await?;
    browser.see_in(ROWS, "Commune de Valbrune").await?;
    browser
        .fill(
            "input",
            "Title, number, organization, SIRET, contact",
            "no such thing",
        )
        .await?;
    browser
        .see("Nothing here fits the search and the filters.")
        .await?;
    browser.click(".empty button", "Clear filters").await?;

    let partly = json!({ "alerts": { "kind": { "_eq": "partial_revocation" } } });
    let partly = key(&world, "authorization_requests", partly).await?;
    browser
        .open(&format!("/authorizations/{partly}?status=validated"))
        .await?;
    browser
        .see_in("article .state-line", "Authorization in force")
        .await?;
    browser.see_in("article", "Technical contact").await?;
    browser
        .see_in("article .card", "Partial revocation")
        .await?;
    browser.see_in("article .timeline", "Applied").await?;
    browser
        .click("article summary", "Body as it was signed")
        .await?;
    browser.see_in("article pre", "\"fired_at\"").await?;
    browser.press("\u{e00c}").await?;
    browser.at("/authorizations?status=validated").await?;
    browser.assert_quiet().await
}

#[tokio::test]
async fn alerts_are_acknowledged_deliveries_replayed_and_tokens_blacklisted() -> Result<()> {
    let world = told().await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "Administrator").await?;
    browser
        .open("/authorizations/alerts?state=open&kind=deleted")
        .await?;
    rows(&browser, 1).await?;
    browser.click("td button", "Acknowledge").await?;
    browser
        .find("dialog[open] h2", "Acknowledge this alert")
        .await?;
    browser.assert_accessible().await?;
    browser
        .fill(
            "dialog[open] textarea",
            "Note (optional)",
            "Seen with DataPass",
        )
        .await?;
    browser.click("dialog[open] button", "Acknowledge").await?;
    browser.see("The alert is acknowledged.").await?;
    browser
        .see("Nothing here fits the search and the filters.")
        .await?;
    browser
        .open("/authorizations/alerts?state=acknowledged")
        .await?;
    rows(&browser, 1).await?;
    browser.see_in(ROWS, "Seen with DataPass").await?;

    browser
        .open("/authorizations/journal?outcome=unknown")
        .await?;
    rows(&browser, 1).await?;
    browser.click("[data-row-link]", "merge").await?;
    browser.find("article h2", "merge").await?;
    browser.click("article button", "Replay").await?;
    browser.click("dialog[open] button", "Replay").await?;
    browser
        .see_in("article", "Replayed: what became of it stands here.")
        .await?;
    browser.gone("dialog").await?;

    browser
        .open("/authorizations/tokens?state=active&sort=-issue")
        .await?;
    browser.find("[data-row-link]", "").await?;
    browser.click("[data-row-link]", "").await?;
    browser.click("article button", "Blacklist").await?;
    browser
        .find("dialog[open] h2", "Blacklist this token")
        .await?;
    browser.click("dialog[open] button", "Blacklist").await?;
    browser.see_in("article .card", "Blacklisted").await?;
    browser
        .see_in("article .card", "by an administrator")
        .await?;
    browser.assert_quiet().await
}

#[tokio::test]
async fn a_contact_sees_their_own_requests_and_what_is_expected() -> Result<()> {
    let world = told().await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "User").await?;
    browser.gone("a[href='/authorizations']").await?;
    browser.click("nav a", "My authorizations").await?;
    browser.at("/my-requests").await?;
    browser.see_in("h1", "My authorizations").await?;
    browser.find(".card", "").await?;
    browser.assert_accessible().await?;
    browser.open("/authorizations").await?;
    browser.find("h1", "Nothing at this address").await?;
    browser.assert_quiet().await
}

#[tokio::test]
async fn limits_of_use_are_changed_on_the_page_of_a_request() -> Result<()> {
    let world = told().await?;
    let filter = json!({ "status": { "_eq": "validated" }, "tokens": {} });
    let request = key(&world, "authorization_requests", filter).await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "Administrator").await?;
    browser.open(&format!("/authorizations/{request}")).await?;
    browser.see_in("article", "Any").await?;
    browser.click("article button", "Change the limits").await?;
    browser
        .fill(
            "dialog[open] textarea",
            "Allowed networks",
            "192.0.2.0/24 2001:db8::1 192.0.2.999",
        )
        .await?;
    browser
        .click("dialog[open] button", "Change the limits")
        .await?;
    browser
        .see_in(
            "dialog[open] [role=alert]",
            "“192.0.2.999” is no address and no CIDR range.",
        )
        .await?;
    browser.assert_accessible().await?;
    browser
        .fill(
            "dialog[open] textarea",
            "Allowed networks",
            "192.0.2.0/24\n2001:db8::1",
        )
        .await?;
    browser
        .fill("dialog[open] input", "Calls per minute", "120")
        .await?;
    browser
        .click("dialog[open] button", "Change the limits")
        .await?;
    browser.see_in("article", "Limits changed.").await?;
    browser.see_in("article .networks", "192.0.2.0/24").await?;
    let held = "{ token_limits { request_id allowed_networks requests_per_minute } }";
    assert_eq!(
        world.server.operator().data(held).await?["token_limits"],
        json!([{ "request_id": request, "allowed_networks": ["192.0.2.0/24", "2001:db8::1"], "requests_per_minute": 120 }])
    );
    browser.assert_quiet().await
}
