//! Chromium and its driver for the browser tests, found or installed.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::{apt, paths};

/// The two programs.
pub struct Browser {
    /// The browser.
    pub chromium: PathBuf,
    /// What steers it.
    pub driver: PathBuf,
}

/// Finds the browser, installing it where that is possible.
pub fn find() -> Result<(Browser, String)> {
    if let Some(browser) = installed() {
        return Ok((browser, "Chromium".to_owned()));
    }
    apt::install(&["chromium", "chromium-driver"])
        .context("the browser tests need Chromium and chromedriver; install them so that they are on the PATH")?;
    let browser =
        installed().context("the packages chromium and chromium-driver brought no browser")?;
    Ok((browser, "Chromium, installed".to_owned()))
}

fn installed() -> Option<Browser> {
    let first = |names: &[&str]| names.iter().find_map(|name| paths::on_path(name));
    Some(Browser {
        chromium: first(&["chromium", "chromium-browser", "google-chrome"])?,
        driver: first(&["chromedriver"])?,
    })
}
