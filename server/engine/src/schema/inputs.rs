//! The inputs that choose rows of a table: filter and order.

use super::{RoleTypes, RoleView, meta};
use crate::model::Table;

pub(super) fn add(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    let name = &table.name;
    if table.access(view.role).is_some() {
        // Whoever may not read the table can still name all of its rows, to change or remove them.
        let filter = format!("{name}_bool_exp");
        made.insert_input(&filter, filter_fields(view, table, &filter));
    }
    if table.selectable(view.role).is_some() {
        let order = format!("{name}_order_by");
        made.insert_input(&order, order_fields(view, table));
        add_cursor(made, view, table);
    }
}

/// Where a stream of rows begins.
fn add_cursor(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    let value = format!("{}_stream_cursor_value_input", table.name);
    let columns = view
        .columns(table)
        .map(|column| meta::input(&column.name, column.scalar.type_name()))
        .collect();
    made.insert_input(&value, columns);
    made.insert_input(
        &format!("{}_stream_cursor_input", table.name),
        vec![
            meta::input("initial_value", format!("{value}!")),
            meta::input("ordering", "cursor_ordering"),
        ],
    );
    let orderings = ["ASC", "DESC"].map(str::to_owned);
    made.insert(meta::enumeration("cursor_ordering", orderings));
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
