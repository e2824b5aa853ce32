//! Whether the check of new rows can be asked before they are added.
//!
//! A violated constraint tells that a row is there which the role may not see. Where the given values alone decide
//! the check, a row that may not be added anyway is refused first.

use std::collections::BTreeSet;

use super::{Given, insert::is_uniform};
use crate::model::{ColumnId, Operand, Predicate, Table};

pub(super) fn is_decided_before(
    table: &Table,
    check: &Predicate,
    rows: &[Vec<(ColumnId, Given)>],
) -> bool {
    let Some(first) = rows.first() else {
        return false;
    };
    let given: BTreeSet<ColumnId> = first.iter().map(|(column, _)| *column).collect();
    let mut asked = BTreeSet::new();
    of_predicate(check, Depth::Row, &mut asked);
    table.keeps_given_values && !check.is_true() && is_uniform(rows) && asked.is_subset(&given)
}

/// Where in a condition one is: at the row that it is about, or at a row of another table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Row,
    Elsewhere,
}

/// The columns of the row that a condition asks for.
fn of_predicate(predicate: &Predicate, depth: Depth, asked: &mut BTreeSet<ColumnId>) {
    match predicate {
        Predicate::And(all) | Predicate::Or(all) => {
            for each in all {
                of_predicate(each, depth, asked);
            }
        }
        Predicate::Not(inner) | Predicate::Rooted(inner) => of_predicate(inner, depth, asked),
        Predicate::Compare { left, right, .. } => {
            of_operand(left, depth, asked);
            of_operand(right, depth, asked);
        }
        Predicate::IsNull { operand, .. } => of_operand(operand, depth, asked),
        Predicate::Exists { mapping, rows, .. } => {
            of_mapping(mapping, depth, asked);
            of_predicate(rows, Depth::Elsewhere, asked);
        }
    }
}

fn of_operand(operand: &Operand, depth: Depth, asked: &mut BTreeSet<ColumnId>) {
    match operand {
        Operand::Column(cell) | Operand::Text(cell) => {
            if depth == Depth::Row {
                asked.insert(cell.column);
            }
            if let Some(visible) = cell.visible.as_deref() {
                of_predicate(visible, depth, asked);
            }
        }
        Operand::RootColumn(column) => {
            asked.insert(*column);
        }
        Operand::Related(value) => {
            of_mapping(&value.mapping, depth, asked);
            of_predicate(&value.rows, Depth::Elsewhere, asked);
        }
        Operand::Bind(_) => {}
    }
}

fn of_mapping(mapping: &[(ColumnId, ColumnId)], depth: Depth, asked: &mut BTreeSet<ColumnId>) {
    if depth == Depth::Row {
        asked.extend(mapping.iter().map(|(here, _)| *here));
    }
}
