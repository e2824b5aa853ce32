//! What lists and details do beyond showing rows: count, find, name, and lead to a part.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tests::harness::{Browser, World};

use crate::authorizations::{key, rows, told};

const SEARCH_JOURNAL: &str = "Number, title, contact, reason";

/// How many rows of a table a filter finds.
async fn count(world: &World, table: &str, filter: Value) -> Result<u64> {
    let query = format!(
        "query($where: {table}_bool_exp) {{ all: {table}_aggregate(where: $where) {{ aggregate {{ count }} }} }}"
    );
    let found = world
        .server
        .operator()
        .data_with(&query, json!({ "where": filter }))
        .await?;
    let count = found["all"]["aggregate"]["count"].as_u64();
    count
        .filter(|count| *count > 0)
        .with_context(|| format!("no {table} with {filter}"))
}

#[tokio::test]
async fn facets_count_the_rows_that_they_leave() -> Result<()> {
    let world = told().await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "Administrator").await?;
    // Of tokens, not of the requests of the API.
    let tokens = json!({ "request": { "api": { "_eq": "api_particulier" } } });
    let tokens = count(&world, "api_tokens", tokens).await?;
    browser.open("/authorizations/tokens").await?;
    browser.click("button.facet", "API").await?;
    browser
        .see_in(".facet-choices", &format!("api_particulier {tokens}"))
        .await?;
    browser.click("label", "api_particulier").await?;
    browser
        .at("/authorizations/tokens?api=api_particulier")
        .await?;
    rows(&browser, tokens).await?;
    let refused = json!({ "blacklisted_at": { "_lte": "now()" } });
    let refused = count(&world, "api_tokens", refused).await?;
    browser.open("/authorizations/tokens").await?;
    browser.click("button.facet", "State").await?;
    browser
        .see_in(".facet-choices", &format!("Blacklisted {refused}"))
        .await?;
    browser.click("label", "Blacklisted").await?;
    rows(&browser, refused).await?;

    let revoked = json!({ "event": { "_eq": "revoke" } });
    let revoked = count(&world, "datapass_events", revoked).await?;
    browser.open("/authorizations/journal").await?;
    browser.click("button.facet", "Event").await?;
    browser
        .see_in(".facet-choices", &format!("Revoked {revoked}"))
        .await?;
    // Two names of one event are told apart.
    browser
        .see_in(".facet-choices", "Approved (validate)")
        .await?;
    browser.click("label", "Revoked").await?;
    browser.at("/authorizations/journal?event=revoke").await?;
    rows(&browser, revoked).await?;
    browser.assert_quiet().await
}

#[tokio::test]
async fn lists_find_by_what_people_have_at_hand() -> Result<()> {
    let world = told().await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "Administrator").await?;
    let of_title = json!({ "request": { "title": { "_ilike": "Marchés publics%" } } });
    let of_title = count(&world, "datapass_events", of_title).await?;
    browser.open("/authorizations/journal").await?;
    browser
        .fill("input", SEARCH_JOURNAL, "marches publics")
        .await?;
    browser
        .at("/authorizations/journal?q=marches%20publics")
        .await?;
    rows(&browser, of_title).await?;

    let known = world
        .server
        .operator()
        .data("{ contacts: authorization_request_contacts(where: {role: {_eq: \"technical\"}, first_name: {_ilike: \"%é%\"}}, order_by: {email: asc}, limit: 1) { email first_name last_name request { external_id organization { siret } } } }")
        .await?;
    let contact = &known["contacts"][0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let email = text(&contact["email"]);
    let of_contact = json!({ "request": { "contacts": { "email": { "_eq": email } } } });
    let of_contact = count(&world, "datapass_events", of_contact).await?;
    browser.fill("input", SEARCH_JOURNAL, &email).await?;
    rows(&browser, of_contact).await?;
    let name = format!(
        "{} {}",
        text(&contact["first_name"]),
        text(&contact["last_name"])
    );
    let name = name.replace('é', "E");
    browser.fill("input", SEARCH_JOURNAL, &name).await?;
    rows(&browser, of_contact).await?;
    let of_reason = json!({ "reason": { "_ilike": "%json%" } });
    let of_reason = count(&world, "datapass_events", of_reason).await?;
    browser.fill("input", SEARCH_JOURNAL, "JSON").await?;
    rows(&browser, of_reason).await?;

    // A SIRET is often written in groups.
    let siret = text(&contact["request"]["organization"]["siret"]);
    let grouped = format!("{} {} {}", &siret[..3], &siret[3..9], &siret[9..]);
    let of_siret = json!({ "organization": { "siret": { "_eq": siret } } });
    let of_siret = count(&world, "authorization_requests", of_siret).await?;
    browser.open("/authorizations").await?;
    let label = "Title, number, organization, SIRET, contact";
    browser.fill("input", label, &grouped).await?;
    rows(&browser, of_siret).await?;
    let token = key(&world, "api_tokens", json!({})).await?;
    browser.open("/authorizations/tokens").await?;
    let label = "Token, request, organization, SIRET, contact";
    browser.fill("input", label, &token).await?;
    rows(&browser, 1).await?;
    browser.assert_quiet().await
}

