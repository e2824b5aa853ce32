//! Builds the page into `target/web/dist`, which the server embeds.
//!
//! Compiles the crate `web` to WebAssembly in its own target directory (so that it never waits for the lock of the
//! host's build), binds it, names every asset by its content, and lays a brotli and a gzip copy beside each.
//! Nothing is built when no input changed. It may not write outside `target/web`.

mod assets;
mod bind;
mod explorer;
mod inputs;

use std::fs;
use std::path::Path;

use anyhow::Context as _;

/// Builds the page of the checkout at `root`, unless it is already what its sources say.
pub fn build(root: &Path) -> anyhow::Result<()> {
    let work = root.join("target/web");
    let stamp = work.join("stamp");
    let wanted = inputs::hash(root).context("reading the sources of the page")?;
    let built = fs::read_to_string(&stamp).unwrap_or_default();
    if built == wanted && work.join("dist/index.html").is_file() {
        return Ok(());
    }

    println!("page: compiling to WebAssembly");
    let module = bind::compile(root, &work)?;
    println!("page: binding and compressing");
    let bound = bind::bind(&module, &work.join("bound"))?;
    let dist = work.join("dist");
    let size = assets::publish(&root.join("web"), &bound, &dist)?;
    println!(
        "page: {} KB to load the first page (brotli)",
        size.div_ceil(1024)
    );
    explorer::publish(&root.join("web/explorer"), &work, &dist.join("explorer"))?;

    fs::write(&stamp, wanted).context("writing the stamp of the page")
}
