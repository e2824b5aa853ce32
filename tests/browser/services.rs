//! Syncs as an administrator sees them: planned, watched, stopped by the brake, failed.

use anyhow::Result;
use serde_json::json;
use tests::harness::{Browser, World};

const STATE: &str = ".run-title .state-line";

async fn start(browser: &Browser, button: &str) -> Result<()> {
    browser.open("/services").await?;
    browser.click("button", button).await?;
    browser.find("h1", "Sync of GitHub").await?;
    Ok(())
}

#[tokio::test]
async fn a_plan_is_read_row_by_row_and_discarded_then_a_sync_is_watched() -> Result<()> {
    let world = World::start().await?;
    let browser = Browser::signed_in(world.server.url(), "somebody", "Administrator").await?;
    start(&browser, "Plan").await?;
    browser.see_in(STATE, "Plan ready").await?;
    browser.see_in(".plan-kinds", "40 new").await?;
    browser.see_in("table", "adele").await?;
    browser.fill("input", "Name or login", "noe").await?;
    browser.see_in("table", "Noé Tournebride").await?;
    browser.click("button", "Discard").await?;
    browser
        .click("dialog[open] button", "Discard the plan")
        .await?;
    browser.see_in(STATE, "Discarded").await?;
    browser
        .see("The plan was set aside. Nothing was changed.")
        .await?;
    browser.gone("dialog").await?;
    let count = world
        .server
        .operator()
        .data("{ accounts_aggregate { aggregate { count } } }")
        .await?;
    assert_eq!(count["accounts_aggregate"]["aggregate"]["count"], 0);

    world
        .fault(json!({ "delay_ms": 1500, "path": "/graphql", "times": 2 }))
        .await?;
    start(&browser, "Sync now").await?;
    browser.see_in(STATE, "Fetching").await?;
    browser.see("Nothing has changed yet.").await?;
    browser.click("a", "Home").await?;
    browser.see_in(".toasts", "Sync of GitHub · Done").await?;
    browser.click(".toasts a", "View").await?;
    browser.see_in(STATE, "Done").await?;
    browser.see_in(".plan-kinds", "40 new").await?;
    browser.click(".crumb a", "Services").await?;
    browser.see_in(".service", "active").await?;
    browser
        .see_in("table[aria-label='Sync runs']", "Discarded")
        .await?;
    browser.assert_quiet().await
}

#[tokio::test]
async fn a_sync_that_would_lose_many_waits_until_it_is_approved() -> Result<()> {
    let world = World::synced().await?;
    let browser = Browser::signed_in(world.server.url(), "somebody", "Administrator").await?;
    world.people(json!({ "remove_share": 0.4 })).await?;
    start(&browser, "Sync now").await?;
    browser.see_in(STATE, "Needs approval").await?;
    browser
        .see("above the configured limit, so nothing has changed")
        .await?;
    browser.see_in(".health", "0 of 1 in sync").await?;
    browser.see_in("table", "@fabrique-demo.example").await?;
    browser.click(".actions button", "Apply").await?;
    browser.find("dialog[open] h2", "from GitHub").await?;
    browser.press("\u{e00c}").await?;
    browser.gone("dialog").await?;
    browser.see_in(STATE, "Needs approval").await?;
    browser.click(".actions button", "Apply").await?;
    browser
        .click("dialog[open] button.primary", "Apply")
        .await?;
    browser.see_in(STATE, "Done").await?;
    browser.gone("dialog").await?;
    browser.see_in(".facts", "somebody").await?;
    browser.see_in(".health", "1 of 1 in sync").await?;
    browser.assert_quiet().await
}

#[tokio::test]
async fn a_service_that_fails_says_so_and_loses_nothing() -> Result<()> {
    let world = World::synced().await?;
    let browser = Browser::signed_in(world.server.url(), "somebody", "Administrator").await?;
    world
        .fault(json!({ "status": 500, "path": "/graphql" }))
        .await?;
    start(&browser, "Sync now").await?;
    browser.see_in(STATE, "Failed").await?;
    browser.see("the service answered 500").await?;
    browser
        .see("Nothing was changed. The next sync starts afresh.")
        .await?;
    world.fault(json!({ "reset": true })).await?;
    start(&browser, "Sync now").await?;
    browser.see_in(STATE, "Done").await?;
    browser.see("Nothing had to change.").await?;
    browser.assert_quiet().await
}
