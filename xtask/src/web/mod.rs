//! Builds the page into `target/web/dist`, which the server embeds.
//!
//! Compiles the crate `web` to WebAssembly in its own target directory (so that it never waits for the lock of the
//! host's build), splits it into what the first page needs and the chunks of other pages, binds it, names every asset by its content, and lays a brotli and a gzip copy beside each.
//! Nothing is built when no input changed. It may not write outside `target/web`.

mod assets;
mod bind;
mod explorer;
mod inputs;
mod split;

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

/// What the first page may load, compressed, in bytes.
const FIRST_PAGE_LIMIT: usize = 350 * 1024;

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
    println!("page: splitting, binding and compressing");
    let bound = bind::bind(&module, &work)?;
    let dist = work.join("dist");
    let sizes = assets::publish(&root.join("web"), &bound, &dist)?;
    let chunks: Vec<String> = sizes.chunks.iter().copied().map(kilobytes).collect();
    println!(
        "page: {} to load the first page, {} for others (brotli)",
        kilobytes(sizes.first),
        chunks.join(" + ")
    );
    ensure!(
        sizes.first <= FIRST_PAGE_LIMIT,
        "the first page may load {} (design.md § 12)",
        kilobytes(FIRST_PAGE_LIMIT)
    );
    explorer::publish(&root.join("web/explorer"), &work, &dist.join("explorer"))?;

    fs::write(&stamp, wanted).context("writing the stamp of the page")
}

fn kilobytes(bytes: usize) -> String {
    format!("{} KB", bytes.div_ceil(1024))
}
