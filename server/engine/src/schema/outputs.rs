//! The object type of a table, and the enumeration of its columns.

use super::{RoleTypes, RoleView, federation, meta};
use crate::model::{Column, Kind, Relationship, Scalar, Table};

pub(super) fn add(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    if table.selectable(view.role).is_none() {
        return;
    }
    let name = &table.name;
    let columns = view.columns(table).map(|column| {
        // A column that some rows hide is null there.
        let is_hidden = table
            .selectable(view.role)
            .and_then(|access| access.cell(column.id))
            .is_none_or(|cell| cell.visible.is_some());
        column_field(column, is_hidden)
    });
    let relationships = view
        .relationships(table)
        .flat_map(|(relationship, target)| relationship_fields(view, relationship, target));
    let fields: Vec<_> = columns.chain(relationships).collect();
    insert(
        made,
        name,
        meta::with_keys(
            meta::object(name, table.comment.as_deref(), fields),
            federation::key_fields(table, view.role),
        ),
    );

    let values: Vec<String> = view
        .columns(table)
        .map(|column| column.name.clone())
        .collect();
    let select_column = format!("{name}_select_column");
    insert(
        made,
        &select_column,
        meta::enumeration(&select_column, values),
    );

    for column in table.columns() {
        let is_ours = column.scalar.kind == Kind::EnumTable;
        if !is_ours && !Scalar::is_built_in(&column.scalar.name) {
            let scalar = &column.scalar.name;
            insert(made, scalar, meta::scalar(scalar));
        }
    }
}

fn insert(made: &mut RoleTypes, name: &str, ty: async_graphql::registry::MetaType) {
    made.types.insert(name.to_owned(), ty);
}

fn column_field(column: &Column, is_hidden: bool) -> async_graphql::registry::MetaField {
    let required = if column.is_nullable || is_hidden {
        ""
    } else {
        "!"
    };
    let ty = format!("{}{required}", column.scalar.type_name());
    let path = column
        .scalar
        .is_json()
        .then(|| meta::input("path", "String"));
    let mut field = meta::field(&column.name, &ty, path);
    field.description.clone_from(&column.comment);
    field
}

fn relationship_fields(
    view: &RoleView<'_>,
    relationship: &Relationship,
    target: &Table,
) -> Vec<async_graphql::registry::MetaField> {
    let name = &relationship.name;
    if !relationship.is_array {
        // A row rule can hide the referenced row, so only an unrestricted reader is promised one.
        let is_hidden = target
            .selectable(view.role)
            .is_none_or(|access| !access.filter.is_true());
        let required = if relationship.is_nullable || is_hidden {
            ""
        } else {
            "!"
        };
        return vec![meta::field(name, &format!("{}{required}", target.name), [])];
    }
    let arguments = list_arguments(&target.name);
    let list = meta::field(name, &format!("[{}!]!", target.name), arguments.clone());
    if view.can_aggregate(target) {
        let aggregate = meta::field(
            &format!("{name}_aggregate"),
            &format!("{}_aggregate!", target.name),
            arguments,
        );
        return vec![list, aggregate];
    }
    vec![list]
}

/// The arguments of every list.
pub(super) fn list_arguments(table: &str) -> Vec<meta::Input> {
    vec![
        meta::input("distinct_on", format!("[{table}_select_column!]")),
        meta::input("limit", "Int"),
        meta::input("offset", "Int"),
        meta::input("order_by", format!("[{table}_order_by!]")),
        meta::input("where", format!("{table}_bool_exp")),
    ]
}
