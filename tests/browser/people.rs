//! An administrator's day: finding people, and saying until when they stay.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tests::harness::{Browser, Plan, World};

const ROWS: &str = "table[aria-label=People] tbody";
const ADELE: &str = "Adèle Vertefeuille";

/// A synced directory of 120 people, which fill three pages of a list.
async fn town() -> Result<World> {
    let world = World::plan(Plan {
        people: 120,
        ..Plan::default()
    })
    .await?;
    world.server.operator().sync().await?;
    Ok(world)
}

async fn id_of(world: &World, login: &str) -> Result<String> {
    let query = "query($login: citext) { users(where: {login: {_eq: $login}}) { id } }";
    let found = world
        .server
        .operator()
        .data_with(query, json!({ "login": login }))
        .await?;
    Ok(found["users"][0]["id"]
        .as_str()
        .context("no such person")?
        .to_owned())
}

async fn rows(browser: &Browser, count: u64) -> Result<()> {
    let script = "return document.querySelectorAll('[data-row]').length === arguments[0]";
    browser
        .holds(&format!("{count} rows"), script, vec![json!(count)])
        .await
}

#[tokio::test]
async fn people_are_searched_filtered_sorted_and_paged_in_the_address() -> Result<()> {
    let world = town().await?;
    let browser = Browser::start(world.server.url()).await?;
    browser.open("/people?sort=-name").await?;
    browser.at("/sign-in?next=%2Fpeople%3Fsort%3D-name").await?;
    browser.sign_in("adele", "Administrator").await?;
    browser.at("/people?sort=-name").await?;
    rows(&browser, 50).await?;
    browser.see_in(".page-count", "120").await?;
    browser.see_in("[aria-sort=descending]", "Name").await?;

    browser.click("a", "Home").await?;
    browser.at("/").await?;
    browser.find("h1", "Overview").await?;
    browser.click(".figures a", "People").await?;
    browser.at("/people").await?;
    browser.see_in(".pages", "1–50 of 120").await?;
    let script = "const names = Array.from(document.querySelectorAll('[data-row-link]'), (link) => link.textContent); \
                  return names.findLastIndex((name) => name.startsWith('Aïcha')) < names.findIndex((name) => name.startsWith('Anaïs'))";
    browser
        .holds(
            "accents to count for nothing in the order",
            script,
            Vec::new(),
        )
        .await?;
    browser.click("button", "Next page").await?;
    browser.at("/people?page=2").await?;
    browser.see_in(".pages", "51–100 of 120").await?;
    browser.click("button", "Next page").await?;
    rows(&browser, 20).await?;
    let is_last = browser
        .evaluate("return document.querySelector('[aria-label=\"Next page\"]').disabled")
        .await?;
    assert_eq!(is_last, Value::Bool(true));
    browser.back().await?;
    browser.at("/people?page=2").await?;
    browser.see_in(".pages", "51–100 of 120").await?;

    browser
        .fill("input", "Name, e-mail or login", "ADELE verte")
        .await?;
    rows(&browser, 1).await?;
    browser.see_in(ROWS, ADELE).await?;
    browser.see_in(".page-count", "1").await?;
    browser.reload().await?;
    rows(&browser, 1).await?;
    browser
        .fill("input", "Name, e-mail or login", "nobody at all")
        .await?;
    browser.see("No match").await?;
    browser.click(".empty button", "Clear filters").await?;
    browser.see_in(".page-count", "120").await?;

    browser.click("button", "Warning").await?;
    browser.click("label", "No departure date").await?;
    browser.at("/people?warning=no_departure_date").await?;
    browser.see_in(".facet-chosen", "No departure date").await?;
    browser.press("\u{e00c}").await?;
    browser.click("th button", "Departure").await?;
    browser
        .at("/people?warning=no_departure_date&sort=departure")
        .await?;
    browser.see_in("[aria-sort=ascending]", "Departure").await?;
    browser.back().await?;
    browser.at("/people?warning=no_departure_date").await?;
    browser.back().await?;
    browser.see_in(".page-count", "120").await?;
    browser.assert_quiet().await
}

#[tokio::test]
async fn a_person_opens_beside_the_list_and_a_departure_date_is_kept() -> Result<()> {
    let world = town().await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "Administrator").await?;
    let page = format!("/people/{}", id_of(&world, "noe").await?);
    browser.open("/people?q=tournebride").await?;
    browser.click("a", "Noé Tournebride").await?;
    browser.at(&format!("{page}?q=tournebride")).await?;
    browser.find("article h2", "Noé Tournebride").await?;
    browser.find("h1", "People").await?;
    browser.see_in(".account-login", "noe").await?;
    browser.press("\u{e00c}").await?;
    browser.at("/people?q=tournebride").await?;
    browser.gone("article").await?;

    browser.resize(1000, 800).await?;
    browser.open(&page).await?;
    browser.find("h1", "Noé Tournebride").await?;
    browser.gone("table").await?;
    browser.see("No departure date.").await?;

    browser.click("button", "Edit the arrival date").await?;
    browser.fill("input", "Arrival", "01102030").await?;
    browser.click("button", "Save").await?;
    browser.see("10 Jan 2030").await?;
    browser.click("button", "Edit the departure date").await?;
    browser
        .find("input", "Departure")
        .await?
        .send_keys("05042029\n")
        .await?;
    browser
        .see("The departure is before the arrival. Choose a later day")
        .await?;
    browser
        .fill("input[aria-invalid=true]", "Departure", "05042031\n")
        .await?;
    browser.see_in("#departure-message", "Saved").await?;
    browser.see("4 May 2031").await?;
    browser.see_in("#history ~ *", "Departure").await?;
    browser.gone(".notes li").await?;
    browser.reload().await?;
    browser.see("4 May 2031").await?;
    browser.gone(".notes li").await?;
    let kept = world
        .server
        .operator()
        .data("{ users(where: {login: {_eq: \"noe\"}}) { arrival departure } }")
        .await?;
    assert_eq!(
        kept["users"][0],
        json!({ "arrival": "2030-01-10", "departure": "2031-05-04" })
    );
    browser.assert_quiet().await
}
