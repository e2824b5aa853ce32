//! `T_connection`: a table as a Relay connection (GraphQL Cursor Connections Specification).

use super::{RoleTypes, RoleView, meta};
use crate::model::Table;

/// The types of a table's connection.
pub(super) fn add(made: &mut RoleTypes, view: &RoleView<'_>, table: &Table) {
    if !table.has_shown_key(view.role) {
        return;
    }
    let name = &table.name;
    let edge = format!("{name}_edge");
    let connection = format!("{name}_connection");
    made.insert(meta::object(
        &connection,
        None,
        [
            meta::field("edges", &format!("[{edge}!]!"), []),
            meta::field("pageInfo", "PageInfo!", []),
        ],
    ));
    made.insert(meta::object(
        &edge,
        None,
        [
            meta::field("cursor", "String!", []),
            meta::field("node", &format!("{name}!"), []),
        ],
    ));
    let page = meta::object(
        "PageInfo",
        None,
        [
            meta::field("endCursor", "String", []),
            meta::field("hasNextPage", "Boolean!", []),
            meta::field("hasPreviousPage", "Boolean!", []),
            meta::field("startCursor", "String", []),
        ],
    );
    // Other subgraphs have connections, too.
    made.insert(meta::shareable(page));
}

/// The arguments of a connection.
pub(super) fn arguments(table: &str) -> Vec<meta::Input> {
    vec![
        meta::input("after", "String"),
        meta::input("before", "String"),
        meta::input("first", "Int"),
        meta::input("last", "Int"),
        meta::input("order_by", format!("[{table}_order_by!]")),
        meta::input("where", format!("{table}_bool_exp")),
    ]
}
