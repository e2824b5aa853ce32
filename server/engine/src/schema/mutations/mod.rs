//! The mutation fields of a table: what each is called, takes and answers with.
//!
//! A field exists for a caller only when a permission allows it; a field that answers with a row exists only for a
//! role that may read the table.

mod inputs;

use super::{
    RoleTypes, RoleView,
    inputs::key_inputs,
    meta,
    roots::{RootField, RootKind},
};
use crate::model::Table;

pub(super) fn add(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    let takes_rows = table.insertable(view.caller).is_some() && inputs::takes_rows(view, table);
    let takes_changes = table.updatable(view.caller).is_some();
    let takes_removals = table.deletable(view.caller).is_some();
    if !(takes_rows || takes_changes || takes_removals) {
        return;
    }
    inputs::add(made, view, table);
    add_response(made, view, table);
    if takes_rows {
        add_inserts(made, view, table);
    }
    if takes_changes {
        add_updates(made, view, table);
    }
    if takes_removals {
        add_deletes(made, view, table);
    }
}

/// What fields answer with that write any number of rows; the rows only for whoever may read them.
fn add_response(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    let name = response(table);
    let mut fields = vec![meta::field("affected_rows", "Int!", [])];
    if table.selectable(view.role).is_some() {
        let rows = format!("[{}!]!", table.name);
        fields.push(meta::field("returning", &rows, []));
    }
    made.insert(meta::object(&name, None, fields));
}

fn response(table: &Table) -> String {
    format!("{}_mutation_response", table.name)
}

fn add_inserts(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    let name = &table.name;
    let conflict = inputs::conflict_argument(table);
    let mut arguments = vec![meta::input("objects", format!("[{name}_insert_input!]!"))];
    arguments.extend(conflict.clone());
    let field = table.root_name("insert", format!("insert_{name}"));
    mutation(
        made,
        table,
        RootKind::Insert,
        &field,
        &response(table),
        arguments,
    );
    if table.selectable(view.role).is_some() {
        let mut arguments = vec![meta::input("object", format!("{name}_insert_input!"))];
        arguments.extend(conflict);
        let field = table.root_name("insert_one", format!("insert_{name}_one"));
        mutation(made, table, RootKind::InsertOne, &field, name, arguments);
    }
}

fn add_updates(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    let name = &table.name;
    let operators = inputs::operator_inputs(view, table);
    let mut arguments = operators.clone();
    arguments.push(meta::input("at_most", "Int"));
    arguments.push(meta::input("where", format!("{name}_bool_exp!")));
    let field = table.root_name("update", format!("update_{name}"));
    mutation(
        made,
        table,
        RootKind::Update,
        &field,
        &response(table),
        arguments,
    );
    let arguments = vec![meta::input("updates", format!("[{name}_updates!]!"))];
    let field = table.root_name("update_many", format!("update_{name}_many"));
    let answer = format!("[{}]", response(table));
    mutation(
        made,
        table,
        RootKind::UpdateMany,
        &field,
        &answer,
        arguments,
    );
    if table.has_readable_key(view.role) {
        let mut arguments = operators;
        arguments.push(meta::input(
            "pk_columns",
            format!("{name}_pk_columns_input!"),
        ));
        let field = table.root_name("update_by_pk", format!("update_{name}_by_pk"));
        mutation(made, table, RootKind::UpdateByKey, &field, name, arguments);
    }
}

fn add_deletes(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    let name = &table.name;
    let arguments = vec![
        meta::input("at_most", "Int"),
        meta::input("where", format!("{name}_bool_exp!")),
    ];
    let field = table.root_name("delete", format!("delete_{name}"));
    mutation(
        made,
        table,
        RootKind::Delete,
        &field,
        &response(table),
        arguments,
    );
    if table.has_readable_key(view.role) {
        let field = table.root_name("delete_by_pk", format!("delete_{name}_by_pk"));
        let arguments = key_inputs(table);
        mutation(made, table, RootKind::DeleteByKey, &field, name, arguments);
    }
}

fn mutation(
    made: &mut RoleTypes,
    table: &Table,
    kind: RootKind,
    name: &str,
    answer: &str,
    arguments: Vec<meta::Input>,
) {
    made.mutation
        .insert(name.to_owned(), meta::field(name, answer, arguments));
    let root = RootField {
        table: table.id,
        kind,
    };
    if made.roots.writing.insert(name.to_owned(), root).is_some() {
        made.clashes.push((table.id, name.to_owned()));
    }
}
