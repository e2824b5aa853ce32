//! The checks that are no tests: format, lints, dependencies.

use std::process::Command;

use anyhow::Result;

use super::tools;
use crate::paths;
use crate::process::run_aloud;

/// The code is formatted.
pub fn format() -> Result<()> {
    cargo(&["fmt", "--all", "--check"])
}

/// The lints find nothing in what runs on the host.
pub fn lints() -> Result<()> {
    cargo(&[
        "clippy",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ])
}

/// The lints find nothing in the page. It is compiled where the page is, which saves doing it twice.
pub fn lints_of_the_page() -> Result<()> {
    run_aloud(
        Command::new(paths::cargo())
            .args([
                "clippy",
                "--package",
                "web",
                "--target",
                "wasm32-unknown-unknown",
                "--locked",
                "--",
                "-D",
                "warnings",
            ])
            .env("CARGO_TARGET_DIR", paths::root().join("target/web/build"))
            .current_dir(paths::root()),
    )
}

/// Licences, sources, and dependencies that are banned or there twice. Advisories need a database that not every
/// machine can fetch.
pub fn dependencies() -> Result<()> {
    tools::ensure("cargo-deny")?;
    cargo(&["deny", "--locked", "check", "bans", "licenses", "sources"])
}

fn cargo(arguments: &[&str]) -> Result<()> {
    run_aloud(
        Command::new(paths::cargo())
            .args(arguments)
            .current_dir(paths::root()),
    )
}
