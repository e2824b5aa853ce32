//! What a role may do with a table.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Bind, Cell, ColumnId, Predicate};
use crate::metadata::SelectRoot;

/// What a role may do with a table.
#[derive(Debug, Clone, Default, PartialEq)]
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
#[derive(Debug, Clone, PartialEq)]
pub struct SelectAccess {
    /// The readable columns, and the rows that show them where not all do.
    pub columns: BTreeMap<ColumnId, Option<Arc<Predicate>>>,
    /// Which rows.
    pub filter: Predicate,
    /// The most rows of one list.
    pub limit: Option<u32>,
    /// Whether rows may be counted.
    pub can_aggregate: bool,
    /// The root fields of queries; all when not given.
    pub query_roots: Option<BTreeSet<SelectRoot>>,
    /// The root fields of subscriptions; all when not given.
    pub subscription_roots: Option<BTreeSet<SelectRoot>>,
}

impl SelectAccess {
    /// The column as this access shows it, if it does.
    pub fn cell(&self, column: ColumnId) -> Option<Cell> {
        let visible = self.columns.get(&column)?.clone();
        Some(Cell { column, visible })
    }
}

/// Which rows may be added.
#[derive(Debug, Clone, PartialEq)]
pub struct InsertAccess {
    /// The columns that a client may give.
    pub columns: BTreeSet<ColumnId>,
    /// What the new row must satisfy.
    pub check: Predicate,
    /// The check as the metadata writes it.
    pub rule: serde_json::Value,
    /// Columns that the server fills in.
    pub presets: Vec<(ColumnId, Bind)>,
    /// Whether only requests of a backend may add rows.
    pub is_backend_only: bool,
}

/// Which rows may be changed, and into what.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateAccess {
    /// The columns that a client may change.
    pub columns: BTreeSet<ColumnId>,
    /// Which rows.
    pub filter: Predicate,
    /// What the changed row must satisfy.
    pub check: Predicate,
    /// The check as the metadata writes it; `None` when it has none.
    pub rule: Option<serde_json::Value>,
    /// Columns that the server fills in.
    pub presets: Vec<(ColumnId, Bind)>,
    /// Whether only requests of a backend may change rows.
    pub is_backend_only: bool,
}

/// Which rows may be removed.
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteAccess {
    /// Which rows.
    pub filter: Predicate,
    /// Whether only requests of a backend may remove rows.
    pub is_backend_only: bool,
}

/// Who asks, as far as permissions know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller<'a> {
    /// The role.
    pub role: &'a str,
    /// Whether permissions that are `backend_only` count.
    pub is_backend: bool,
}
