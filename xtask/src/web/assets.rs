//! Names each asset by its content, fills the names into `index.html`, and compresses everything.
//!
//! `index.html` is written last and old files are removed after it, so that a server reading the folder meanwhile
//! never serves a page whose assets are missing.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::bind::Bound;
use super::inputs::short_hash;

/// Compressed sizes, in bytes.
pub struct Sizes {
    /// What the first page loads.
    pub first: usize,
    /// Each chunk that other pages load.
    pub chunks: Vec<usize>,
}

/// Writes the page to `dist`.
pub fn publish(web: &Path, bound: &Bound, dist: &Path) -> anyhow::Result<Sizes> {
    let folder = dist.join("assets");
    fs::create_dir_all(&folder)?;
    let mut writer = Writer {
        folder: &folder,
        written: BTreeSet::new(),
        size: 0,
    };

    let mut script = bound.script.clone();
    let mut chunks = Vec::new();
    for (name, content) in &bound.chunks {
        let before = writer.size;
        let address = writer.asset("chunk.wasm", content)?;
        script = script.replace(&format!("\"./{name}\""), &format!("\"{address}\""));
        chunks.push(writer.size - before);
    }
    writer.size = 0;

    let module = writer.asset("web.wasm", &bound.module)?;
    let glue = writer.asset("web.js", script.as_bytes())?;
    let boot = fs::read_to_string(web.join("static/boot.js"))?
        .replace("@web.js@", &glue)
        .replace("@web.wasm@", &module);
    let boot = writer.asset("boot.js", boot.as_bytes())?;
    let theme = writer.asset("theme.js", &fs::read(web.join("static/theme.js"))?)?;
    let mark = writer.asset("mark.svg", &fs::read(web.join("static/mark.svg"))?)?;
    let style = writer.asset("page.css", style_sheet(&web.join("style"))?.as_bytes())?;

    let mut index = fs::read_to_string(web.join("index.html")).context("reading web/index.html")?;
    let names = [
        ("@web.wasm@", module),
        ("@web.js@", glue),
        ("@boot.js@", boot),
        ("@theme.js@", theme),
        ("@mark.svg@", mark),
        ("@page.css@", style),
    ];
    for (placeholder, name) in names {
        index = index.replace(placeholder, &name);
    }
    let Writer { written, size, .. } = writer;
    let first = size + write_compressed(&dist.join("index.html"), index.as_bytes())?;
    remove_others(&folder, &written)?;
    Ok(Sizes { first, chunks })
}

/// Writes a file and its brotli and gzip copies; returns the size of the brotli copy.
pub fn write_compressed(path: &Path, content: &[u8]) -> anyhow::Result<usize> {
    let mut packed = Vec::new();
    let parameters = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: content.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*content, &mut packed, &parameters)?;
    fs::write(with_suffix(path, ".br"), &packed)?;

    let mut zipped = GzEncoder::new(Vec::new(), Compression::best());
    zipped.write_all(content)?;
    fs::write(with_suffix(path, ".gz"), zipped.finish()?)?;

    fs::write(path, content).with_context(|| format!("writing {}", path.display()))?;
    Ok(packed.len())
}

struct Writer<'a> {
    folder: &'a Path,
    written: BTreeSet<String>,
    size: usize,
}

impl Writer<'_> {
    /// Writes an asset under a name made of its content; returns its address.
    fn asset(&mut self, name: &str, content: &[u8]) -> anyhow::Result<String> {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let name = format!("{stem}-{}.{extension}", short_hash(content));
        let address = format!("/assets/{name}");
        self.size += write_compressed(&self.folder.join(&name), content)?;
        for suffix in ["", ".br", ".gz"] {
            self.written.insert(format!("{name}{suffix}"));
        }
        Ok(address)
    }
}

/// All style files as one: the tokens first, because they declare the order of the layers.
fn style_sheet(folder: &Path) -> anyhow::Result<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "css") {
            files.push((!path.ends_with("tokens.css"), path));
        }
    }
    files.sort();
    let mut sheet = String::new();
    for (_, path) in files {
        sheet.push_str(&fs::read_to_string(path)?);
    }
    Ok(sheet)
}

fn with_suffix(path: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn remove_others(folder: &Path, kept: &BTreeSet<String>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !kept.contains(entry.file_name().to_string_lossy().as_ref()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
