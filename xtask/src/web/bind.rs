//! From Rust to a module a browser can load: cargo, then the wasm-bindgen library of the version the crate links.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context as _, ensure};
use wasm_bindgen_cli_support::Bindgen;

/// The bound module: its JavaScript glue and its WebAssembly.
pub struct Bound {
    pub script: String,
    pub module: Vec<u8>,
}

/// Compiles the crate `web`; returns the path of the WebAssembly file.
pub fn compile(root: &Path, work: &Path) -> anyhow::Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let build = work.join("build");
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--locked", "--package", "web"])
        .args(["--target", "wasm32-unknown-unknown", "--profile", "web"])
        .env("CARGO_TARGET_DIR", &build)
        .current_dir(root)
        .status()
        .context("starting cargo for the page")?;
    ensure!(status.success(), "the page does not compile (see above)");
    Ok(build.join("wasm32-unknown-unknown/web/web.wasm"))
}

/// Makes the glue for a browser's module loader.
pub fn bind(module: &Path, out: &Path) -> anyhow::Result<Bound> {
    fs::create_dir_all(out)?;
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen
        .web(true)
        .and_then(|bindgen| bindgen.generate(out))
        .context("binding the page's WebAssembly")?;
    Ok(Bound {
        script: fs::read_to_string(out.join("web.js"))?,
        module: fs::read(out.join("web_bg.wasm"))?,
    })
}
