//! The API explorer, which must work without any network but the server's.

use anyhow::Result;
use tests::harness::{Browser, World};

#[tokio::test]
async fn the_explorer_runs_a_query() -> Result<()> {
    let world = World::start().await?;
    let browser = Browser::start(world.server.url()).await?;
    browser.open("/explorer").await?;
    let absent = browser
        .evaluate("return document.body.classList.contains('absent')")
        .await?;
    if absent == true {
        eprintln!("GraphiQL is not part of this build: there was no npm when the page was built");
        browser
            .find("h1", "The explorer is not part of this build")
            .await?;
        return Ok(());
    }
    browser.find("button", "Execute query").await?;
    let write = "const editor = document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror; \
                 editor.setValue('query Services { services { name } }')";
    browser.evaluate(write).await?;
    browser.click("button", "Execute query").await?;
    browser
        .see_in(".result-window", "\"name\": \"GitHub\"")
        .await?;
    browser.assert_quiet().await
}
