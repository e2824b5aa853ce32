//! Fetches single packages from npm, without their dependencies, into `target/npm`. Everything works without them, less well.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::paths;
use crate::process::run;

/// GitHub's whole public GraphQL schema.
pub fn github_schema() -> Result<PathBuf> {
    file("@octokit/graphql-schema@15.26.1", "schema.graphql")
}

/// The accessibility checker that the browser tests inject.
pub fn axe() -> Result<PathBuf> {
    file("axe-core@4.14.1", "axe.min.js")
}

/// The scripts of a folder below `xtask/` with all that they need, installed.
pub fn scripts(folder: &str) -> Result<PathBuf> {
    let source = paths::root().join("xtask").join(folder);
    let dir = paths::state_dir()?.join("npm").join(folder);
    std::fs::create_dir_all(&dir)?;
    let wanted = std::fs::read(source.join("package.json"))?;
    let is_installed = std::fs::read(dir.join("installed.json")).is_ok_and(|had| had == wanted);
    for entry in std::fs::read_dir(&source)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), dir.join(entry.file_name()))?;
        }
    }
    if !is_installed {
        paths::on_path("npm").context("there is no npm on this machine")?;
        let quiet = [
            "install",
            "--no-package-lock",
            "--no-audit",
            "--no-fund",
            "--silent",
        ];
        run(Command::new("npm").args(quiet).current_dir(&dir))?;
        std::fs::write(dir.join("installed.json"), wanted)?;
    }
    Ok(dir)
}

/// A file of a package at its version.
fn file(package: &str, file: &str) -> Result<PathBuf> {
    let dir = paths::state_dir()?.join("npm").join(package);
    let path = dir.join("package").join(file);
    if path.is_file() {
        return Ok(path);
    }
    paths::on_path("npm").context("there is no npm on this machine")?;
    std::fs::create_dir_all(&dir)?;
    let said = run(Command::new("npm")
        .args([
            "pack",
            "--silent",
            "--fetch-retries=1",
            "--fetch-timeout=20000",
            package,
        ])
        .current_dir(&dir))?;
    let archive = said.lines().last().context("npm pack names no archive")?;
    run(Command::new("tar")
        .args(["-xzf", archive.trim()])
        .current_dir(&dir))?;
    path.is_file()
        .then_some(path)
        .with_context(|| format!("{package} holds no {file}"))
}
