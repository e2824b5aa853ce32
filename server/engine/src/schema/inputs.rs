//! The inputs of a table: filter, order, and what can be written; and the comparisons of each scalar.

use std::collections::BTreeSet;

use super::{RoleTypes, RoleView, meta};
use crate::model::{Operator, Scalar, Table};

pub(super) fn add(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    let name = &table.name;
    if table.selectable(view.role).is_some() {
        let filter = format!("{name}_bool_exp");
        insert(made, &filter, filter_fields(view, table, &filter));
        let order = format!("{name}_order_by");
        insert(made, &order, order_fields(view, table));
    }
    let Some(access) = table.access(view.role) else {
        return;
    };
    let writable = |columns: &BTreeSet<crate::model::ColumnId>| {
        table
            .columns()
            .filter(|column| columns.contains(&column.id))
            .map(|column| meta::input(&column.name, column.scalar.type_name()))
            .collect::<Vec<_>>()
    };
    if let Some(insert_access) = &access.insert {
        insert(
            made,
            &format!("{name}_insert_input"),
            writable(&insert_access.columns),
        );
    }
    if let Some(update_access) = &access.update {
        insert(
            made,
            &format!("{name}_set_input"),
            writable(&update_access.columns),
        );
        insert(made, &format!("{name}_pk_columns_input"), key_inputs(table));
    }
}

/// The columns of the primary key, all required.
pub(super) fn key_inputs(table: &Table) -> Vec<meta::Input> {
    table
        .primary_key
        .iter()
        .map(|id| table.column(*id))
        .map(|column| meta::input(&column.name, format!("{}!", column.scalar.type_name())))
        .collect()
}

fn insert(made: &mut RoleTypes, name: &str, fields: Vec<meta::Input>) {
    if !fields.is_empty() {
        made.types
            .insert(name.to_owned(), meta::input_object(name, fields));
    }
}

fn filter_fields(view: &RoleView<'_>, table: &Table, own_name: &str) -> Vec<meta::Input> {
    let logic = [
        meta::input("_and", format!("[{own_name}!]")),
        meta::input("_not", own_name),
        meta::input("_or", format!("[{own_name}!]")),
    ];
    let columns = view
        .columns(table)
        .map(|column| meta::input(&column.name, column.scalar.comparison_name()));
    let relationships = view.relationships(table).map(|(relationship, target)| {
        meta::input(&relationship.name, format!("{}_bool_exp", target.name))
    });
    logic
        .into_iter()
        .chain(columns)
        .chain(relationships)
        .collect()
}

fn order_fields(view: &RoleView<'_>, table: &Table) -> Vec<meta::Input> {
    let columns = view
        .columns(table)
        .map(|column| meta::input(&column.name, "order_by"));
    let relationships = view
        .relationships(table)
        .filter(|(relationship, _)| !relationship.is_array)
        .map(|(relationship, target)| {
            meta::input(&relationship.name, format!("{}_order_by", target.name))
        });
    columns.chain(relationships).collect()
}

/// The comparisons of every scalar that some readable column has, and the directions of an order.
pub(super) fn add_comparisons(made: &mut RoleTypes, view: &RoleView<'_>) {
    let scalars: BTreeSet<&Scalar> = view
        .model
        .tables()
        .flat_map(|table| view.columns(table))
        .map(|column| &column.scalar)
        .collect();
    for scalar in scalars {
        let name = scalar.comparison_name();
        made.types.insert(
            name.clone(),
            meta::input_object(&name, comparison_fields(scalar)),
        );
    }
    let directions = [
        "asc",
        "asc_nulls_first",
        "asc_nulls_last",
        "desc",
        "desc_nulls_first",
        "desc_nulls_last",
    ];
    made.types.insert(
        "order_by".to_owned(),
        meta::enumeration("order_by", directions.map(str::to_owned)),
    );
}

fn comparison_fields(scalar: &Scalar) -> Vec<meta::Input> {
    let value = scalar.type_name();
    let list = format!("[{value}!]");
    let mut fields = vec![meta::input("_is_null", "Boolean")];
    if scalar.name != "json" {
        fields.extend(Operator::GENERIC.map(|operator| {
            let ty = if operator.takes_list() { &list } else { &value };
            meta::input(operator.graphql(), ty.clone())
        }));
    }
    if scalar.is_text() {
        fields
            .extend(Operator::TEXT.map(|operator| meta::input(operator.graphql(), value.clone())));
    }
    if scalar.is_container() {
        fields.extend(
            Operator::CONTAINER.map(|operator| meta::input(operator.graphql(), value.clone())),
        );
    }
    fields
}
