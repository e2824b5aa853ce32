//! Conditions and orders.

use super::{Alias, Writer};
use crate::{
    model::{ColumnId, Operator, Predicate, Table},
    plan::{Order, OrderBy},
};

impl Writer<'_> {
    pub(super) fn predicate(&mut self, table: &Table, alias: Alias, predicate: &Predicate) {
        match predicate {
            Predicate::And(all) if all.is_empty() => {
                self.syntax("true");
            }
            Predicate::Or(all) if all.is_empty() => {
                self.syntax("false");
            }
            Predicate::And(all) => self.joined(table, alias, all, " and "),
            Predicate::Or(all) => self.joined(table, alias, all, " or "),
            Predicate::Not(inner) => {
                self.syntax("not (");
                self.predicate(table, alias, inner);
                self.syntax(")");
            }
            Predicate::Compare {
                column,
                operator,
                value,
            } => {
                self.column(alias, &table.column(*column).name);
                self.syntax(operator.sql()).bind(value);
                if matches!(operator, Operator::In | Operator::Nin) {
                    self.syntax(")");
                }
            }
            Predicate::IsNull { column, is_null } => {
                self.column(alias, &table.column(*column).name);
                self.syntax(if *is_null { " is null" } else { " is not null" });
            }
            Predicate::Exists {
                table: target,
                mapping,
                rows,
            } => {
                let target = self.model.table(*target);
                let inner = self.alias();
                self.syntax("exists (select 1 from ").relation(target);
                self.syntax(" ").put_alias(inner).syntax(" where ");
                self.join(table, alias, target, inner, mapping);
                if !rows.is_true() {
                    self.syntax(" and ");
                    self.predicate(target, inner, rows);
                }
                self.syntax(")");
            }
        }
    }

    fn joined(&mut self, table: &Table, alias: Alias, all: &[Predicate], word: &'static str) {
        self.syntax("(");
        for (position, each) in all.iter().enumerate() {
            if position > 0 {
                self.syntax(word);
            }
            self.predicate(table, alias, each);
        }
        self.syntax(")");
    }

    /// The columns that connect two tables; `true` for unrelated ones.
    pub(super) fn join(
        &mut self,
        here: &Table,
        alias: Alias,
        there: &Table,
        inner: Alias,
        mapping: &[(ColumnId, ColumnId)],
    ) {
        if mapping.is_empty() {
            self.syntax("true");
        }
        for (position, (left, right)) in mapping.iter().enumerate() {
            if position > 0 {
                self.syntax(" and ");
            }
            self.column(inner, &there.column(*right).name).syntax(" = ");
            self.column(alias, &here.column(*left).name);
        }
    }

    /// ` order by …`, or nothing.
    pub(super) fn order_clause(&mut self, table: &Table, alias: Alias, order: &[Order]) {
        for (position, each) in order.iter().enumerate() {
            self.syntax(if position == 0 { " order by " } else { ", " });
            self.order_by(table, alias, &each.by);
            let direction = each.direction;
            self.syntax(match (direction.is_descending, direction.is_nulls_first) {
                (false, false) => " asc nulls last",
                (false, true) => " asc nulls first",
                (true, false) => " desc nulls last",
                (true, true) => " desc nulls first",
            });
        }
    }

    fn order_by(&mut self, table: &Table, alias: Alias, by: &OrderBy) {
        match by {
            OrderBy::Column(column) => {
                self.column(alias, &table.column(*column).name);
            }
            OrderBy::Related {
                table: target,
                mapping,
                rule,
                by,
            } => {
                let target = self.model.table(*target);
                let inner = self.alias();
                self.syntax("(select ");
                self.order_by(target, inner, by);
                self.syntax(" from ")
                    .relation(target)
                    .syntax(" ")
                    .put_alias(inner)
                    .syntax(" where ");
                self.join(table, alias, target, inner, mapping);
                if !rule.is_true() {
                    self.syntax(" and ");
                    self.predicate(target, inner, rule);
                }
                self.syntax(" limit 1)");
            }
        }
    }
}