#[tokio::test]
async fn jobs_are_called_by_words_and_found_by_them() -> Result<()> {
    let world = told().await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "Administrator").await?;
    let spread = count(&world, "jobs", json!({ "kind": { "_eq": "alert" } })).await?;
    browser.open("/operations/jobs").await?;
    browser.click("button.facet", "Kind").await?;
    browser
        .see_in(".facet-choices", &format!("Spreading of an alert {spread}"))
        .await?;
    let codes = "return document.querySelector('.facet-choices').innerText.includes('_')";
    assert_eq!(browser.evaluate(codes).await?, false);
    browser.press("\u{e00c}").await?;
    let label = "Kind, request, e-mail, error";
    browser.fill("input", label, "spreading").await?;
    rows(&browser, spread).await?;
    browser.click("td summary", "Spreading of an alert").await?;
    browser.find("td code", "alert").await?;
    browser.find("td pre", "alert_id").await?;
    browser.assert_quiet().await
}

#[tokio::test]
async fn the_index_of_a_detail_leads_to_its_parts_and_marks_the_one_read() -> Result<()> {
    let world = told().await?;
    let revoked = json!({ "status": { "_eq": "revoked" }, "tokens": {} });
    let request = key(&world, "authorization_requests", revoked).await?;
    let applied = json!({ "outcome": { "_eq": "applied" }, "event": { "_eq": "approve" } });
    let delivery = key(&world, "datapass_events", applied).await?;
    let person = key(&world, "users", json!({ "login": { "_eq": "noe" } })).await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "Administrator").await?;
    let here = ".index a[aria-current=location]";
    let is_at_top = "const title = document.getElementById(arguments[0]); \
                     return document.activeElement === title && title.getBoundingClientRect().top < innerHeight / 2";
    // Beside the list, and alone.
    for (width, scrolled) in [(1920, "article"), (1100, "html")] {
        browser.resize(width, 700).await?;
        browser.open(&format!("/authorizations/{request}")).await?;
        browser.find(here, "The request").await?;
        browser.click(".index a", "Tokens").await?;
        browser
            .holds("the tokens at the top", is_at_top, vec![json!("tokens")])
            .await?;
        browser.find(here, "Tokens").await?;
        let bottom = format!("document.querySelector('{scrolled}').scrollTo(0, 100000)");
        browser.evaluate(&bottom).await?;
        browser.find(here, "History").await?;
        browser
            .evaluate("document.querySelector('.index a[href=\"#alerts\"]').focus()")
            .await?;
        browser.press("\n").await?;
        browser.find(here, "Alerts").await?;
        browser.at(&format!("/authorizations/{request}")).await?;
        browser.assert_accessible().await?;
    }
    browser
        .open(&format!("/authorizations/journal/{delivery}"))
        .await?;
    browser.click(".index a", "Changes").await?;
    browser.find(here, "Changes").await?;
    browser.open(&format!("/people/{person}#history")).await?;
    browser.find(here, "History").await?;
    browser.resize(1280, 800).await?;
    browser.find("article", "Noé Tournebride").await?;
    browser.gone(".index a").await?;
    browser.assert_quiet().await
}
