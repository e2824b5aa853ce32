//! The compiler's WebAssembly target, which the page needs.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::paths;
use crate::process::run;

const TARGET: &str = "wasm32-unknown-unknown";

/// Adds the target if it is missing; gives what to say of it.
pub fn ensure() -> Result<String> {
    if is_installed()? {
        return Ok("present".to_owned());
    }
    if paths::on_path("rustup").is_none() {
        bail!(
            "this Rust has no target {TARGET}, and there is no rustup to add it; install the target beside the compiler"
        );
    }
    run(Command::new("rustup")
        .args(["target", "add", TARGET])
        .current_dir(paths::root()))?;
    Ok("added".to_owned())
}

fn is_installed() -> Result<bool> {
    let sysroot = run(Command::new("rustc")
        .args(["--print", "sysroot"])
        .current_dir(paths::root()))?;
    Ok(PathBuf::from(sysroot.trim())
        .join("lib/rustlib")
        .join(TARGET)
        .is_dir())
}
