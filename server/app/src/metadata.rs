//! What the API exposes and to whom: `server/metadata`, embedded in the binary.

use engine::metadata::{Directory, LoadError, Metadata, load};
use include_dir::{Dir, DirEntry, include_dir};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../metadata");

/// The embedded metadata.
pub fn embedded() -> Result<Metadata, LoadError> {
    let mut files = Vec::new();
    collect(&FILES, &mut files);
    load(&Directory::new(files))
}

fn collect(folder: &Dir<'_>, files: &mut Vec<(String, String)>) {
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(folder) => collect(folder, files),
            DirEntry::File(file) => {
                if let Some(text) = file.contents_utf8() {
                    files.push((file.path().display().to_string(), text.to_owned()));
                }
            }
        }
    }
}
