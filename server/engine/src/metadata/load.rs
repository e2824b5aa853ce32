//! Reads a metadata directory as Hasura's command line exports it, `"!include …"` strings and all.
//!
//! Where the files come from (disk, or embedded in a binary) is the caller's choice.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    Metadata, Table, documents::Documents, opentelemetry::OpenTelemetry, query_tags::QueryTags,
};

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

    /// The same with these files, which take the place of those of the same name.
    #[must_use]
    pub fn with(mut self, files: impl IntoIterator<Item = (String, String)>) -> Self {
        self.0.extend(files);
        self
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
        // Of "yes", "on" and "y", Hasura's command line makes text.
        let options = serde_saphyr::options! { strict_booleans: true };
        let value = serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| malformed(path, &error.to_string()))?;
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
    kind: Option<String>,
    #[serde(default)]
    tables: Vec<Table>,
    #[serde(default)]
    query_tags: Option<QueryTags>,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

/// Keys of a source that say how Hasura reaches it, and nothing of what it exposes.
const CONNECTION: [&str; 2] = ["name", "configuration"];
/// The names that fields and types have unless a source says otherwise.
const NAMING: &str = "hasura-default";

/// Loads the metadata of a directory, as Hasura's command line exports it (version 3).
pub fn load(directory: &Directory) -> Result<Metadata, LoadError> {
    const DATABASES: &str = "databases/databases.yaml";
    require_version_three(directory)?;
    let sources: Vec<Source> = serde_json::from_value(directory.value(DATABASES)?)
        .map_err(|error| malformed(DATABASES, &error.to_string()))?;
    let mut unserved = BTreeSet::new();
    let (mut tables, mut query_tags) = (Vec::new(), None);
    for source in sources {
        if let Some(kind) = source.kind.filter(|kind| kind != "postgres") {
            unserved.insert(format!("sources of kind {kind}"));
            continue;
        }
        let others = source.others.iter();
        let others = others.filter(|(name, _)| !CONNECTION.contains(&name.as_str()));
        unserved.extend(others.filter(is_said).map(|(name, _)| name.clone()));
        if let Some(tags) = source.query_tags.filter(|tags| !tags.disabled) {
            query_tags.get_or_insert(tags.format);
            if !tags.omit_request_id {
                unserved.insert("request ids in query_tags".to_owned());
            }
        }
        for table in source.tables {
            let others = table.others.iter().filter(is_said);
            unserved.extend(others.map(|(name, _)| name.clone()));
            tables.push(table);
        }
    }
    for name in [
        "actions",
        "cron_triggers",
        "remote_schemas",
        "rest_endpoints",
    ] {
        if section(directory, name)?.is_some_and(|value| is_said(&(&name.to_owned(), &value))) {
            unserved.insert(name.to_owned());
        }
    }
    let opentelemetry: OpenTelemetry = parsed(directory, "opentelemetry")?;
    unserved.extend(opentelemetry.unserved());
    Ok(Metadata {
        tables,
        inherited_roles: parsed(directory, "inherited_roles")?,
        api_limits: parsed(directory, "api_limits")?,
        documents: Documents {
            collections: parsed(directory, "query_collections")?,
            allow_list: parsed(directory, "allow_list")?,
            introspection: parsed(directory, "graphql_schema_introspection")?,
        },
        query_tags,
        opentelemetry,
        unserved: unserved.into_iter().collect(),
    })
}

fn require_version_three(directory: &Directory) -> Result<(), LoadError> {
    let version = section(directory, "version")?.and_then(|value| value.get("version").cloned());
    match version {
        None => Ok(()),
        Some(version) if version == 3 => Ok(()),
        Some(version) => {
            let problem = format!("metadata of version {version}: export it as version 3");
            Err(malformed("version.yaml", &problem))
        }
    }
}

/// Whether a section says anything: `actions.yaml` has empty lists within an object when it does not.
fn is_said((name, value): &(&String, &Value)) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => members.iter().any(|member| is_said(&member)),
        Value::String(naming) if name.as_str() == "naming_convention" => naming != NAMING,
        _ => true,
    }
}

