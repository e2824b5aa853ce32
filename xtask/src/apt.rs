//! Installs Debian packages, where there is apt and we are root.

use std::process::Command;

use anyhow::{Result, bail};

use crate::paths;
use crate::process::run;

/// Installs packages; an error says why it cannot be done here.
pub fn install(packages: &[&str]) -> Result<()> {
    if paths::on_path("apt-get").is_none() {
        bail!("there is no apt-get on this system");
    }
    if !nix::unistd::geteuid().is_root() {
        bail!("only root may install packages");
    }
    let install = || {
        run(Command::new("apt-get")
            .args(["install", "--yes", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"))
    };
    if install().is_err() {
        run(Command::new("apt-get").arg("update"))?;
        install()?;
    }
    Ok(())
}
