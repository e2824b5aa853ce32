//! Metadata and catalog resolved against each other: the one description that every later stage reads.
//!
//! Ids are positions in the vectors of this model and are made nowhere else. Names are looked up while a model or
//! a plan is built, never while a statement runs.

mod build;
mod permission;
mod predicate;
mod scalar;

use std::collections::{BTreeMap, BTreeSet};

pub use build::{Inconsistencies, Inconsistency, Options};
pub use predicate::{Bind, Operator, Predicate, Source, Value, VariablePath, array_literal};
pub use scalar::Scalar;

use crate::metadata::QualifiedName;

/// A table of a [`Model`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId(usize);

/// A column of a [`Table`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnId(usize);

/// All tracked tables.
#[derive(Debug, Clone)]
pub struct Model {
    tables: Vec<Table>,
}

/// A tracked table or view.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its id.
    pub id: TableId,
    /// Its name in GraphQL.
    pub name: String,
    /// Where it is in PostgreSQL.
    pub relation: QualifiedName,
    /// The comment on it.
    pub comment: Option<String>,
    columns: Vec<Column>,
    /// The columns of its primary key; empty without one.
    pub primary_key: Vec<ColumnId>,
    /// Its relationships, by name.
    pub relationships: BTreeMap<String, Relationship>,
    access: BTreeMap<String, Access>,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its id in its table.
    pub id: ColumnId,
    /// Its name.
    pub name: String,
    /// Its GraphQL type.
    pub scalar: Scalar,
    /// Its SQL type.
    pub sql_type: String,
    /// Whether it may be null.
    pub is_nullable: bool,
    /// Whether PostgreSQL alone may write it.
    pub is_generated: bool,
    /// The comment on it.
    pub comment: Option<String>,
}

/// A named way from one table to another.
#[derive(Debug, Clone)]
pub struct Relationship {
    /// The name of the field.
    pub name: String,
    /// The other table.
    pub target: TableId,
    /// Whether it leads to any number of rows, not to at most one.
    pub is_array: bool,
    /// Whether an object relationship may lead nowhere, rules aside.
    pub is_nullable: bool,
    /// Column here, column there.
    pub mapping: Vec<(ColumnId, ColumnId)>,
}

/// What a role may do with a table.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Reading.
    pub select: Option<SelectAccess>,
    /// Adding.
    pub insert: Option<InsertAccess>,
    /// Changing.
    pub update: Option<UpdateAccess>,
    /// Removing.
    pub delete: Option<DeleteAccess>,
}

/// Which rows and columns may be read.
#[derive(Debug, Clone)]
pub struct SelectAccess {
    /// The readable columns.
    pub columns: BTreeSet<ColumnId>,
    /// Which rows.
    pub filter: Predicate,
    /// The most rows of one list.
    pub limit: Option<u32>,
    /// Whether rows may be counted.
    pub can_aggregate: bool,
}

/// Which rows may be added.
#[derive(Debug, Clone)]
pub struct InsertAccess {
    /// The columns that a client may give.
    pub columns: BTreeSet<ColumnId>,
    /// What the new row must satisfy.
    pub check: Predicate,
    /// Columns that the server fills in.
    pub presets: Vec<(ColumnId, Bind)>,
}

/// Which rows may be changed, and into what.
#[derive(Debug, Clone)]
pub struct UpdateAccess {
    /// The columns that a client may change.
    pub columns: BTreeSet<ColumnId>,
    /// Which rows.
    pub filter: Predicate,
    /// What the changed row must satisfy.
    pub check: Predicate,
    /// Columns that the server fills in.
    pub presets: Vec<(ColumnId, Bind)>,
}

/// Which rows may be removed.
#[derive(Debug, Clone)]
pub struct DeleteAccess {
    /// Which rows.
    pub filter: Predicate,
}

impl Model {
    /// All tables, in the order of the metadata.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.iter()
    }

    /// The table of an id.
    #[expect(clippy::indexing_slicing, reason = "ids are made by this model only")]
    pub fn table(&self, id: TableId) -> &Table {
        &self.tables[id.0]
    }

    /// The table of a GraphQL name.
    pub fn table_named(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// Every role that some permission names, and the administrator.
    pub fn roles(&self) -> BTreeSet<&str> {
        self.tables
            .iter()
            .flat_map(|table| table.access.keys())
            .map(String::as_str)
            .collect()
    }
}

impl Table {
    /// All columns, in order.
    pub fn columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter()
    }

    /// The column of an id.
    #[expect(clippy::indexing_slicing, reason = "ids are made by this table only")]
    pub fn column(&self, id: ColumnId) -> &Column {
        &self.columns[id.0]
    }

    /// The column of a name.
    pub fn column_named(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// What a role may do here; `None` when nothing.
    pub fn access(&self, role: &str) -> Option<&Access> {
        self.access.get(role)
    }

    /// What a role may read here; `None` when nothing.
    pub fn selectable(&self, role: &str) -> Option<&SelectAccess> {
        self.access(role)?.select.as_ref()
    }

    /// The column of a name, if a role may read it.
    pub fn readable_column(&self, role: &str, name: &str) -> Option<&Column> {
        let access = self.selectable(role)?;
        self.column_named(name)
            .filter(|column| access.columns.contains(&column.id))
    }

    /// Whether a role may name one row by its primary key.
    pub fn has_readable_key(&self, role: &str) -> bool {
        !self.primary_key.is_empty()
            && self.selectable(role).is_some_and(|access| {
                self.primary_key
                    .iter()
                    .all(|column| access.columns.contains(column))
            })
    }
}
