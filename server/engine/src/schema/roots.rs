//! The root fields of a table, and what each stands for.

use super::{RoleTypes, RoleView, inputs, meta, outputs};
use crate::model::{Table, TableId};

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
    /// `T_aggregate`: counts, with the counted rows.
    Aggregate,
    /// `insert_T_one`: adds a row.
    InsertOne,
    /// `update_T_by_pk`: changes a row.
    UpdateByKey,
    /// `delete_T_by_pk`: removes a row.
    DeleteByKey,
}

pub(super) fn add(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    if table.selectable(view.role).is_none() {
        return;
    }
    let name = &table.name;
    let has_key = table.has_readable_key(view.role);
    let arguments = outputs::list_arguments(name);
    query(
        made,
        table,
        RootKind::List,
        name.clone(),
        &format!("[{name}!]!"),
        arguments.clone(),
    );
    if view.can_aggregate(table) {
        let field = format!("{name}_aggregate");
        query(
            made,
            table,
            RootKind::Aggregate,
            field.clone(),
            &format!("{field}!"),
            arguments,
        );
    }
    if has_key {
        let arguments = inputs::key_inputs(table);
        query(
            made,
            table,
            RootKind::ByKey,
            format!("{name}_by_pk"),
            name,
            arguments,
        );
    }
    let Some(access) = table.access(view.role) else {
        return;
    };
    if access
        .insert
        .as_ref()
        .is_some_and(|access| !access.columns.is_empty())
    {
        let arguments = vec![meta::input("object", format!("{name}_insert_input!"))];
        mutation(
            made,
            table,
            RootKind::InsertOne,
            format!("insert_{name}_one"),
            arguments,
        );
    }
    if has_key
        && access
            .update
            .as_ref()
            .is_some_and(|access| !access.columns.is_empty())
    {
        let arguments = vec![
            meta::input("_set", format!("{name}_set_input")),
            meta::input("pk_columns", format!("{name}_pk_columns_input!")),
        ];
        mutation(
            made,
            table,
            RootKind::UpdateByKey,
            format!("update_{name}_by_pk"),
            arguments,
        );
    }
    if has_key && access.delete.is_some() {
        let arguments = inputs::key_inputs(table);
        mutation(
            made,
            table,
            RootKind::DeleteByKey,
            format!("delete_{name}_by_pk"),
            arguments,
        );
    }
}

fn query(
    made: &mut RoleTypes,
    table: &Table,
    kind: RootKind,
    name: String,
    ty: &str,
    arguments: Vec<meta::Input>,
) {
    made.query
        .insert(name.clone(), meta::field(&name, ty, arguments));
    made.roots.insert(
        name,
        RootField {
            table: table.id,
            kind,
        },
    );
}

fn mutation(
    made: &mut RoleTypes,
    table: &Table,
    kind: RootKind,
    name: String,
    arguments: Vec<meta::Input>,
) {
    made.mutation
        .insert(name.clone(), meta::field(&name, &table.name, arguments));
    made.roots.insert(
        name,
        RootField {
            table: table.id,
            kind,
        },
    );
}
