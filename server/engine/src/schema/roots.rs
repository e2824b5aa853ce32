//! The root fields of a table, and what each stands for.

use std::collections::BTreeSet;

use super::{RoleTypes, RoleView, connection, inputs, meta, outputs};
use crate::{
    metadata::SelectRoot,
    model::{Table, TableId},
};

/// A root field: a table and what is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootField {
    /// The table.
    pub table: TableId,
    /// What is done.
    pub kind: RootKind,
}

/// What a root field does with its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootKind {
    /// `T`: a list.
    List,
    /// `T_by_pk`: one row or null.
    ByKey,
    /// `T_connection`: a page of rows, by cursors.
    Connection,
    /// `T_stream`: rows as they come.
    Stream,
    /// `T_aggregate`: counts, with the counted rows.
    Aggregate,
    /// `insert_T`: adds rows.
    Insert,
    /// `insert_T_one`: adds a row.
    InsertOne,
    /// `update_T`: changes rows.
    Update,
    /// `update_T_by_pk`: changes a row.
    UpdateByKey,
    /// `update_T_many`: changes rows in several ways, one after the other.
    UpdateMany,
    /// `delete_T`: removes rows.
    Delete,
    /// `delete_T_by_pk`: removes a row.
    DeleteByKey,
}

pub(super) fn add(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    if table.selectable(view.role).is_none() {
        return;
    }
    let name = &table.name;
    let arguments = outputs::list_arguments(name);
    let list = Query {
        kind: RootKind::List,
        action: SelectRoot::Select,
        name: table.root_name("select", name.clone()),
        ty: format!("[{name}!]!"),
        arguments: arguments.clone(),
    };
    list.add(made, view, table);
    if view.can_aggregate(table) {
        let aggregate = Query {
            kind: RootKind::Aggregate,
            action: SelectRoot::SelectAggregate,
            name: table.root_name("select_aggregate", format!("{name}_aggregate")),
            ty: format!("{name}_aggregate!"),
            arguments,
        };
        aggregate.add(made, view, table);
    }
    let stream = Query {
        kind: RootKind::Stream,
        action: SelectRoot::SelectStream,
        name: table.root_name("select_stream", format!("{name}_stream")),
        ty: format!("[{name}!]!"),
        arguments: vec![
            meta::input("batch_size", "Int!"),
            meta::input("cursor", format!("[{name}_stream_cursor_input]!")),
            meta::input("where", format!("{name}_bool_exp")),
        ],
    };
    stream.add(made, view, table);
    if table.has_readable_key(view.role) {
        let by_key = Query {
            kind: RootKind::ByKey,
            action: SelectRoot::SelectByPk,
            name: table.root_name("select_by_pk", format!("{name}_by_pk")),
            ty: name.clone(),
            arguments: inputs::key_inputs(table),
        };
        by_key.add(made, view, table);
    }
    // A cursor holds the key, so nobody gets one who may not see the key.
    if table.has_shown_key(view.role) {
        let connection = Query {
            kind: RootKind::Connection,
            action: SelectRoot::Select,
            name: format!("{name}_connection"),
            ty: format!("{name}_connection!"),
            arguments: connection::arguments(name),
        };
        connection.add(made, view, table);
    }
}

/// A root field that reads: of queries, and live of subscriptions.
struct Query {
    kind: RootKind,
    action: SelectRoot,
    name: String,
    ty: String,
    arguments: Vec<meta::Input>,
}

impl Query {
    fn add(self, made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
        let Some(access) = table.selectable(view.role) else {
            return;
        };
        let allowed = |roots: &Option<BTreeSet<SelectRoot>>| {
            roots
                .as_ref()
                .is_none_or(|roots| roots.contains(&self.action))
        };
        let field = meta::field(&self.name, &self.ty, self.arguments.clone());
        if self.kind != RootKind::Stream && allowed(&access.query_roots) {
            made.query.insert(self.name.clone(), field.clone());
        }
        if allowed(&access.subscription_roots) {
            made.subscription.insert(self.name.clone(), field);
        }
        let root = RootField {
            table: table.id,
            kind: self.kind,
        };
        if made.roots.reading.insert(self.name.clone(), root).is_some() {
            made.clashes.push((table.id, self.name));
        }
    }
}
