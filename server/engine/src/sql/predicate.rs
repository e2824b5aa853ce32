//! Conditions and orders.

use super::{Alias, Writer};
use crate::{
    model::{Bind, Cell, ColumnId, Function, Operand, Operator, Predicate, RelatedValue, Table},
    plan::{Order, OrderBy},
};

/// The row that a condition is about: a table under its name in the statement.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) table: &'a Table,
    pub(crate) alias: Alias,
    /// The row of the outermost condition, for columns that a rule calls by `["$", name]`.
    root: (&'a Table, Alias),
}

impl<'a> Scope<'a> {
    pub(crate) fn new(table: &'a Table, alias: Alias) -> Self {
        Self {
            table,
            alias,
            root: (table, alias),
        }
    }

    fn within(self, table: &'a Table, alias: Alias) -> Self {
        Self {
            table,
            alias,
            ..self
        }
    }
}

impl Writer<'_> {
    pub(super) fn predicate(&mut self, scope: Scope<'_>, predicate: &Predicate) {
        match predicate {
            Predicate::And(all) if all.is_empty() => {
                self.syntax("true");
            }
            Predicate::Or(all) if all.is_empty() => {
                self.syntax("false");
            }
            Predicate::And(all) => self.joined(scope, all, " and "),
            Predicate::Or(all) => self.joined(scope, all, " or "),
            Predicate::Not(inner) => {
                self.syntax("not (");
                self.predicate(scope, inner);
                self.syntax(")");
            }
            Predicate::Rooted(inner) => {
                self.predicate(Scope::new(scope.table, scope.alias), inner);
            }
            Predicate::Compare {
                left,
                operator,
                right,
            } => {
                self.operand(scope, left);
                self.syntax(operator.sql());
                match right {
                    Operand::Bind(bind) if bind.sql_type.ends_with("[][]") => self.arrays(bind),
                    right => self.operand(scope, right),
                }
                if matches!(operator, Operator::In | Operator::Nin) {
                    self.syntax(")");
                }
            }
            Predicate::IsNull { operand, is_null } => {
                self.operand(scope, operand);
                self.syntax(if *is_null { " is null" } else { " is not null" });
            }
            Predicate::Exists {
                table,
                mapping,
                rows,
            } => {
                let target = self.model.table(*table);
                let inner = self.alias();
                self.syntax("exists (select 1 from ");
                self.related(scope, target, inner, mapping, rows);
                self.syntax(")");
            }
        }
    }

    fn operand(&mut self, scope: Scope<'_>, operand: &Operand) {
        match operand {
            Operand::Column(cell) => {
                self.cell(scope, cell);
            }
            Operand::Text(cell) => {
                self.cell(scope, cell).syntax("::text");
            }
            Operand::RootColumn(column) => {
                let (table, alias) = scope.root;
                self.column(alias, &table.column(*column).sql_name);
            }
            Operand::Related(value) => self.related_value(scope, value),
            Operand::Bind(bind) => {
                self.bind(bind);
            }
        }
    }

    /// A list of arrays, which is no array to PostgreSQL: each comes as its text.
    fn arrays(&mut self, bind: &Bind) {
        let element = bind.sql_type.strip_suffix("[]").unwrap_or(&bind.sql_type);
        self.syntax("select a::")
            .sql_type(element)
            .syntax(" from unnest(")
            .bind_as(bind, "text[]")
            .syntax(") as a");
    }

    /// A column as the role sees it: null where it may not.
    pub(super) fn cell(&mut self, scope: Scope<'_>, cell: &Cell) -> &mut Self {
        let name = &scope.table.column(cell.column).sql_name;
        let Some(visible) = &cell.visible else {
            return self.column(scope.alias, name);
        };
        self.syntax("(case when ");
        self.predicate(Scope::new(scope.table, scope.alias), visible);
        self.syntax(" then ")
            .column(scope.alias, name)
            .syntax(" end)")
    }

    /// What is computed over related rows, as a subquery.
    fn related_value(&mut self, scope: Scope<'_>, value: &RelatedValue) {
        let target = self.model.table(value.table);
        let inner = self.alias();
        self.syntax("(select ");
        self.function(scope.within(target, inner), &value.function);
        self.syntax(" from ");
        self.related(scope, target, inner, &value.mapping, &value.rows);
        self.syntax(")");
    }

    /// A function over the rows of a query.
    pub(super) fn function(&mut self, scope: Scope<'_>, function: &Function) {
        match function {
            Function::Count {
                columns,
                is_distinct,
            } => self.count(scope, columns, *is_distinct),
            Function::Column {
                function,
                column,
                is_distinct,
            } => {
                // PostgreSQL has no order function of uuid, whose text has the same order.
                let is_by_text = scope.table.column(column.column).scalar.is("uuid");
                self.syntax(function.name()).syntax("(");
                if *is_distinct {
                    self.syntax("distinct ");
                }
                self.cell(scope, column);
                self.syntax(if is_by_text { "::text)::uuid" } else { ")" });
            }
        }
    }

    fn count(&mut self, scope: Scope<'_>, columns: &[Cell], is_distinct: bool) {
        self.syntax(if is_distinct && !columns.is_empty() {
            "count(distinct "
        } else {
            "count("
        });
        match columns {
            [] => {
                self.syntax("*");
            }
            [column] => {
                self.cell(scope, column);
            }
            several => {
                for (position, column) in several.iter().enumerate() {
                    self.syntax(if position == 0 { "(" } else { ", " });
                    self.cell(scope, column);
                }
                self.syntax(")");
            }
        }
        self.syntax(")");
    }

    /// `table where …`: the rows of a table that are connected to a row, and satisfy a condition.
    fn related(
        &mut self,
        scope: Scope<'_>,
        target: &Table,
        inner: Alias,
        mapping: &[(ColumnId, ColumnId)],
        rows: &Predicate,
    ) {
        self.relation(target).syntax(" ").put_alias(inner);
        self.syntax(" where ");
        self.join(scope.table, scope.alias, target, inner, mapping);
        if !rows.is_true() {
            self.syntax(" and ");
            self.predicate(scope.within(target, inner), rows);
        }
    }

    fn joined(&mut self, scope: Scope<'_>, all: &[Predicate], word: &'static str) {
        self.syntax("(");
        for (position, each) in all.iter().enumerate() {
            if position > 0 {
                self.syntax(word);
            }
            self.predicate(scope, each);
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
            self.column(inner, &there.column(*right).sql_name)
                .syntax(" = ");
            self.column(alias, &here.column(*left).sql_name);
        }
    }

    /// ` order by …`, or nothing.
    pub(super) fn order_clause(&mut self, scope: Scope<'_>, order: &[Order]) {
        self.ordered(order, |writer, by| writer.order_by(scope, by));
    }

    /// The same, with `write` for what is ordered by.
    pub(super) fn ordered(&mut self, order: &[Order], write: impl Fn(&mut Self, &OrderBy)) {
        for (position, each) in order.iter().enumerate() {
            self.syntax(if position == 0 { " order by " } else { ", " });
            write(self, &each.by);
            let direction = each.direction;
            self.syntax(match (direction.is_descending, direction.is_nulls_first) {
                (false, false) => " asc nulls last",
                (false, true) => " asc nulls first",
                (true, false) => " desc nulls last",
                (true, true) => " desc nulls first",
            });
        }
    }

    pub(super) fn order_by(&mut self, scope: Scope<'_>, by: &OrderBy) {
        match by {
            OrderBy::Column(cell) => {
                self.cell(scope, cell);
            }
            OrderBy::Object {
                table,
                mapping,
                rule,
                by,
            } => {
                let target = self.model.table(*table);
                let inner = self.alias();
                self.syntax("(select ");
                self.order_by(Scope::new(target, inner), by);
                self.syntax(" from ");
                self.related(scope, target, inner, mapping, rule);
                self.syntax(" limit 1)");
            }
            OrderBy::Related(value) => self.related_value(scope, value),
        }
    }
}
