//! What PostgreSQL says of its tables: columns, types, keys. Read once, at the start.

use diesel_async::AsyncPgConnection;
use serde::Deserialize;

use crate::{
    execute::statement::{self, Preparation, Text},
    metadata::QualifiedName,
};

/// The tables and views of a database.
#[derive(Debug, Clone, Default)]
pub struct Catalog(Vec<Relation>);

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
    /// Whether rows can be added.
    pub is_insertable: bool,
    /// Whether rows can be changed.
    pub is_updatable: bool,
    /// Whether rows can be removed.
    pub is_deletable: bool,
    /// The comment on it.
    pub comment: Option<String>,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// The columns of its primary key.
    pub primary_key: Option<Vec<String>>,
    /// Its foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
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
    /// Reads the catalog of a database.
    pub async fn read(conn: &mut AsyncPgConnection) -> Result<Self, CatalogError> {
        let text = statement::one(
            conn,
            &Text::constant(include_str!("catalog.sql")),
            &[],
            Preparation::Once,
        )
        .await?;
        Ok(Self(serde_json::from_str(&text)?))
    }

    /// The table or view of that name.
    pub fn relation(&self, name: &QualifiedName) -> Option<&Relation> {
        self.0
            .iter()
            .find(|relation| relation.schema == name.schema && relation.name == name.name)
    }
}
