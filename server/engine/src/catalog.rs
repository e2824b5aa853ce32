//! What PostgreSQL says of its tables: columns, types, keys. Read once, at the start.

use std::collections::BTreeMap;

use diesel_async::AsyncPgConnection;
use serde::Deserialize;

use crate::{
    execute::statement::{self, Preparation, Text},
    metadata::{Metadata, QualifiedName},
    model::EnumValue,
};

/// The tables and views of a database, and the rows of those that are enumerations.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    relations: Vec<Relation>,
    enums: BTreeMap<QualifiedName, Vec<EnumValue>>,
}

/// A table or view.
#[derive(Debug, Clone, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an answer of PostgreSQL of its own"
)]
pub struct Relation {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Whether it is a view.
    pub is_view: bool,
    /// Whether its rows are in partitions.
    pub is_partitioned: bool,
    /// Whether rows can be added.
    pub is_insertable: bool,
    /// Whether rows can be changed.
    pub is_updatable: bool,
    /// Whether rows can be removed.
    pub is_deletable: bool,
    /// Whether a trigger may change rows before they are added.
    pub has_insert_triggers: bool,
    /// The comment on it.
    pub comment: Option<String>,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// The columns of its primary key.
    pub primary_key: Option<Vec<String>>,
    /// Its primary key and unique constraints; a unique index is none.
    pub unique_constraints: Vec<UniqueConstraint>,
    /// Its foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
}

/// A primary key or unique constraint.
#[derive(Debug, Clone, Deserialize)]
pub struct UniqueConstraint {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// Whether it is the primary key.
    pub is_primary: bool,
}

/// A column of a table or view.
#[derive(Debug, Clone, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The schema of its type.
    pub type_schema: String,
    /// The name of its type in `pg_type` (`int4`), the base type of a domain.
    pub type_name: String,
    /// The name of the element type, for an array.
    pub element: Option<String>,
    /// Whether its type, or that of its elements, is an enumeration.
    pub is_native_enum: bool,
    /// Its type as SQL writes it (`integer`, `text[]`).
    pub sql_type: String,
    /// Whether it may be null, as far as PostgreSQL knows.
    pub is_nullable: bool,
    /// Whether PostgreSQL alone may write it.
    pub is_generated: bool,
    /// The comment on it.
    pub comment: Option<String>,
}

/// A foreign key.
#[derive(Debug, Clone, Deserialize)]
pub struct ForeignKey {
    /// The name of the constraint.
    pub name: String,
    /// The schema it points to.
    pub schema: String,
    /// The table it points to.
    pub table: String,
    /// The columns here.
    pub columns: Vec<String>,
    /// The columns there, in the same order.
    pub remote_columns: Vec<String>,
}

/// Why the catalog could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The statement failed.
    #[error("the catalog of the database could not be read")]
    Database(#[from] diesel::result::Error),
    /// The answer is not what the statement promises.
    #[error("the catalog of the database could not be understood")]
    Shape(#[from] serde_json::Error),
}

impl Catalog {
    /// Reads the catalog of a database, and the values of the enum tables that the metadata names.
    pub async fn read(
        conn: &mut AsyncPgConnection,
        metadata: &Metadata,
    ) -> Result<Self, CatalogError> {
        let relations = json(conn, include_str!("catalog.sql")).await?;
        let mut catalog = Self {
            relations: serde_json::from_str(&relations)?,
            enums: BTreeMap::new(),
        };
        for table in metadata.tables.iter().filter(|table| table.is_enum) {
            if let Some(statement) = catalog.relation(&table.table).and_then(Relation::values) {
                let values = serde_json::from_str(&json(conn, &statement).await?)?;
                catalog.enums.insert(table.table.clone(), values);
            }
        }
        Ok(catalog)
    }

    /// The table or view of that name.
    pub fn relation(&self, name: &QualifiedName) -> Option<&Relation> {
        self.relations
            .iter()
            .find(|relation| relation.schema == name.schema && relation.name == name.name)
    }

    /// The values of an enum table; none when it has no key of one column.
    pub fn enum_values(&self, name: &QualifiedName) -> &[EnumValue] {
        self.enums.get(name).map_or(&[], Vec::as_slice)
    }
}

impl Relation {
    /// The statement that reads the values of an enum table: its key, and what its other column says of them.
    fn values(&self) -> Option<String> {
        let [key] = self.primary_key.as_deref()? else {
            return None;
        };
        let comment = self.columns.iter().find(|column| &column.name != key);
        let comment = comment.map_or("null".to_owned(), |column| quoted(&column.name));
        let key = quoted(key);
        let (schema, name) = (quoted(&self.schema), quoted(&self.name));
        Some(format!(
            "select coalesce(json_agg(json_build_object('value', {key}::text, 'comment', {comment}::text) \
             order by {key}), '[]')::text from {schema}.{name}"
        ))
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Runs a statement without binds that answers one JSON text.
async fn json(conn: &mut AsyncPgConnection, statement: &str) -> diesel::QueryResult<String> {
    statement::one(conn, &Text::constant(&[statement]), &[], Preparation::Once).await
}
