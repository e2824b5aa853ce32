//! What the API exposes and to whom, in Hasura's metadata format version 3.
//!
//! These types mirror the YAML files and decide nothing; [`crate::model`] checks them against the catalog.

pub mod api_limits;
pub mod documents;
mod load;
pub mod opentelemetry;
pub mod query_tags;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

pub use load::{Directory, LoadError, load};

/// All tables of all sources, in the order of the files, and the roles made of others.
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    /// The tracked tables and views.
    pub tables: Vec<Table>,
    /// Roles that may do what others may.
    pub inherited_roles: Vec<InheritedRole>,
    /// Collections of documents, the allow-list, introspection.
    pub documents: documents::Documents,
    /// What roles may ask for.
    pub api_limits: api_limits::ApiLimits,
    /// What statements say of whom they are for; nothing unless asked for.
    pub query_tags: Option<query_tags::TagFormat>,
    /// Where traces are sent.
    pub opentelemetry: opentelemetry::OpenTelemetry,
    /// Sections present in the files that this engine does not serve, for one warning.
    pub unserved: Vec<String>,
}

/// A tracked table or view.
#[derive(Debug, Clone, Deserialize)]
pub struct Table {
    /// Where it is in PostgreSQL.
    pub table: QualifiedName,
    /// Whether its rows are the values of an enumeration.
    #[serde(default)]
    pub is_enum: bool,
    /// Names of its own.
    #[serde(default)]
    pub configuration: Configuration,
    /// Relationships to at most one row.
    #[serde(default)]
    pub object_relationships: Vec<Relationship>,
    /// Relationships to any number of rows.
    #[serde(default)]
    pub array_relationships: Vec<Relationship>,
    /// Who may read what.
    #[serde(default)]
    pub select_permissions: Vec<Permission<Select>>,
    /// Who may add what.
    #[serde(default)]
    pub insert_permissions: Vec<Permission<Insert>>,
    /// Who may change what.
    #[serde(default)]
    pub update_permissions: Vec<Permission<Update>>,
    /// Who may remove what.
    #[serde(default)]
    pub delete_permissions: Vec<Permission<Delete>>,
    /// Everything else that the file says of the table.
    #[serde(flatten)]
    pub others: BTreeMap<String, Value>,
}

/// Names that a table and its columns have in GraphQL instead of PostgreSQL's.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Configuration {
    /// The table's name.
    pub custom_name: Option<String>,
    /// The table's description.
    pub comment: Option<String>,
    /// The names of root fields, by what they do (`select`, `insert_one`).
    #[serde(default)]
    pub custom_root_fields: BTreeMap<String, RootFieldName>,
    /// What is said of columns.
    #[serde(default)]
    pub column_config: BTreeMap<String, ColumnConfiguration>,
    /// The names of columns, in the older spelling.
    #[serde(default)]
    pub custom_column_names: BTreeMap<String, String>,
}

/// The name of a root field, alone or with a comment.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum RootFieldName {
    /// The name; null is the usual one.
    Name(Option<String>),
    /// The name and more.
    Described {
        /// The name; none is the usual one.
        name: Option<String>,
        /// The description of the field.
        comment: Option<String>,
    },
}

/// What is said of a column.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ColumnConfiguration {
    /// Its name.
    pub custom_name: Option<String>,
    /// Its description.
    pub comment: Option<String>,
}

/// A role that may do what others may.
#[derive(Debug, Clone, Deserialize)]
pub struct InheritedRole {
    /// Its name.
    pub role_name: String,
    /// The roles it is made of.
    pub role_set: Vec<String>,
}

/// A schema and a name in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(from = "Name")]
pub struct QualifiedName {
    /// The schema, `public` unless given.
    pub schema: String,
    /// The table or view.
    pub name: String,
}

/// A name as metadata may write it: alone, or with its schema.
#[derive(Deserialize)]
#[serde(untagged)]
enum Name {
    Alone(String),
    Qualified {
        #[serde(default = "public")]
        schema: String,
        name: String,
    },
}

impl From<Name> for QualifiedName {
    fn from(name: Name) -> Self {
        match name {
            Name::Alone(name) => Self {
                schema: public(),
                name,
            },
            Name::Qualified { schema, name } => Self { schema, name },
        }
    }
}

impl std::fmt::Display for QualifiedName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}", self.schema, self.name)
    }
}

