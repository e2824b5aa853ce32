//! The library of the golden cases: its tables, its rows and who may see them.

use std::path::Path;

use anyhow::Result;
use engine::metadata::Directory;

use crate::database::{Database, EMPTY};

/// Where the library is.
pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");

/// A database that holds the library.
pub async fn database(prefix: &str) -> Result<Database> {
    let database = Database::create(prefix, EMPTY, 4).await?;
    let schema = std::fs::read_to_string(format!("{FOLDER}/schema.sql"))?;
    database.run(&schema).await?;
    Ok(database)
}

/// The metadata of the library.
pub fn metadata() -> Result<Directory> {
    Ok(Directory::read(&Path::new(FOLDER).join("metadata"))?)
}
