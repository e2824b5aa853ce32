//! Metadata and catalog resolved against each other: the one description that every later stage reads.
//!
//! Ids are positions in the vectors of this model and are made nowhere else. Names are looked up while a model or
//! a plan is built, never while a statement runs.

mod access;
mod bind;
mod build;
mod function;
mod operator;
mod predicate;
mod scalar;
mod update;

use std::collections::{BTreeMap, BTreeSet};

pub use access::{Access, Caller, DeleteAccess, InsertAccess, SelectAccess, UpdateAccess};
pub use bind::{Bind, Source, Value, VariablePath, array_literal};
pub(crate) use build::is_graphql_name;
pub use build::{Execution, Inconsistencies, Inconsistency, Options};
pub use function::{ColumnFunction, Function};
pub use operator::Operator;
pub use predicate::{Cell, Operand, Predicate, RelatedValue};
pub use scalar::{Kind, Scalar};
pub use update::UpdateOperator;

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
    /// Whether it is a view.
    pub is_view: bool,
    /// The values of an enum table.
    pub enum_values: Option<Vec<EnumValue>>,
    root_names: BTreeMap<String, String>,
    columns: Vec<Column>,
    /// The columns of its primary key; empty without one.
    pub primary_key: Vec<ColumnId>,
    /// Its primary key and unique constraints.
    pub unique_constraints: Vec<UniqueConstraint>,
    /// Whether its rows are in partitions, of which PostgreSQL does not tell when a row was added.
    pub is_partitioned: bool,
    /// Whether rows are added just as they are given, but for defaults.
    pub keeps_given_values: bool,
    /// Its relationships, by name.
    pub relationships: BTreeMap<String, Relationship>,
    access: BTreeMap<String, Access>,
}

/// A value of an enum table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct EnumValue {
    /// The value.
    pub value: String,
    /// What it means.
    pub comment: Option<String>,
}

/// A primary key or unique constraint, by whose name an insert says what to do about a conflict.
#[derive(Debug, Clone)]
pub struct UniqueConstraint {
    /// Its name in PostgreSQL.
    pub name: String,
    /// Its columns.
    pub columns: Vec<ColumnId>,
    /// Whether it is the primary key.
    pub is_primary: bool,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its id in its table.
    pub id: ColumnId,
    /// Its name in GraphQL.
    pub name: String,
    /// Its name in PostgreSQL.
    pub sql_name: String,
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
    /// Whether a nested insert adds the other rows after this one, as their key is taken from here.
    pub is_inserted_after: bool,
    /// Column here, column there.
    pub mapping: Vec<(ColumnId, ColumnId)>,
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

    /// Whether some permission of a role is `backend_only`.
    pub fn has_backend_only(&self, role: &str) -> bool {
        self.tables.iter().any(|table| table.has_backend_only(role))
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

    /// The column of a name in GraphQL.
    pub fn column_named(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The column of a name in PostgreSQL, which is how metadata names columns.
    pub fn sql_column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.sql_name == name)
    }

    /// The name of the root field that does `action` (`select`, `insert_one`), `usual` unless it has one of its own.
    pub fn root_name(&self, action: &str, usual: String) -> String {
        self.root_names.get(action).cloned().unwrap_or(usual)
    }

    /// What a role may do here; `None` when nothing.
    pub fn access(&self, role: &str) -> Option<&Access> {
        self.access.get(role)
    }

    /// What a role may read here; `None` when nothing.
    pub fn selectable(&self, role: &str) -> Option<&SelectAccess> {
        self.access(role)?.select.as_ref()
    }

    /// What a caller may add here; `None` when nothing.
    pub fn insertable(&self, caller: Caller<'_>) -> Option<&InsertAccess> {
        let access = self.access(caller.role)?.insert.as_ref()?;
        (caller.is_backend || !access.is_backend_only).then_some(access)
    }

    /// What a caller may change here; `None` when nothing.
    pub fn updatable(&self, caller: Caller<'_>) -> Option<&UpdateAccess> {
        let access = self.access(caller.role)?.update.as_ref()?;
        (caller.is_backend || !access.is_backend_only).then_some(access)
    }

    /// What a caller may remove here; `None` when nothing.
    pub fn deletable(&self, caller: Caller<'_>) -> Option<&DeleteAccess> {
        let access = self.access(caller.role)?.delete.as_ref()?;
        (caller.is_backend || !access.is_backend_only).then_some(access)
    }

    /// Whether some permission of a role is `backend_only`.
    pub fn has_backend_only(&self, role: &str) -> bool {
        self.access(role).is_some_and(|access| {
            access.insert.as_ref().is_some_and(|it| it.is_backend_only)
                || access.update.as_ref().is_some_and(|it| it.is_backend_only)
                || access.delete.as_ref().is_some_and(|it| it.is_backend_only)
        })
    }

    /// The column of a name as a role sees it, if it does.
    pub fn readable_column(&self, role: &str, name: &str) -> Option<(&Column, Cell)> {
        let column = self.column_named(name)?;
        let cell = self.selectable(role)?.cell(column.id)?;
        Some((column, cell))
    }

    /// Whether every row that a role sees shows it the primary key.
    pub fn has_shown_key(&self, role: &str) -> bool {
        !self.primary_key.is_empty()
            && self.selectable(role).is_some_and(|access| {
                let mut cells = self.primary_key.iter().map(|column| access.cell(*column));
                cells.all(|cell| cell.is_some_and(|cell| cell.visible.is_none()))
            })
    }

    /// Whether a role may name one row by its primary key.
    pub fn has_readable_key(&self, role: &str) -> bool {
        !self.primary_key.is_empty()
            && self.selectable(role).is_some_and(|access| {
                self.primary_key
                    .iter()
                    .all(|column| access.columns.contains_key(column))
            })
    }
}
