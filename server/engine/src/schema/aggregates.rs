//! What is computed over rows of a table: the fields, and how parents are ordered and filtered by it.

use super::{RoleTypes, RoleView, meta};
use crate::model::{Column, ColumnFunction, Scalar, Table};

pub(super) fn add(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    if !view.can_aggregate(table) {
        return;
    }
    add_fields(made, view, table);
    add_order(made, view, table);
    add_filter(made, view, table);
}

/// The columns that a function takes.
fn columns_of<'a>(
    view: &RoleView<'a>,
    table: &'a Table,
    function: ColumnFunction,
) -> Vec<&'a Column> {
    view.columns(table)
        .filter(|column| function.takes(&column.scalar))
        .collect()
}

fn add_fields(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    let name = &table.name;
    let aggregate = format!("{name}_aggregate");
    let fields_name = format!("{name}_aggregate_fields");
    let fields = [
        meta::field("aggregate", &fields_name, []),
        meta::field("nodes", &format!("[{name}!]!"), []),
    ];
    made.insert(meta::object(&aggregate, None, fields));
    let count_arguments = [
        meta::input("columns", format!("[{name}_select_column!]")),
        meta::input("distinct", "Boolean"),
    ];
    let mut fields = vec![meta::field("count", "Int!", count_arguments)];
    for function in ColumnFunction::FIELDS {
        let columns = columns_of(view, table, function);
        if columns.is_empty() {
            continue;
        }
        let type_name = format!("{name}_{}_fields", function.name());
        let results = columns.into_iter().map(|column| {
            let ty = if function.keeps_type() {
                column.scalar.type_name()
            } else {
                "Float".to_owned()
            };
            meta::field(&column.name, &ty, [])
        });
        made.insert(meta::object(&type_name, None, results));
        fields.push(meta::field(function.name(), &type_name, []));
    }
    made.insert(meta::object(&fields_name, None, fields));
}

fn add_order(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    let name = &table.name;
    let mut members = vec![meta::input("count", "order_by")];
    for function in ColumnFunction::FIELDS {
        let columns = columns_of(view, table, function);
        if columns.is_empty() {
            continue;
        }
        let type_name = format!("{name}_{}_order_by", function.name());
        let columns = columns
            .into_iter()
            .map(|column| meta::input(&column.name, "order_by"))
            .collect();
        made.insert_input(&type_name, columns);
        members.push(meta::input(function.name(), type_name));
    }
    made.insert_input(&format!("{name}_aggregate_order_by"), members);
}

fn add_filter(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    let name = &table.name;
    let own_name = format!("{name}_aggregate_bool_exp");
    let filter = format!("{name}_bool_exp");
    let mut members = Vec::new();
    let mut member = |made: &mut RoleTypes, function: &str, arguments: String, scalar: &Scalar| {
        let type_name = format!("{own_name}_{function}");
        let inputs = vec![
            meta::input("arguments", arguments),
            meta::input("distinct", "Boolean"),
            meta::input("filter", filter.clone()),
            meta::input("predicate", format!("{}!", scalar.comparison_name())),
        ];
        made.insert_input(&type_name, inputs);
        members.push(meta::input(function, type_name));
    };
    let any_columns = format!("[{name}_select_column!]");
    // Hasura requires `arguments` of the others; clients that derive defaults cannot have a required enumeration.
    member(made, "count", any_columns, &Scalar::integer());
    for function in ColumnFunction::PREDICATES {
        let columns: Vec<&Column> = view
            .columns(table)
            .filter(|column| function.is_condition_on(&column.scalar))
            .collect();
        let Some(first) = columns.first() else {
            continue;
        };
        let arguments = format!(
            "{name}_select_column_{own_name}_{}_arguments_columns",
            function.name()
        );
        let names = columns.iter().map(|column| column.name.clone());
        made.insert(meta::enumeration(&arguments, names));
        member(made, function.name(), arguments, &first.scalar);
    }
    made.insert_input(&own_name, members);
}
