//! The proxies in front of which API gateways are tested, found or installed.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::{apt, paths};

/// The programs.
pub struct Proxies {
    /// nginx, which asks by `auth_request`.
    pub nginx: PathBuf,
    /// Caddy, which asks by `forward_auth`.
    pub caddy: PathBuf,
}

/// Finds the proxies, installing them where that is possible.
pub fn find() -> Result<(Proxies, String)> {
    if let Some(proxies) = installed() {
        return Ok((proxies, "nginx, Caddy".to_owned()));
    }
    apt::install(&["nginx", "caddy"]).context(
        "the tests of gateways need nginx and Caddy; install them so that they are on the PATH",
    )?;
    let proxies = installed().context("the packages nginx and caddy brought no programs")?;
    Ok((proxies, "nginx, Caddy, installed".to_owned()))
}

fn installed() -> Option<Proxies> {
    // Debian's nginx lies where only root looks.
    let nginx = paths::on_path("nginx").or_else(|| {
        let path = PathBuf::from("/usr/sbin/nginx");
        path.is_file().then_some(path)
    });
    Some(Proxies {
        nginx: nginx?,
        caddy: paths::on_path("caddy")?,
    })
}
