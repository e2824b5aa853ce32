//! A condition on the rows of one table.
//!
//! A role's row rule and a client's filter are the same type and stay apart until [`Predicate::and`] joins them in
//! a plan. Values are binds; nothing here is text of a statement.

use std::sync::Arc;

use super::{Bind, ColumnId, Function, Operator, TableId};

/// A condition on a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// All of them; true when empty.
    And(Vec<Predicate>),
    /// One of them; false when empty.
    Or(Vec<Predicate>),
    /// Not this one.
    Not(Box<Predicate>),
    /// One thing against another.
    Compare {
        /// What is compared.
        left: Operand,
        /// How.
        operator: Operator,
        /// What it is compared with.
        right: Operand,
    },
    /// Something is null, or is not.
    IsNull {
        /// What.
        operand: Operand,
        /// Which of both.
        is_null: bool,
    },
    /// A condition whose [`Operand::RootColumn`]s are columns of the row at hand.
    Rooted(Box<Predicate>),
    /// Some row of another table, joined on these columns, satisfies a condition.
    Exists {
        /// The other table.
        table: TableId,
        /// Column here, column there; empty for an unrelated table.
        mapping: Vec<(ColumnId, ColumnId)>,
        /// What that row must satisfy.
        rows: Box<Predicate>,
    },
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A column of the row.
    Column(Cell),
    /// A column of the row, as text.
    Text(Cell),
    /// A column of the row that the nearest [`Predicate::Rooted`] is about, seen from within an `exists`.
    RootColumn(ColumnId),
    /// Something computed over related rows.
    Related(Box<RelatedValue>),
    /// A value.
    Bind(Bind),
}

/// Something computed over the rows that a relationship leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct RelatedValue {
    /// The other table.
    pub table: TableId,
    /// Column here, column there.
    pub mapping: Vec<(ColumnId, ColumnId)>,
    /// Which of its rows.
    pub rows: Predicate,
    /// What is computed.
    pub function: Function,
}

/// A column as a role sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The column.
    pub column: ColumnId,
    /// The rows that show it, where not all do: in the others it is null.
    pub visible: Option<Arc<Predicate>>,
}

impl Cell {
    /// A column that every row shows.
    pub fn plain(column: ColumnId) -> Self {
        Self {
            column,
            visible: None,
        }
    }
}

impl Predicate {
    /// The condition that every row satisfies.
    pub const TRUE: Self = Self::And(Vec::new());

    /// The condition that no row satisfies.
    pub const FALSE: Self = Self::Or(Vec::new());

    /// Whether it is trivially true.
    pub fn is_true(&self) -> bool {
        matches!(self, Self::And(all) if all.is_empty())
    }

    /// All of these conditions, without a list around a single one.
    pub fn all(mut all: Vec<Self>) -> Self {
        match all.len() {
            1 => all.remove(0),
            _ => Self::And(all),
        }
    }

    /// Both conditions; the rule first, so that it is read first.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if other.is_true() => one,
            (one, other) if one.is_true() => other,
            (one, other) => Self::And(vec![one, other]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_kept_when_the_client_asks_for_everything() {
        let rule = Predicate::IsNull {
            operand: Operand::Column(Cell::plain(ColumnId(0))),
            is_null: true,
        };
        assert_eq!(rule.clone().and(Predicate::TRUE), rule);
        assert_eq!(Predicate::TRUE.and(rule.clone()), rule);
    }
}
