//! Splits the linked module at the functions marked `wasm_split`: what only the pages behind one mark use becomes a
//! chunk of its own, which the browser fetches when somebody first goes there.
//!
//! The main module is bound afterwards; a chunk needs no glue, since it calls the main module's.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use wasm_split_cli_support::{Options, transform};

/// What the main module imports the loaders of the chunks from.
pub const LOADER: &str = "./loader.js";

/// What the linked module was split into.
pub struct Split {
    /// What is loaded first, still to be bound.
    pub main: PathBuf,
    /// The script that loads the others: it fetches each chunk by its file name.
    pub loader: String,
    /// The others, by file name.
    pub chunks: Vec<(String, Vec<u8>)>,
}

/// Splits a module that was linked with its relocations.
pub fn split(module: &Path, out: &Path) -> anyhow::Result<Split> {
    // Chunks of an earlier build must not be taken for chunks of this one.
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    let linked = fs::read(module).with_context(|| format!("reading {}", module.display()))?;
    let main = out.join("web.wasm");
    let mut options = Options::new(&linked);
    options.output_dir = out;
    options.main_out_path = &main;
    options.link_name = LOADER;
    let split = transform(options).map_err(|error| anyhow!("splitting the page: {error:#}"))?;
    let mut chunks = Vec::new();
    for path in split.split_modules {
        let name = path.file_name().context("a chunk without a name")?;
        chunks.push((
            name.to_string_lossy().into_owned(),
            without_names(&fs::read(&path)?).context("reading a chunk")?,
        ));
    }
    chunks.sort();
    Ok(Split {
        main,
        loader: fs::read_to_string(out.join(LOADER))?,
        chunks,
    })
}

/// A module without its custom sections, which are names for debuggers: each section is its kind, its length in LEB128,
/// and its content; kind 0 is custom (WebAssembly, § 5.5).
fn without_names(module: &[u8]) -> Option<Vec<u8>> {
    let (header, mut rest) = module.split_at_checked(8)?;
    let mut kept = header.to_vec();
    while let Some((kind, after_kind)) = rest.split_first() {
        let mut length = 0_usize;
        let mut digits = 0;
        for (place, byte) in after_kind.iter().enumerate().take(5) {
            length |= usize::from(byte & 0x7f) << (7 * place);
            digits = place + 1;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let (section, after) = rest.split_at_checked(1 + digits + length)?;
        if *kind != 0 {
            kept.extend_from_slice(section);
        }
        rest = after;
    }
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::without_names;

    #[test]
    fn only_custom_sections_are_left_out() {
        let header = *b"\0asm\x01\0\0\0";
        let code = [10, 0x83, 0, 7, 7, 7];
        let names = [0, 2, 1, b'n'];
        let module = [header.as_slice(), &names, &code, &names].concat();
        let wanted = [header.as_slice(), &code].concat();
        assert_eq!(without_names(&module), Some(wanted));
        assert_eq!(without_names(&[module, vec![0, 9]].concat()), None);
    }
}
