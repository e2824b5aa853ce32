//! Which tables a plan reads, so that a live query is woken by their changes alone.

use std::collections::BTreeSet;

use crate::{
    model::{Function, Model, Operand, Predicate, TableId},
    plan::{
        Aggregate, AggregateField, ConnectionField, EdgeField, Field, FieldValue, OrderBy, Root,
        Select,
    },
};

/// The names in PostgreSQL of the tables that a root field reads; `None` when it reads a view, which changes with
/// tables that are not known here.
pub(super) fn read_by(model: &Model, root: &Root) -> Option<BTreeSet<String>> {
    let mut tables = BTreeSet::new();
    match root {
        Root::List(select) | Root::One(select) => rows(select, &mut tables),
        Root::Stream(stream) => rows(&stream.rows, &mut tables),
        Root::Aggregate(of) => aggregate(of, &mut tables),
        Root::Connection(of) => {
            rows(&of.rows, &mut tables);
            for (_, field) in &of.fields {
                let ConnectionField::Edges(edges) = field else {
                    continue;
                };
                for (_, edge) in edges {
                    if let EdgeField::Node(node) = edge {
                        fields(node, &mut tables);
                    }
                }
            }
        }
    }
    tables
        .into_iter()
        .map(|id| model.table(id))
        .map(|table| (!table.is_view).then(|| table.relation.name.clone()))
        .collect()
}

fn rows(select: &Select, tables: &mut BTreeSet<TableId>) {
    tables.insert(select.table);
    predicate(&select.filter, tables);
    for order in &select.order {
        order_by(&order.by, tables);
    }
    fields(&select.fields, tables);
}

fn fields(all: &[Field], tables: &mut BTreeSet<TableId>) {
    for field in all {
        match &field.value {
            FieldValue::Object(related) | FieldValue::List(related) => rows(&related.rows, tables),
            FieldValue::Aggregate(related) => aggregate(&related.rows, tables),
            FieldValue::Column { cell, .. } => visible(cell.visible.as_deref(), tables),
            FieldValue::Typename(_) => {}
        }
    }
}

fn aggregate(of: &Aggregate, tables: &mut BTreeSet<TableId>) {
    rows(&of.rows, tables);
    for (_, field) in &of.fields {
        if let AggregateField::Nodes(nodes) = field {
            fields(nodes, tables);
        }
    }
}

fn order_by(by: &OrderBy, tables: &mut BTreeSet<TableId>) {
    match by {
        OrderBy::Column(cell) => visible(cell.visible.as_deref(), tables),
        OrderBy::Object {
            table, rule, by, ..
        } => {
            tables.insert(*table);
            predicate(rule, tables);
            order_by(by, tables);
        }
        OrderBy::Related(value) => {
            tables.insert(value.table);
            predicate(&value.rows, tables);
        }
    }
}

fn predicate(of: &Predicate, tables: &mut BTreeSet<TableId>) {
    match of {
        Predicate::And(all) | Predicate::Or(all) => {
            for each in all {
                predicate(each, tables);
            }
        }
        Predicate::Not(inner) | Predicate::Rooted(inner) => predicate(inner, tables),
        Predicate::Compare { left, right, .. } => {
            operand(left, tables);
            operand(right, tables);
        }
        Predicate::IsNull { operand: of, .. } => operand(of, tables),
        Predicate::Exists { table, rows, .. } => {
            tables.insert(*table);
            predicate(rows, tables);
        }
    }
}

fn operand(of: &Operand, tables: &mut BTreeSet<TableId>) {
    match of {
        Operand::Column(cell) | Operand::Text(cell) => visible(cell.visible.as_deref(), tables),
        Operand::Related(value) => {
            tables.insert(value.table);
            predicate(&value.rows, tables);
            if let Function::Column { column, .. } = &value.function {
                visible(column.visible.as_deref(), tables);
            }
        }
        Operand::RootColumn(_) | Operand::Bind(_) => {}
    }
}

fn visible(rule: Option<&Predicate>, tables: &mut BTreeSet<TableId>) {
    if let Some(rule) = rule {
        predicate(rule, tables);
    }
}
