//! The inputs of a table: filter, order, and what can be written.

use std::collections::BTreeSet;

use super::{RoleTypes, RoleView, meta};
use crate::model::Table;

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
    let relationships = view
        .relationships(table)
        .flat_map(|(relationship, target)| {
            let name = &relationship.name;
            let rows = meta::input(name, format!("{}_bool_exp", target.name));
            let aggregate = (relationship.is_array && view.can_aggregate(target)).then(|| {
                let ty = format!("{}_aggregate_bool_exp", target.name);
                meta::input(&format!("{name}_aggregate"), ty)
            });
            std::iter::once(rows).chain(aggregate)
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
        .filter_map(|(relationship, target)| {
            let name = &relationship.name;
            if !relationship.is_array {
                return Some(meta::input(name, format!("{}_order_by", target.name)));
            }
            let ty = format!("{}_aggregate_order_by", target.name);
            view.can_aggregate(target)
                .then(|| meta::input(&format!("{name}_aggregate"), ty))
        });
    columns.chain(relationships).collect()
}
