//! Every page, light and dark, wide and narrow: axe objects to nothing, nothing overflows (down to 320 pixels), and the console
//! is quiet.

use anyhow::{Context as _, Result};
use serde_json::json;
use tests::harness::{Browser, World};

use crate::authorizations::{key, told};

const SIZES: [(u32, u32); 2] = [(1280, 800), (390, 844)];
const THEMES: [&str; 2] = ["light", "dark"];

/// Looks at a page that has a heading, in both themes and sizes.
async fn look(browser: &Browser, name: &str, path: &str, settled: &str) -> Result<()> {
    for theme in THEMES {
        let choose = format!("localStorage.setItem('theme', '{theme}')");
        browser.evaluate(&choose).await?;
        for (width, height) in SIZES {
            browser.resize(width, height).await?;
            browser.open(path).await?;
            browser.find("main, article", settled).await?;
            browser.gone("[aria-busy=true]").await?;
            browser.picture(&format!("{name}-{theme}-{width}")).await?;
            browser.assert_accessible().await?;
            fits(browser, name, width).await?;
            browser.assert_quiet().await?;
        }
    }
    // The longer words on the smallest screen.
    browser.resize(320, 640).await?;
    speak(browser, "fr").await?;
    browser.open(path).await?;
    browser.find("h1", "").await?;
    browser.gone("[aria-busy=true]").await?;
    fits(browser, name, 320).await?;
    speak(browser, "en").await
}

async fn speak(browser: &Browser, language: &str) -> Result<()> {
    let choose = format!("localStorage.setItem('language', '{language}')");
    browser.evaluate(&choose).await?;
    browser.reload().await
}

/// Nothing is wider than the window.
async fn fits(browser: &Browser, name: &str, width: u32) -> Result<()> {
    let fits = "return document.documentElement.scrollWidth <= innerWidth";
    browser
        .holds(&format!("{name} within {width} pixels"), fits, Vec::new())
        .await
}

#[tokio::test]
async fn axe_objects_to_nothing_on_any_page() -> Result<()> {
    let world = World::synced().await?;
    let operator = world.server.operator();
    world.people(json!({ "remove_share": 0.4 })).await?;
    let waiting = operator.sync().await?;
    let facts = operator
        .data("{ users(where: {login: {_eq: \"noe\"}}) { id } sync_runs(where: {state: {_eq: \"succeeded\"}}) { id } }")
        .await?;
    let person = facts["users"][0]["id"].as_str().context("no person")?;
    let done = facts["sync_runs"][0]["id"].as_str().context("no run")?;
    let waiting = waiting["id"].as_str().context("no waiting run")?;

    let browser = Browser::start(world.server.url()).await?;
    browser.open("/").await?;
    look(&browser, "sign-in", "/sign-in", "Continue with GitHub").await?;
    browser.sign_in("adele", "Administrator").await?;
    look(&browser, "dashboard", "/", "Latest sync runs").await?;
    look(&browser, "people", "/people", "Adèle Vertefeuille").await?;
    look(
        &browser,
        "person",
        &format!("/people/{person}"),
        "Identifier there",
    )
    .await?;
    look(&browser, "services", "/services", "Needs approval").await?;
    look(&browser, "run", &format!("/services/runs/{done}"), "adele").await?;
    look(
        &browser,
        "waiting",
        &format!("/services/runs/{waiting}"),
        "above the configured limit",
    )
    .await?;
    look(&browser, "not-found", "/nowhere", "Nothing at this address").await
}

#[tokio::test]
async fn axe_objects_to_nothing_on_the_pages_of_authorizations() -> Result<()> {
    let world = told().await?;
    let revoked = json!({ "status": { "_eq": "revoked" }, "tokens": {} });
    let request = key(&world, "authorization_requests", revoked).await?;
    let applied = json!({ "outcome": { "_eq": "applied" }, "event": { "_eq": "approve" } });
    let delivery = key(&world, "datapass_events", applied).await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "Administrator").await?;
    look(&browser, "requests", "/authorizations", "Under review").await?;
    let request = format!("/authorizations/{request}");
    look(&browser, "request", &request, "Granted scopes").await?;
    look(&browser, "tokens", "/authorizations/tokens", "Blacklisted").await?;
    look(
        &browser,
        "alerts",
        "/authorizations/alerts",
        "Partial revocation",
    )
    .await?;
    look(&browser, "journal", "/authorizations/journal", "Unreadable").await?;
    let delivery = format!("/authorizations/journal/{delivery}");
    look(&browser, "delivery", &delivery, "Body as it was signed").await?;
    look(&browser, "jobs", "/operations/jobs", "Jobs").await?;
    browser
        .click("button", "Account of Adèle Vertefeuille")
        .await?;
    browser.click("[role=menuitemradio]", "User").await?;
    look(&browser, "my-requests", "/my-requests", "My authorizations").await?;
    // Adèle is its applicant, and it ends soon.
    let ends = json!({ "request": { "external_id": { "_eq": "42241" } } });
    let token = key(&world, "api_tokens", ends).await?;
    let prolong = format!("/my-requests/{token}/prolong");
    look(&browser, "prolong", &prolong, "Step 1 of 4").await
}

#[tokio::test]
async fn axe_objects_to_nothing_on_the_pages_of_mailed_links() -> Result<()> {
    let world = World::start().await?;
    let browser = Browser::start(world.server.url()).await?;
    browser.open("/").await?;
    let links = [
        ("contact-entry", "/sign-in/contact/guessed", "Continue"),
        ("token-shown", "/token/guessed", "Show the token"),
    ];
    for (name, path, button) in links {
        look(&browser, name, path, button).await?;
    }
    for (name, path, button) in links {
        browser.open(path).await?;
        browser.click("button", button).await?;
        browser.find("[role=alert]", "The link was used").await?;
        browser.picture(&format!("{name}-refused")).await?;
        browser.assert_accessible().await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_opens_over_a_page_is_accessible_too() -> Result<()> {
    let world = World::synced().await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "Administrator").await?;
    browser.open("/people").await?;
    browser.click("button", "Warning").await?;
    browser.find("label", "No departure date").await?;
    browser.assert_accessible().await?;
    browser.press("\u{e00c}").await?;
    browser
        .click("button", "Account of Adèle Vertefeuille")
        .await?;
    browser.find("[role=menuitem]", "Sign out").await?;
    browser.assert_accessible().await?;
    browser.press("\u{e00c}").await?;
    browser.press("\u{e009}k\u{e000}").await?;
    browser.press("noe").await?;
    browser.find("[role=option]", "Noé").await?;
    browser.assert_accessible().await?;
    browser.press("\u{e00c}").await?;
    browser.gone("dialog").await?;
    browser.press("?").await?;
    browser
        .find("dialog[open] h2", "Keyboard shortcuts")
        .await?;
    browser.assert_accessible().await?;
    browser.assert_quiet().await
}
