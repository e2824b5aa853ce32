//! Inserts, updates and deletes that answer with the written row and say whether the permission's check holds.

use super::{Scope, Writer};
use crate::{
    model::{Bind, ColumnId, Table},
    plan::{Action, Write},
};

impl Writer<'_> {
    /// Writes the statement; true when its answer begins with the verdict `y` or `n` of the check.
    pub(super) fn write(&mut self, write: &Write) -> bool {
        let table = self.model.table(write.table);
        self.syntax("with written as (");
        self.action(table, &write.action);
        self.syntax(" returning *) select ");
        let is_checked = !write.check.is_true();
        if is_checked {
            let alias = self.alias();
            // A check that is null does not hold.
            self.syntax("case when (select coalesce(bool_and(coalesce(");
            self.predicate(Scope::new(table, alias), &write.check);
            self.syntax(", false)), true) from written ")
                .put_alias(alias);
            self.syntax(") then 'y' else 'n' end || ");
        }
        self.syntax("coalesce((select row_to_json(\"r$\") from (");
        self.written(&write.returning, "written");
        self.syntax(") \"r$\"), 'null')::text");
        is_checked
    }

    fn action(&mut self, table: &Table, action: &Action) {
        match action {
            Action::Insert { values } => self.insert(table, values),
            Action::Update { values, filter } => {
                let alias = self.alias();
                self.syntax("update ")
                    .relation(table)
                    .syntax(" as ")
                    .put_alias(alias);
                for (position, (column, value)) in values.iter().enumerate() {
                    self.syntax(if position == 0 { " set " } else { ", " });
                    self.name(&table.column(*column).sql_name)
                        .syntax(" = ")
                        .bind(value);
                }
                self.where_clause(Scope::new(table, alias), filter);
            }
            Action::Delete { filter } => {
                let alias = self.alias();
                self.syntax("delete from ")
                    .relation(table)
                    .syntax(" as ")
                    .put_alias(alias);
                self.where_clause(Scope::new(table, alias), filter);
            }
        }
    }

    fn insert(&mut self, table: &Table, values: &[(ColumnId, Bind)]) {
        self.syntax("insert into ").relation(table);
        if values.is_empty() {
            self.syntax(" default values");
            return;
        }
        for (position, (column, _)) in values.iter().enumerate() {
            self.syntax(if position == 0 { " (" } else { ", " });
            self.name(&table.column(*column).sql_name);
        }
        for (position, (_, value)) in values.iter().enumerate() {
            self.syntax(if position == 0 { ") values (" } else { ", " })
                .bind(value);
        }
        self.syntax(")");
    }
}
