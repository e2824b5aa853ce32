//! Reads a metadata directory as Hasura's command line exports it, `"!include …"` strings and all.
//!
//! Where the files come from (disk, or embedded in a binary) is the caller's choice.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;
use serde_json::Value;

use super::{Metadata, Table};

/// The text of each file by its path in the directory, with `/` between folders.
#[derive(Debug, Clone, Default)]
pub struct Directory(BTreeMap<String, String>);

/// Why a directory could not be read as metadata.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file or folder could not be read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is named but not there.
    #[error("{0}: no such file in the metadata directory")]
    Missing(String),
    /// A file is not YAML, or not of the expected shape.
    #[error("{path}: {message}")]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong in it.
        message: String,
    },
}

impl Directory {
    /// Files that the caller holds already.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(files.into_iter().collect())
    }

    /// Every YAML file below `root`.
    pub fn read(root: &Path) -> Result<Self, LoadError> {
        let mut files = BTreeMap::new();
        let mut pending = vec![root.to_path_buf()];
        while let Some(folder) = pending.pop() {
            let failed = |source| LoadError::Io {
                path: folder.display().to_string(),
                source,
            };
            for entry in std::fs::read_dir(&folder).map_err(failed)? {
                let path = entry.map_err(failed)?.path();
                if path.is_dir() {
                    pending.push(path);
                } else if path
                    .extension()
                    .is_some_and(|extension| extension == "yaml")
                {
                    let text = std::fs::read_to_string(&path).map_err(|source| LoadError::Io {
                        path: path.display().to_string(),
                        source,
                    })?;
                    let name = path.strip_prefix(root).unwrap_or(&path);
                    files.insert(name.display().to_string(), text);
                }
            }
        }
        Ok(Self(files))
    }

    /// A file as JSON, with every include in its place.
    fn value(&self, path: &str) -> Result<Value, LoadError> {
        let text = self
            .0
            .get(path)
            .ok_or_else(|| LoadError::Missing(path.to_owned()))?;
        let value =
            serde_saphyr::from_str(text).map_err(|error| malformed(path, &error.to_string()))?;
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.included(value, folder)
    }

    fn included(&self, value: Value, folder: &str) -> Result<Value, LoadError> {
        match value {
            Value::String(text) => match text.strip_prefix("!include ") {
                Some(name) if folder.is_empty() => self.value(name.trim()),
                Some(name) => self.value(&format!("{folder}/{}", name.trim())),
                None => Ok(Value::String(text)),
            },
            Value::Array(items) => items
                .into_iter()
                .map(|item| self.included(item, folder))
                .collect(),
            Value::Object(members) => members
                .into_iter()
                .map(|(key, value)| Ok((key, self.included(value, folder)?)))
                .collect(),
            other => Ok(other),
        }
    }
}

fn malformed(path: &str, message: &str) -> LoadError {
    LoadError::Malformed {
        path: path.to_owned(),
        message: message.to_owned(),
    }
}

#[derive(Deserialize)]
struct Source {
    #[serde(default)]
    tables: Vec<Table>,
    #[serde(default)]
    functions: Vec<Value>,
}

/// Loads the metadata of a directory.
pub fn load(directory: &Directory) -> Result<Metadata, LoadError> {
    const DATABASES: &str = "databases/databases.yaml";
    let sources: Vec<Source> = serde_json::from_value(directory.value(DATABASES)?)
        .map_err(|error| malformed(DATABASES, &error.to_string()))?;
    let mut metadata = Metadata::default();
    for source in sources {
        metadata.tables.extend(source.tables);
        if !source.functions.is_empty() {
            metadata.unserved.push("functions".to_owned());
        }
    }
    for name in [
        "remote_schemas",
        "cron_triggers",
        "rest_endpoints",
        "inherited_roles",
    ] {
        let path = format!("{name}.yaml");
        let is_used = directory.0.contains_key(&path)
            && directory
                .value(&path)?
                .as_array()
                .is_some_and(|items| !items.is_empty());
        if is_used {
            metadata.unserved.push(name.to_owned());
        }
    }
    Ok(metadata)
}
