//! Who is not an administrator, and who comes through GitHub.

use anyhow::Result;
use serde_json::json;
use tests::harness::{Browser, World};

#[tokio::test]
async fn a_user_sees_cards_and_all_of_themselves() -> Result<()> {
    let world = World::synced().await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "User").await?;
    browser.see_in("h1", "Adèle Vertefeuille").await?;
    browser.see_in(".account", "adele").await?;
    browser.gone("a[href='/services']").await?;
    browser.assert_accessible().await?;
    browser.click("a", "People").await?;
    browser.fill("input", "Name", "noe tourne").await?;
    browser.at("/people?q=noe%20tourne").await?;
    browser.click("a", "Noé Tournebride").await?;
    browser.see("You see the card that everybody sees.").await?;
    browser.gone("article .account, article .facts").await?;
    browser.assert_accessible().await?;
    browser
        .click("button", "Account of Adèle Vertefeuille")
        .await?;
    browser.click("[role=menuitem]", "My page").await?;
    browser.see_in("article .account", "adele").await?;
    browser.gone("button.edit").await?;
    browser.open("/services").await?;
    browser.find("h1", "Nothing at this address").await?;
    browser.assert_quiet().await
}

#[tokio::test]
async fn an_administrator_looks_at_the_page_as_a_user() -> Result<()> {
    let world = World::synced().await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "Administrator").await?;
    browser.find("nav a", "Services").await?;
    browser
        .click("button", "Account of Adèle Vertefeuille")
        .await?;
    browser.click("[role=menuitemradio]", "User").await?;
    browser.see_in("h1", "Adèle Vertefeuille").await?;
    browser.gone("a[href='/services']").await?;
    browser
        .click("button", "Account of Adèle Vertefeuille")
        .await?;
    browser
        .click("[role=menuitemradio]", "Administrator")
        .await?;
    browser.find("nav a", "Services").await?;
    browser.assert_quiet().await
}

#[tokio::test]
async fn github_lets_in_by_team_and_says_why_it_does_not() -> Result<()> {
    let world = World::synced().await?;
    let browser = Browser::start(world.server.url()).await?;
    browser.open("/people").await?;
    browser.click("a", "Continue with GitHub").await?;
    browser.click("a", "adele").await?;
    browser.at("/people").await?;
    browser.find("nav a", "Services").await?;
    browser
        .click("button", "Account of Adèle Vertefeuille")
        .await?;
    browser.click("[role=menuitem]", "Sign out").await?;
    browser.at("/sign-in").await?;

    browser.click("a", "Continue with GitHub").await?;
    browser.find("li:last-child", "invited, in no team").await?;
    browser.click("li:last-child a", "").await?;
    browser.at("/sign-in?error=refused").await?;
    browser
        .see_in(
            "[role=alert]",
            "The provider did not agree, or none of your teams opens this door.",
        )
        .await?;
    browser.assert_accessible().await?;

    let operator = world.server.operator();
    let adele = "{ users(where: {login: {_eq: \"adele\"}}) { id } }";
    let id = operator.data(adele).await?["users"][0]["id"].take();
    let deactivate = "mutation($id: uuid!) { update_users_by_pk(pk_columns: {id: $id}, _set: {active: false}) { id } }";
    operator.data_with(deactivate, json!({ "id": id })).await?;
    browser.click("a", "Continue with GitHub").await?;
    browser.click("a", "adele").await?;
    browser.at("/sign-in?error=inactive").await?;
    browser
        .see_in("[role=alert]", "Your account here is closed.")
        .await
}