/// The file of a section at the top of the directory, if there is one.
fn section(directory: &Directory, name: &str) -> Result<Option<Value>, LoadError> {
    let path = format!("{name}.yaml");
    if directory.0.contains_key(&path) {
        directory.value(&path).map(Some)
    } else {
        Ok(None)
    }
}

/// The file of a section as a type; the default of the type without a file, or with an empty one.
fn parsed<T: DeserializeOwned + Default>(
    directory: &Directory,
    name: &str,
) -> Result<T, LoadError> {
    match section(directory, name)? {
        None | Some(Value::Null) => Ok(T::default()),
        Some(value) => serde_json::from_value(value)
            .map_err(|error| malformed(&format!("{name}.yaml"), &error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may end by a panic")]

    use super::{Directory, Metadata, load};
    use crate::metadata::{Columns, query_tags::TagFormat};

    #[test]
    fn words_that_once_meant_booleans_are_words() {
        let permission = "{role: n, permission: {columns: [no, y, on], filter: {}}}";
        let source = format!(
            "- {{name: default, tables: [{{table: t, select_permissions: [{permission}]}}]}}"
        );
        let file = ("databases/databases.yaml".to_owned(), source);
        let metadata = load(&Directory::new([file])).unwrap();
        let permission = &metadata
            .tables
            .first()
            .unwrap()
            .select_permissions
            .first()
            .unwrap();
        assert_eq!(permission.role, "n");
        assert!(matches!(
            &permission.permission.columns,
            Columns::Some(names) if names == &["no", "y", "on"]
        ));
    }

    /// The metadata of a source of which this is said.
    fn source(said: &str) -> Metadata {
        let source = format!("- {{name: default, tables: [], {said}}}");
        let file = ("databases/databases.yaml".to_owned(), source);
        load(&Directory::new([file])).unwrap()
    }

    fn unserved(customization: &str) -> Vec<String> {
        source(&format!("customization: {customization}")).unserved
    }

    #[test]
    fn query_tags_are_those_that_a_source_asks_for_without_the_request() {
        let tags = |said| (source(said).query_tags, source(said).unserved.len());
        assert_eq!(tags("kind: postgres"), (None, 0));
        assert_eq!(tags("query_tags: {disabled: true}"), (None, 0));
        let standard = Some(TagFormat::Standard);
        assert_eq!(tags("query_tags: {disabled: false}"), (standard, 0));
        assert_eq!(tags("query_tags: {omit_request_id: false}"), (standard, 1));
        assert_eq!(
            tags("query_tags: {format: sqlcommenter, omit_request_id: true}"),
            (Some(TagFormat::Sqlcommenter), 0)
        );
    }

    #[test]
    fn what_is_sent_elsewhere_than_traces_by_http_is_told_as_not_served() {
        let unserved = |said: &str| {
            let sources = ("databases/databases.yaml".to_owned(), "[]".to_owned());
            let told = ("opentelemetry.yaml".to_owned(), said.to_owned());
            load(&Directory::new([sources, told])).unwrap().unserved
        };
        let all = "data_types: [traces, metrics, logs]";
        assert!(unserved(&format!("{{status: disabled, {all}}}")).is_empty());
        assert!(unserved("{status: enabled, data_types: [traces]}").is_empty());
        assert_eq!(
            unserved(&format!("{{status: enabled, {all}}}")),
            ["opentelemetry logs", "opentelemetry metrics"]
        );
        let grpc = "{status: enabled, exporter_otlp: {protocol: grpc}}";
        assert_eq!(unserved(grpc).len(), 1);
    }

    #[test]
    fn names_that_a_source_changes_are_told_as_not_served() {
        assert!(unserved("{}").is_empty());
        assert!(unserved("{naming_convention: hasura-default, root_fields: {}}").is_empty());
        for changed in [
            "{root_fields: {prefix: a_}}",
            "{naming_convention: graphql-default}",
        ] {
            assert_eq!(unserved(changed), ["customization"], "{changed}");
        }
    }
}