fn public() -> String {
    "public".to_owned()
}

/// A named way from one table to another.
#[derive(Debug, Clone, Deserialize)]
pub struct Relationship {
    /// The name of the field.
    pub name: String,
    /// What connects the rows.
    pub using: Using,
}

/// What connects the rows of a relationship.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Using {
    /// A foreign key of this table (columns) or of another one (columns and table).
    ForeignKeyConstraintOn(ForeignKey),
    /// Columns that need no foreign key.
    ManualConfiguration(Manual),
}

/// Which foreign key a relationship follows.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum ForeignKey {
    /// One column of this table.
    Column(String),
    /// Several columns of this table.
    Columns(Vec<String>),
    /// Columns of another table that point here.
    Remote(RemoteKey),
}

/// A foreign key of another table that points here.
#[derive(Debug, Clone, Deserialize)]
pub struct RemoteKey {
    /// The table that holds the key.
    pub table: QualifiedName,
    /// Its column, when there is one.
    pub column: Option<String>,
    /// Its columns, when there are several.
    #[serde(default)]
    pub columns: Vec<String>,
}

/// A relationship without a foreign key.
#[derive(Debug, Clone, Deserialize)]
pub struct Manual {
    /// The other table.
    pub remote_table: QualifiedName,
    /// Column here → column there.
    pub column_mapping: BTreeMap<String, String>,
    /// Which row a nested insert through an object relationship adds first; before unless given.
    pub insertion_order: Option<InsertionOrder>,
}

/// When a nested insert adds the other row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InsertionOrder {
    /// Before the row that holds the relationship.
    BeforeParent,
    /// After it.
    AfterParent,
}

/// A permission and the role it is for.
#[derive(Debug, Clone, Deserialize)]
pub struct Permission<T> {
    /// The role.
    pub role: String,
    /// What it may do.
    pub permission: T,
}

/// Either a list of columns or `'*'`.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Columns {
    /// `'*'`.
    All(String),
    /// Named columns.
    Some(Vec<String>),
}

impl Default for Columns {
    fn default() -> Self {
        Self::Some(Vec::new())
    }
}

/// Which rows and columns a role may read.
#[derive(Debug, Clone, Deserialize)]
pub struct Select {
    /// The readable columns.
    #[serde(default)]
    pub columns: Columns,
    /// Which rows.
    pub filter: Value,
    /// The most rows of one list.
    pub limit: Option<u32>,
    /// Whether the role may count them.
    #[serde(default)]
    pub allow_aggregations: bool,
    /// The root fields under `query_root`; all when not given.
    pub query_root_fields: Option<BTreeSet<SelectRoot>>,
    /// The root fields under `subscription_root`; all when not given.
    pub subscription_root_fields: Option<BTreeSet<SelectRoot>>,
}

/// A root field that reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SelectRoot {
    /// `T`
    Select,
    /// `T_by_pk`
    SelectByPk,
    /// `T_aggregate`
    SelectAggregate,
    /// `T_stream`
    SelectStream,
}

/// Which rows a role may add.
#[derive(Debug, Clone, Deserialize)]
pub struct Insert {
    /// What the new row must satisfy.
    pub check: Value,
    /// The columns that the role may give.
    #[serde(default = "all")]
    pub columns: Columns,
    /// Columns filled in by the server: literals or session variables.
    #[serde(default)]
    pub set: BTreeMap<String, Value>,
    /// Whether only requests of a backend may do it.
    #[serde(default)]
    pub backend_only: bool,
}

fn all() -> Columns {
    Columns::All("*".to_owned())
}

/// Which rows a role may change, and into what.
#[derive(Debug, Clone, Deserialize)]
pub struct Update {
    /// The columns that the role may change.
    #[serde(default)]
    pub columns: Columns,
    /// Which rows.
    pub filter: Value,
    /// What the changed row must satisfy.
    pub check: Option<Value>,
    /// Columns filled in by the server.
    #[serde(default)]
    pub set: BTreeMap<String, Value>,
    /// Whether only requests of a backend may do it.
    #[serde(default)]
    pub backend_only: bool,
}

/// Which rows a role may remove.
#[derive(Debug, Clone, Deserialize)]
pub struct Delete {
    /// Which rows.
    pub filter: Value,
    /// Whether only requests of a backend may do it.
    #[serde(default)]
    pub backend_only: bool,
}
