//! From Rust to a module a browser can load: cargo, then the wasm-bindgen library of the version the crate links, for
//! what is left of the module once its chunks are split off.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context as _, ensure};
use wasm_bindgen_cli_support::Bindgen;

use super::split::{LOADER, split};

/// The bound module: its JavaScript glue, its WebAssembly, and its chunks by the file names that the glue fetches.
pub struct Bound {
    pub script: String,
    pub module: Vec<u8>,
    pub chunks: Vec<(String, Vec<u8>)>,
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

/// Splits the module and makes the glue for a browser's module loader.
pub fn bind(module: &Path, work: &Path) -> anyhow::Result<Bound> {
    let split = split(module, &work.join("split"))?;
    let out = work.join("bound");
    fs::create_dir_all(&out)?;
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(&split.main)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen
        .web(true)
        // The chunks link to these.
        .map(|bindgen| bindgen.keep_lld_exports(true))
        .and_then(|bindgen| bindgen.generate(&out))
        .context("binding the page's WebAssembly")?;
    Ok(Bound {
        script: with_loader(&fs::read_to_string(out.join("web.js"))?, &split.loader)?,
        module: fs::read(out.join("web_bg.wasm"))?,
        chunks: split.chunks,
    })
}

/// The glue with the loader in front of it. As files they would import each other, and neither could be named by its content.
fn with_loader(glue: &str, loader: &str) -> anyhow::Result<String> {
    let mut body = String::new();
    let mut loaders = Vec::new();
    for line in loader.lines().filter(|line| !line.starts_with("import ")) {
        let line = match line.strip_prefix("export const ") {
            Some(definition) => {
                loaders.extend(definition.split_whitespace().next());
                line.trim_start_matches("export ")
            }
            None => line,
        };
        body.push_str(line);
        body.push('\n');
    }
    let mut script = format!(
        "const loader = (() => {{\n{body}return {{ {} }};\n}})();\n",
        loaders.join(", ")
    );
    let import = format!("from \"{LOADER}\"");
    let mut is_imported = false;
    for line in glue.lines() {
        if line.starts_with("import * as ") && line.contains(&import) {
            let name = line.split_whitespace().nth(3);
            let name = name.context("the glue imports the loader otherwise than expected")?;
            writeln!(script, "const {name} = loader;")?;
            is_imported = true;
        } else {
            writeln!(script, "{line}")?;
        }
    }
    ensure!(is_imported, "the glue does not import the loader");
    Ok(script)
}
