//! A browser as a person uses it: things are found by what they are and what they are called, and everything is waited
//! for within a bound. Each has a profile, a driver and a Chromium of its own, all gone with it.

mod console;
mod driver;

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use fantoccini::elements::{Element, ElementRef};
use serde_json::{Value, json};

use super::server::variable;
use driver::Driver;

const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(40);
/// The key under which a driver gives an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Finds what is visible, matches a selector, and is called so or holds these words.
const FIND: &str = r"
    const [selector, name] = arguments;
    const plain = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
    const text = (id) => plain(document.getElementById(id)?.textContent);
    const names = (element) => [
        plain(element.getAttribute('aria-label')),
        (element.getAttribute('aria-labelledby') ?? '').split(' ').map(text).join(' ').trim(),
        ...Array.from(element.labels ?? [], (label) => plain(label.textContent)),
        plain(element.textContent),
        plain(element.title),
    ];
    const seen = Array.from(document.querySelectorAll(selector)).filter((element) => element.checkVisibility());
    return seen.find((element) => names(element).includes(name))
        ?? seen.find((element) => names(element).some((held) => held.includes(name)));
";

/// What axe finds, one line for each rule and place.
const AXE: &str = r"
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(
        (result) => done(result.violations.flatMap((violation) =>
            violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 200)}: ${node.failureSummary}`))),
        (error) => done([`axe did not run: ${error}`]),
    );
";

/// A browser at one server.
pub struct Browser {
    page: fantoccini::Client,
    driver: Driver,
    server: String,
}

impl Browser {
    /// A browser of 1280 by 800 that has not gone anywhere.
    pub async fn start(server: &str) -> Result<Self> {
        let driver = Driver::start().await?;
        let browser = Self {
            page: driver.connect().await?,
            driver,
            server: server.to_owned(),
        };
        browser.resize(1280, 800).await?;
        Ok(browser)
    }

    /// A browser in which somebody has signed in by the development provider's form.
    pub async fn signed_in(server: &str, name: &str, role: &str) -> Result<Self> {
        let browser = Self::start(server).await?;
        browser.open("/").await?;
        browser.sign_in(name, role).await?;
        Ok(browser)
    }

    /// Fills in the form of the sign-in page, with a role by its name on the page.
    pub async fn sign_in(&self, name: &str, role: &str) -> Result<()> {
        self.fill("input", "Your name", name).await?;
        self.click("input[type=radio]", role).await?;
        self.click("button", "Sign in").await?;
        self.find("nav", "Main").await?;
        Ok(())
    }

    /// Goes to a path of the server.
    pub async fn open(&self, path: &str) -> Result<()> {
        Ok(self.page.goto(&format!("{}{path}", self.server)).await?)
    }

    /// Loads the page again.
    pub async fn reload(&self) -> Result<()> {
        Ok(self.page.refresh().await?)
    }

    /// Presses the browser's back button.
    pub async fn back(&self) -> Result<()> {
        Ok(self.page.back().await?)
    }

    /// Shows the page in a window of this many pixels.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        let command = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": size });
        self.command("goog/cdp/execute", &command).await?;
        Ok(())
    }

    /// Waits for what is visible, matches a selector, and is called so or holds these words.
    pub async fn find(&self, selector: &str, name: &str) -> Result<Element> {
        let arguments = vec![json!(selector), json!(name)];
        self.until(&format!("`{selector}` called “{name}”"), async || {
            let found = self.page.execute(FIND, arguments.clone()).await?;
            let id = found[ELEMENT].as_str().map(str::to_owned);
            Ok(id.map(|id| Element::from_element_id(self.page.clone(), ElementRef::from(id))))
        })
        .await
    }

    /// Presses what is called so, as soon as it can be pressed.
    pub async fn click(&self, selector: &str, name: &str) -> Result<()> {
        self.until(
            &format!("`{selector}` called “{name}”, to press it"),
            async || {
                // It may be redrawn or covered between being found and being pressed.
                Ok(self.find(selector, name).await?.click().await.ok())
            },
        )
        .await
    }

    /// Puts words into a field in place of what it holds.
    pub async fn fill(&self, selector: &str, name: &str, words: &str) -> Result<()> {
        let field = self.find(selector, name).await?;
        field.clear().await?;
        Ok(field.send_keys(words).await?)
    }

    /// Types where the focus is.
    pub async fn press(&self, keys: &str) -> Result<()> {
        Ok(self.page.active_element().await?.send_keys(keys).await?)
    }

    /// Waits until the page shows these words.
    pub async fn see(&self, words: &str) -> Result<()> {
        self.see_in("body", words).await
    }

    /// Waits until one of the places that match shows these words.
    pub async fn see_in(&self, selector: &str, words: &str) -> Result<()> {
        let script = "return Array.from(document.querySelectorAll(arguments[0])).some((place) => \
                      place.innerText.replace(/\\s+/g, ' ').includes(arguments[1]))";
        self.holds(
            &format!("“{words}” in `{selector}`"),
            script,
            vec![json!(selector), json!(words)],
        )
        .await
    }

    /// Waits until nothing visible matches.
    pub async fn gone(&self, selector: &str) -> Result<()> {
        let script = "return !Array.from(document.querySelectorAll(arguments[0])).some((place) => place.checkVisibility())";
        self.holds(&format!("no `{selector}`"), script, vec![json!(selector)])
            .await
    }

    /// Waits until the browser is at this path and query.
    pub async fn at(&self, path: &str) -> Result<()> {
        let script = "return location.pathname + location.search === arguments[0]";
        self.holds(&format!("the address {path}"), script, vec![json!(path)])
            .await
    }

    /// Waits until a script gives true; `what` says in an error what was awaited.
    pub async fn holds(&self, what: &str, script: &str, arguments: Vec<Value>) -> Result<()> {
        self.until(what, async || {
            let answer = self.page.execute(script, arguments.clone()).await?;
            Ok((answer == Value::Bool(true)).then_some(()))
        })
        .await
    }

    /// What a script gives.
    pub async fn evaluate(&self, script: &str) -> Result<Value> {
        Ok(self.page.execute(script, Vec::new()).await?)
    }

    /// Fails if axe finds anything to object to in what is shown.
    pub async fn assert_accessible(&self) -> Result<()> {
        if self.evaluate("return typeof axe").await? == "undefined" {
            let source = std::fs::read_to_string(variable("SECRETARIAT_TEST_AXE")?)?;
            self.page.execute(&source, Vec::new()).await?;
        }
        let found = self.page.execute_async(AXE, Vec::new()).await?;
        let path = self.page.current_url().await?;
        ensure!(found == json!([]), "axe at {path}: {found:#}");
        Ok(())
    }

    /// Keeps a picture of what is shown, where `SECRETARIAT_TEST_PICTURES` says, if it says so.
    pub async fn picture(&self, name: &str) -> Result<()> {
        let Ok(folder) = variable("SECRETARIAT_TEST_PICTURES") else {
            return Ok(());
        };
        std::fs::create_dir_all(&folder)?;
        let picture = self.page.screenshot().await?;
        Ok(std::fs::write(format!("{folder}/{name}.png"), picture)?)
    }

    /// Fails if the console holds an error or a violation of the content policy since the last time it was asked.
    pub async fn assert_quiet(&self) -> Result<()> {
        let log = self
            .command("se/log", &json!({ "type": "browser" }))
            .await?;
        let errors = console::errors(&log);
        ensure!(errors.is_empty(), "the console says: {errors:#?}");
        Ok(())
    }

    async fn until<T>(
        &self,
        what: &str,
        mut condition: impl AsyncFnMut() -> Result<Option<T>>,
    ) -> Result<T> {
        let waiting = async {
            loop {
                if let Some(value) = condition().await? {
                    return Ok(value);
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(value) => value,
            Err(_) => {
                let shown = self
                    .evaluate("return `${location.href}\\n${document.body.innerText}`")
                    .await?;
                anyhow::bail!(
                    "waited in vain for {what} at {}",
                    shown.as_str().unwrap_or_default()
                )
            }
        }
    }

    async fn command(&self, path: &str, body: &Value) -> Result<Value> {
        let session = self
            .page
            .session_id()
            .await?
            .context("the browser has no session")?;
        self.driver.command(&session, path, body).await
    }
}
