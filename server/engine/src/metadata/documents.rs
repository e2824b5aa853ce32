//! Sections of the metadata that speak of documents: collections, the allow-list, introspection.

use std::collections::BTreeSet;

use serde::Deserialize;

/// What the metadata says of documents.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    /// Named collections of documents.
    pub collections: Vec<Collection>,
    /// The collections whose documents may be run when the allow-list is enforced.
    pub allow_list: Vec<Allowed>,
    /// Roles that may not ask what the schema is.
    pub introspection: Introspection,
}

/// A named collection of documents.
#[derive(Debug, Clone, Deserialize)]
pub struct Collection {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub definition: Definition,
}

/// The documents of a collection.
#[derive(Debug, Clone, Deserialize)]
pub struct Definition {
    /// The documents.
    #[serde(default)]
    pub queries: Vec<Document>,
}

/// A document.
#[derive(Debug, Clone, Deserialize)]
pub struct Document {
    /// Its text.
    pub query: String,
}

/// A collection in the allow-list.
#[derive(Debug, Clone, Deserialize)]
pub struct Allowed {
    /// The collection's name.
    pub collection: String,
    /// Who may run its documents.
    #[serde(default)]
    pub scope: Scope,
}

/// Who may run the documents of a collection.
#[derive(Debug, Clone, Deserialize)]
pub struct Scope {
    /// Whether everybody may.
    #[serde(default = "everybody")]
    pub global: bool,
    /// Who may, unless everybody does.
    #[serde(default)]
    pub roles: BTreeSet<String>,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            global: true,
            roles: BTreeSet::new(),
        }
    }
}

fn everybody() -> bool {
    true
}

/// Who may ask what the schema is.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Introspection {
    /// Roles that may not.
    #[serde(default)]
    pub disabled_for_roles: BTreeSet<String>,
}
