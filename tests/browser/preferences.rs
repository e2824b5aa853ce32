//! What a reader chooses for their browser: language, theme, keyboard; and the way out.

use anyhow::Result;
use tests::harness::{Browser, World};

const ESCAPE: &str = "\u{e00c}";
const CONTROL_K: &str = "\u{e009}k\u{e000}";

#[tokio::test]
async fn language_and_theme_change_at_once_and_stay() -> Result<()> {
    let world = World::start().await?;
    let browser = Browser::start(world.server.url()).await?;
    browser.open("/people").await?;
    browser.click("button", "Language").await?;
    browser.click("[role=menuitemradio]", "Français").await?;
    browser.find("h1", "Se connecter").await?;
    browser.click("button", "Langue").await?;
    browser.click("[role=menuitemradio]", "English").await?;
    browser.sign_in("somebody", "Administrator").await?;
    browser.at("/people").await?;

    browser.click("button", "Language").await?;
    browser.click("[role=menuitemradio]", "Français").await?;
    browser.find("h1", "Personnes").await?;
    browser
        .holds(
            "the focus on the language",
            "return document.activeElement.id === 'language-menu'",
            Vec::new(),
        )
        .await?;
    assert_eq!(
        browser
            .evaluate("return document.documentElement.lang")
            .await?,
        "fr"
    );
    browser.click("button", "Thème").await?;
    browser.click("[role=menuitemradio]", "Sombre").await?;
    assert_eq!(
        browser
            .evaluate("return document.documentElement.dataset.theme")
            .await?,
        "dark"
    );
    browser.reload().await?;
    browser.find("h1", "Personnes").await?;
    let kept =
        "return [document.documentElement.lang, document.documentElement.dataset.theme].join()";
    assert_eq!(browser.evaluate(kept).await?, "fr,dark");
    browser.click("button", "Thème").await?;
    browser
        .click("[role=menuitemradio]", "Comme le système")
        .await?;
    assert_eq!(
        browser
            .evaluate("return localStorage.theme ?? null")
            .await?,
        serde_json::Value::Null
    );

    browser.click("button", "Compte de somebody").await?;
    browser.click("[role=menuitem]", "Se déconnecter").await?;
    browser.at("/sign-in").await?;
    browser.find("h1", "Se connecter").await?;
    browser.open("/people").await?;
    browser.at("/sign-in?next=%2Fpeople").await?;
    browser.assert_quiet().await
}

#[tokio::test]
async fn the_keyboard_finds_goes_and_helps() -> Result<()> {
    let world = World::synced().await?;
    let browser = Browser::signed_in(world.server.url(), "somebody", "Administrator").await?;
    browser.find("h1", "Overview").await?;
    browser.press(CONTROL_K).await?;
    browser
        .find("dialog[open] input", "Find a person or a page")
        .await?;
    browser.press("noe tourne").await?;
    browser.find("[role=option]", "Noé Tournebride").await?;
    browser.press("\n").await?;
    browser.find("article", "Noé Tournebride").await?;
    browser.gone("dialog").await?;
    browser.press("gh").await?;
    browser.at("/").await?;
    browser.press("gj").await?;
    browser.at("/authorizations/journal").await?;
    browser.press("go").await?;
    browser.at("/operations/jobs").await?;
    browser
        .find(".rail-link[aria-current=page]", "Authorizations")
        .await?;
    browser.press("gp").await?;
    browser.at("/people").await?;
    browser.find("a", "Adèle Vertefeuille").await?;
    browser.press("?").await?;
    browser
        .find("dialog[open] h2", "Keyboard shortcuts")
        .await?;
    browser.see_in("dialog dl", "Go to the journal g j").await?;
    browser.press(ESCAPE).await?;
    browser.gone("dialog").await?;
    browser.press("/").await?;
    browser.press("verte").await?;
    browser.at("/people?q=verte").await?;

    browser.click("button", "Account of somebody").await?;
    browser.click("[role=menuitemradio]", "User").await?;
    browser.gone("a[href='/services']").await?;
    browser.press("gj").await?;
    browser.press("gr").await?;
    browser.at("/my-requests").await?;
    browser.press("?").await?;
    browser
        .see_in("dialog dl", "Go to My authorizations g r")
        .await?;
    let told = "return document.querySelector('dialog dl').innerText.includes('journal')";
    assert_eq!(browser.evaluate(told).await?, false);
    browser.assert_quiet().await
}

#[tokio::test]
async fn a_session_that_ends_leads_to_the_sign_in_page_and_back() -> Result<()> {
    let world = World::synced().await?;
    let browser = Browser::signed_in(world.server.url(), "somebody", "Administrator").await?;
    browser.open("/people?sort=-name").await?;
    browser.find("a", "Adèle Vertefeuille").await?;
    let end = "return fetch('/auth/logout', { method: 'POST' }).then(() => null)";
    browser.evaluate(end).await?;
    browser.at("/sign-in?next=%2Fpeople%3Fsort%3D-name").await?;
    browser.sign_in("adele", "User").await?;
    browser.at("/people?sort=-name").await?;
    browser.find("a", "Noé Tournebride").await?;
    browser.evaluate(end).await?;
    browser.click("th button", "Name").await?;
    browser.at("/sign-in?next=%2Fpeople").await?;
    browser.sign_in("adele", "User").await?;
    browser.at("/people").await
}
