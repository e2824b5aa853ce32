//! Leaves out of a query what its own shape already says.
//!
//! A rule such as "an account is seen by whoever sees its user" asks for the user of each account. Below a user, through
//! the relationship that this rule follows back, it has been answered: the user is shown. PostgreSQL does not notice.

use super::{
    Aggregate, AggregateField, ConnectionField, EdgeField, Field, FieldValue, Root, Select,
};
use crate::model::{ColumnId, Model, Predicate, TableId};

/// Leaves out conditions of related rows that hold because of the rows above.
pub fn simplify(model: &Model, root: &mut Root) {
    match root {
        Root::List(select) | Root::One(select) => rows(model, select),
        Root::Stream(stream) => rows(model, &mut stream.rows),
        Root::Aggregate(of) => aggregate(model, of),
        Root::Connection(connection) => {
            let above = Above::of(&connection.rows);
            for (_, field) in &mut connection.fields {
                let ConnectionField::Edges(edges) = field else {
                    continue;
                };
                for (_, edge) in edges {
                    if let EdgeField::Node(fields) = edge {
                        below(model, &above, fields);
                    }
                }
            }
        }
    }
}

/// The rows above: their table, and what holds for each of them.
struct Above {
    table: TableId,
    holds: Vec<Predicate>,
}

impl Above {
    fn of(select: &Select) -> Self {
        let mut holds = Vec::new();
        conjuncts(&select.filter, &mut holds);
        Self {
            table: select.table,
            holds,
        }
    }
}

fn rows(model: &Model, select: &mut Select) {
    let above = Above::of(select);
    below(model, &above, &mut select.fields);
}

fn aggregate(model: &Model, of: &mut Aggregate) {
    let above = Above::of(&of.rows);
    for (_, field) in &mut of.fields {
        if let AggregateField::Nodes(fields) = field {
            below(model, &above, fields);
        }
    }
}

fn below(model: &Model, above: &Above, fields: &mut [Field]) {
    for field in fields {
        match &mut field.value {
            FieldValue::Object(related) | FieldValue::List(related) => {
                leave_out(model, above, &related.mapping, &mut related.rows.filter);
                rows(model, &mut related.rows);
            }
            FieldValue::Aggregate(related) => {
                leave_out(
                    model,
                    above,
                    &related.mapping,
                    &mut related.rows.rows.filter,
                );
                aggregate(model, &mut related.rows);
            }
            FieldValue::Column { .. } | FieldValue::Typename(_) => {}
        }
    }
}

fn leave_out(
    model: &Model,
    above: &Above,
    mapping: &[(ColumnId, ColumnId)],
    filter: &mut Predicate,
) {
    let mut all = Vec::new();
    conjuncts(filter, &mut all);
    let before = all.len();
    all.retain(|condition| !is_known(model, above, mapping, condition));
    if all.len() < before {
        *filter = Predicate::all(all);
    }
}

/// Whether a condition of related rows asks for the row above, of which all that it asks holds.
fn is_known(
    model: &Model,
    above: &Above,
    mapping: &[(ColumnId, ColumnId)],
    condition: &Predicate,
) -> bool {
    let Predicate::Exists {
        table,
        mapping: back,
        rows,
    } = condition
    else {
        return false;
    };
    let key = &model.table(above.table).primary_key;
    let is_way_back = *table == above.table
        && back.len() == mapping.len()
        && mapping
            .iter()
            .all(|(here, there)| back.contains(&(*there, *here)));
    let names_one_row = !key.is_empty()
        && key
            .iter()
            .all(|column| mapping.iter().any(|(here, _)| here == column));
    let mut asked = Vec::new();
    conjuncts(rows, &mut asked);
    is_way_back
        && names_one_row
        && asked
            .iter()
            .all(|condition| above.holds.contains(condition))
}

/// The conditions that must all hold.
fn conjuncts(predicate: &Predicate, all: &mut Vec<Predicate>) {
    match predicate {
        Predicate::And(several) => {
            for each in several {
                conjuncts(each, all);
            }
        }
        one => all.push(one.clone()),
    }
}
