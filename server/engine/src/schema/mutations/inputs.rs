//! What mutation fields take: rows, what to do about conflicts, and the operators of updates.

use std::collections::BTreeSet;

use super::super::{RoleTypes, RoleView, inputs::key_inputs, meta};
use crate::model::{Column, ColumnId, Kind, Relationship, Scalar, Table, UpdateOperator};

/// A member of an enumeration that would otherwise have none; it may not be used.
const PLACEHOLDER: &str = "_PLACEHOLDER";

pub(super) fn add(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    for column in table.columns() {
        let is_ours = column.scalar.kind == Kind::EnumTable;
        if !is_ours && !Scalar::is_built_in(&column.scalar.name) {
            made.insert(meta::scalar(&column.scalar.name));
        }
    }
    if table.insertable(view.caller).is_some() {
        add_rows(made, view, table);
    }
    if table.updatable(view.caller).is_some() {
        add_changes(made, view, table);
    }
}

/// Whether a row that is added can be given anything at all.
pub(super) fn takes_rows(view: &RoleView<'_>, table: &Table) -> bool {
    !row_inputs(view, table).is_empty()
}

/// The argument that says what to do about a conflict, for a table that has constraints.
pub(super) fn conflict_argument(table: &Table) -> Option<meta::Input> {
    let name = format!("{}_on_conflict", table.name);
    (constraints(table).next().is_some()).then(|| meta::input("on_conflict", name))
}

/// The operators of an update that some changeable column has.
pub(super) fn operator_inputs(view: &RoleView<'_>, table: &Table) -> Vec<meta::Input> {
    UpdateOperator::ALL
        .into_iter()
        .filter(|operator| {
            changeable(view, table).any(|column| operator.applies_to(&column.scalar))
        })
        .map(|operator| meta::input(operator.graphql(), operator_type(table, operator)))
        .collect()
}

fn operator_type(table: &Table, operator: UpdateOperator) -> String {
    format!("{}{}_input", table.name, operator.graphql())
}

fn add_rows(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    let name = &table.name;
    let row = format!("{name}_insert_input");
    made.insert_input(&row, row_inputs(view, table));
    let conflict = conflict_argument(table);
    let with_conflict = |data: String| {
        let data = meta::input("data", data);
        std::iter::once(data).chain(conflict.clone()).collect()
    };
    let one = format!("{name}_obj_rel_insert_input");
    made.insert_input(&one, with_conflict(format!("{row}!")));
    let many = format!("{name}_arr_rel_insert_input");
    made.insert_input(&many, with_conflict(format!("[{row}!]!")));
    if conflict.is_some() {
        add_conflict(made, view, table);
    }
}

fn add_conflict(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    let name = &table.name;
    let constraint = format!("{name}_constraint");
    let names = constraints(table).map(str::to_owned);
    made.insert(meta::enumeration(&constraint, names));
    let update_column = format!("{name}_update_column");
    let mut columns: Vec<String> = changeable(view, table)
        .map(|column| column.name.clone())
        .collect();
    if columns.is_empty() {
        columns.push(PLACEHOLDER.to_owned());
    }
    made.insert(meta::enumeration(&update_column, columns));
    let conflict = format!("{name}_on_conflict");
    let fields = [
        meta::input("constraint", format!("{constraint}!")),
        meta::input("update_columns", format!("[{update_column}!]!")),
        meta::input("where", format!("{name}_bool_exp")),
    ];
    let ty = meta::input_object(&conflict, fields);
    made.insert(meta::with_default(ty, "update_columns", "[]"));
}

/// The names of constraints that GraphQL can say.
fn constraints(table: &Table) -> impl Iterator<Item = &str> {
    table
        .unique_constraints
        .iter()
        .map(|constraint| constraint.name.as_str())
        .filter(|name| crate::model::is_graphql_name(name))
}

/// The columns and relationships that a new row may be given.
fn row_inputs(view: &RoleView<'_>, table: &Table) -> Vec<meta::Input> {
    let Some(access) = table.insertable(view.caller) else {
        return Vec::new();
    };
    let columns = given(table, &access.columns)
        .map(|column| meta::input(&column.name, column.scalar.type_name()));
    let relationships = table
        .relationships
        .values()
        .filter_map(|relationship| relationship_input(view, relationship));
    columns.chain(relationships).collect()
}

/// A relationship through which rows can be added to the other table.
fn relationship_input(view: &RoleView<'_>, relationship: &Relationship) -> Option<meta::Input> {
    let target = view.model.table(relationship.target);
    let access = target.insertable(view.caller)?;
    if access.columns.is_empty() {
        return None;
    }
    let kind = if relationship.is_array { "arr" } else { "obj" };
    let ty = format!("{}_{kind}_rel_insert_input", target.name);
    Some(meta::input(&relationship.name, ty))
}

fn add_changes(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    let name = &table.name;
    for operator in UpdateOperator::ALL {
        let fields = changeable(view, table)
            .filter(|column| operator.applies_to(&column.scalar))
            .map(|column| {
                let ty = operator.operand(&column.scalar);
                meta::input(&column.name, ty)
            })
            .collect();
        made.insert_input(&operator_type(table, operator), fields);
    }
    let mut fields = operator_inputs(view, table);
    fields.push(meta::input("where", format!("{name}_bool_exp!")));
    made.insert_input(&format!("{name}_updates"), fields);
    made.insert_input(&format!("{name}_pk_columns_input"), key_inputs(table));
}

/// The columns that the caller may change.
fn changeable<'a>(view: &RoleView<'a>, table: &'a Table) -> impl Iterator<Item = &'a Column> {
    let columns = table.updatable(view.caller).map(|access| &access.columns);
    table
        .columns()
        .filter(move |column| columns.is_some_and(|columns| columns.contains(&column.id)))
}

fn given<'a>(table: &'a Table, columns: &BTreeSet<ColumnId>) -> impl Iterator<Item = &'a Column> {
    table
        .columns()
        .filter(|column| columns.contains(&column.id))
}
