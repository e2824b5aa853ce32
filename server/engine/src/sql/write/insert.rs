//! Rows that are added, and what becomes of rows that they meet.

use super::{
    super::{Alias, Scope, Writer},
    PLACE,
};
use crate::{
    model::{Bind, ColumnId, Predicate, Source, Table, Value, array_literal},
    plan::write::{Conflict, Insert, is_uniform},
};

/// The name under which a statement says of each row whether it was added, not changed. No column is named so.
pub(super) const IS_ADDED: &str = "is_added$";

type Row = [(ColumnId, Value)];

/// Whether rows that are not of a table say the names of its columns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Columns,
    Unsaid,
}

impl Writer<'_> {
    pub(super) fn insert(
        &mut self,
        table: &Table,
        alias: Alias,
        insert: &Insert,
        rows: &[Vec<(ColumnId, Value)>],
    ) {
        self.syntax("insert into ")
            .relation(table)
            .syntax(" as ")
            .put_alias(alias);
        match rows {
            [first, ..] if insert.is_decided_before => {
                self.columns(table, first);
                self.allowed(table, first);
            }
            [first, _, ..] if is_uniform(rows) && !first.is_empty() => {
                self.columns(table, first);
                self.unnested(table, first, rows, Names::Unsaid);
                self.syntax(" order by place");
            }
            _ => self.listed(table, rows),
        }
        if let Some(conflict) = &insert.conflict {
            self.conflict(table, alias, conflict);
        }
        self.syntax(" returning ").put_alias(alias).syntax(".*");
        if update_check(insert).is_some() && !table.is_partitioned {
            // A row that PostgreSQL has just added has no transaction that deleted or locked an older version of it.
            self.syntax(", ")
                .column(alias, "xmax")
                .syntax(" = 0 as ")
                .name(IS_ADDED);
        }
    }

    fn columns(&mut self, table: &Table, row: &Row) {
        for (position, (column, _)) in row.iter().enumerate() {
            self.syntax(if position == 0 { " (" } else { ", " })
                .name(&table.column(*column).sql_name);
        }
        self.syntax(")");
    }

    /// The new rows, and whether all of them may be added, as `given` and `allowed`. A check that is null does not
    /// hold.
    pub(super) fn given(
        &mut self,
        table: &Table,
        insert: &Insert,
        rows: &[Vec<(ColumnId, Value)>],
    ) {
        let Some(first) = rows.first() else {
            return;
        };
        self.syntax("given as (");
        self.unnested(table, first, rows, Names::Columns);
        let alias = self.alias();
        self.syntax("), allowed as (select bool_and(coalesce(");
        self.predicate(Scope::new(table, alias), &insert.check);
        self.syntax(", false)) as holds from given ")
            .put_alias(alias)
            .syntax("), ");
    }

    /// The rows of `given`, if all of them may be added.
    fn allowed(&mut self, table: &Table, first: &Row) {
        for (position, (column, _)) in first.iter().enumerate() {
            self.syntax(if position == 0 { " select " } else { ", " })
                .name(&table.column(*column).sql_name);
        }
        self.syntax(" from given where (select holds from allowed) order by ")
            .name(PLACE);
    }

    /// Rows of one set of columns: a list for each column, so that the text is the same for any number of rows.
    fn unnested(
        &mut self,
        table: &Table,
        first: &Row,
        rows: &[Vec<(ColumnId, Value)>],
        names: Names,
    ) {
        let given = self.alias();
        for (position, (column, _)) in first.iter().enumerate() {
            let column = table.column(*column);
            self.syntax(if position == 0 { " select " } else { ", " })
                .column(given, &position.to_string())
                .syntax("::")
                .sql_type(&column.sql_type);
            if names == Names::Columns {
                self.syntax(" as ").name(&column.sql_name);
            }
        }
        if names == Names::Columns {
            self.syntax(", place as ").name(PLACE);
        }
        for (position, (column, _)) in first.iter().enumerate() {
            let values = rows.iter().map(|row| value(row, *column));
            self.syntax(if position == 0 { " from unnest(" } else { ", " })
                .bind(&Bind {
                    source: Source::Literal(Some(array_literal(values))),
                    sql_type: "text[]".to_owned(),
                });
        }
        self.syntax(") with ordinality as ").put_alias(given);
        for position in 0..first.len() {
            self.syntax(if position == 0 { " (" } else { ", " })
                .name(&position.to_string());
        }
        self.syntax(", place)");
    }

    /// Rows of several sets of columns: what one of them lacks gets its default.
    fn listed(&mut self, table: &Table, rows: &[Vec<(ColumnId, Value)>]) {
        let mut columns: Vec<ColumnId> = Vec::new();
        for (column, _) in rows.iter().flatten() {
            if !columns.contains(column) {
                columns.push(*column);
            }
        }
        if columns.is_empty() {
            columns.extend(table.columns().next().map(|column| column.id));
        }
        for (position, column) in columns.iter().enumerate() {
            self.syntax(if position == 0 { " (" } else { ", " })
                .name(&table.column(*column).sql_name);
        }
        self.syntax(") values ");
        for (position, row) in rows.iter().enumerate() {
            self.syntax(if position == 0 { "(" } else { ", (" });
            for (position, id) in columns.iter().enumerate() {
                self.syntax(if position == 0 { "" } else { ", " });
                let Some((_, value)) = row.iter().find(|(column, _)| column == id) else {
                    self.syntax("default");
                    continue;
                };
                self.bind(&Bind {
                    source: Source::Literal(value.clone()),
                    sql_type: table.column(*id).sql_type.clone(),
                });
            }
            self.syntax(")");
        }
    }

    fn conflict(&mut self, table: &Table, alias: Alias, conflict: &Conflict) {
        self.syntax(" on conflict on constraint ")
            .name(&conflict.constraint);
        let Some(update) = &conflict.update else {
            self.syntax(" do nothing");
            return;
        };
        self.syntax(" do update set ");
        for (position, column) in update.columns.iter().enumerate() {
            let name = &table.column(*column).sql_name;
            self.syntax(if position == 0 { "" } else { ", " })
                .name(name)
                .syntax(" = excluded.")
                .name(name);
        }
        for (column, value) in &update.presets {
            self.syntax(", ")
                .name(&table.column(*column).sql_name)
                .syntax(" = ")
                .bind(value);
        }
        self.where_clause(Scope::new(table, alias), &update.filter);
    }
}

/// The check of rows that were changed because a new row met them, where they have one of their own.
pub(super) fn update_check(insert: &Insert) -> Option<&Predicate> {
    let update = insert.conflict.as_ref()?.update.as_ref()?;
    update.check.as_ref()
}

fn value(row: &Row, id: ColumnId) -> Option<&str> {
    row.iter()
        .find(|(column, _)| *column == id)
        .and_then(|(_, value)| value.as_deref())
}
