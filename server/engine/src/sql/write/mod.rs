//! Statements that write, and the statement that shows what earlier ones wrote.
//!
//! Every writing statement answers one text: a [`Verdict`], how many rows were written, a space, and then either the
//! JSON of the field or the written rows, as a later statement needs them.

mod insert;

use super::{Alias, Scope, Statement, Writer};
use crate::{
    model::{
        Bind, ColumnId, Model, Predicate, Source, Table, UpdateOperator, Value, array_literal,
    },
    plan::{
        Write,
        write::{Action, Answer, Change, ResponseField, Step},
    },
};

/// The name under which rows that are no table's carry their place. No column is named so.
const PLACE: &str = "place$";

/// What a writing statement says of itself in the first letter of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Good,
    /// A row does not satisfy the check of added rows, or the only check there is.
    Unchecked,
    /// A row that met a new one does not satisfy the check of changed rows.
    UpdateUnchecked,
    /// More rows than allowed.
    TooMany,
}

impl Verdict {
    const ALL: [Self; 4] = [
        Self::Good,
        Self::Unchecked,
        Self::UpdateUnchecked,
        Self::TooMany,
    ];

    const fn letter(self) -> &'static str {
        match self {
            Self::Good => "'y'",
            Self::Unchecked => "'n'",
            Self::UpdateUnchecked => "'u'",
            Self::TooMany => "'m'",
        }
    }

    /// Takes the verdict, the number of rows and the rest of an answer apart.
    pub fn read(answer: &str) -> Option<(Self, u32, &str)> {
        let (head, rest) = answer.split_once(' ')?;
        let verdict = Self::ALL
            .into_iter()
            .find(|verdict| head.starts_with(verdict.letter().trim_matches('\'')))?;
        Some((verdict, head.get(1..)?.parse().ok()?, rest))
    }
}

/// The statement of a step. `rows` are the values of its new rows, in the columns that the plan gives them.
pub fn step(
    model: &Model,
    write: &Write,
    step: &Step,
    rows: &[Vec<(ColumnId, Value)>],
) -> Statement {
    let mut writer = Writer::new(model);
    let table = model.table(step.table);
    let alias = writer.alias();
    writer.syntax("with ");
    if let Action::Insert(insert) = &step.action
        && insert.is_decided_before
    {
        writer.given(table, insert, rows);
    }
    writer.syntax("written as (");
    match &step.action {
        Action::Insert(insert) => writer.insert(table, alias, insert, rows),
        Action::Update(update) => {
            writer.update(table, alias, &update.changes);
            writer.where_clause(Scope::new(table, alias), &update.filter);
            writer.syntax(" returning ").put_alias(alias).syntax(".*");
        }
        Action::Delete(delete) => {
            writer
                .syntax("delete from ")
                .relation(table)
                .syntax(" as ")
                .put_alias(alias);
            writer.where_clause(Scope::new(table, alias), &delete.filter);
            writer.syntax(" returning ").put_alias(alias).syntax(".*");
        }
    }
    writer.syntax(") select ");
    writer.verdict(table, &step.action);
    writer.syntax(" || (select count(*) from written) || ' ' || ");
    if write.is_one_statement() {
        writer.answer(&write.answer, None);
    } else {
        writer.rows(table, step);
    }
    writer.finish()
}

/// The statement that shows rows which were written before, given as PostgreSQL wrote them.
pub fn answer(model: &Model, write: &Write, rows: &[String], affected_rows: u32) -> Statement {
    let mut writer = Writer::new(model);
    let table = model.table(write.table);
    let rows = Bind {
        source: Source::Literal(Some(array_literal(
            rows.iter().map(|row| Some(row.as_str())),
        ))),
        sql_type: format!("{}[]", super::quoted_relation(table)),
    };
    writer
        .syntax("with written as (select * from unnest(")
        .bind(&rows)
        .syntax(") with ordinality as written (");
    for column in table.columns() {
        writer.name(&column.sql_name).syntax(", ");
    }
    writer.name(PLACE).syntax(")) select ");
    writer.answer(&write.answer, Some(affected_rows));
    writer.finish()
}

impl Writer<'_> {
    fn update(&mut self, table: &Table, alias: Alias, changes: &[Change]) {
        self.syntax("update ")
            .relation(table)
            .syntax(" as ")
            .put_alias(alias);
        for (position, change) in changes.iter().enumerate() {
            self.syntax(if position == 0 { " set " } else { ", " });
            let name = &table.column(change.column).sql_name;
            self.name(name).syntax(" = ");
            match change.operator {
                UpdateOperator::Set => {}
                UpdateOperator::Prepend => {
                    self.bind(&change.value).syntax(" || ").column(alias, name);
                    continue;
                }
                operator => {
                    self.column(alias, name).syntax(match operator {
                        UpdateOperator::Inc => " + ",
                        UpdateOperator::Append => " || ",
                        UpdateOperator::DeleteAtPath => " #- ",
                        _ => " - ",
                    });
                }
            }
            self.bind(&change.value);
        }
    }

    /// The first letter of the answer. A check that is null does not hold.
    fn verdict(&mut self, table: &Table, action: &Action) {
        let (check, update_check, at_most) = match action {
            Action::Insert(insert) => (&insert.check, insert::update_check(insert), None),
            Action::Update(update) => (&update.check, None, update.at_most.as_ref()),
            Action::Delete(delete) => (&Predicate::TRUE, None, delete.at_most.as_ref()),
        };
        self.syntax("case");
        if let Action::Insert(insert) = action
            && insert.is_decided_before
        {
            self.syntax(" when not (select holds from allowed) then ")
                .syntax(Verdict::Unchecked.letter());
        }
        if let Some(at_most) = at_most {
            self.syntax(" when (select count(*) from written) > ")
                .bind(at_most)
                .syntax(" then ")
                .syntax(Verdict::TooMany.letter());
        }
        // Where it is not known which rows were added, each must satisfy both checks.
        let tells_added = update_check.is_some() && !table.is_partitioned;
        self.violation(
            table,
            check,
            tells_added.then_some(true),
            Verdict::Unchecked,
        );
        if let Some(update_check) = update_check {
            let changed = tells_added.then_some(false);
            self.violation(table, update_check, changed, Verdict::UpdateUnchecked);
        }
        self.syntax(" when true then ")
            .syntax(Verdict::Good.letter())
            .syntax(" end");
    }

    /// One case of the verdict: some row, added or changed as `is_added` says, does not satisfy a check.
    fn violation(
        &mut self,
        table: &Table,
        check: &Predicate,
        is_added: Option<bool>,
        verdict: Verdict,
    ) {
        if check.is_true() {
            return;
        }
        let alias = self.alias();
        self.syntax(" when exists (select 1 from written ")
            .put_alias(alias)
            .syntax(" where ");
        if let Some(is_added) = is_added {
            self.syntax(if is_added { "" } else { "not " })
                .column(alias, insert::IS_ADDED)
                .syntax(" and ");
        }
        self.syntax("not coalesce(");
        self.predicate(Scope::new(table, alias), check);
        self.syntax(", false)) then ").syntax(verdict.letter());
    }

    /// The written rows as a JSON list: each the row as PostgreSQL writes it, if it is shown, and its keys.
    fn rows(&mut self, table: &Table, step: &Step) {
        if !step.is_shown && step.keys.is_empty() {
            self.syntax("'[]'");
            return;
        }
        let alias = self.alias();
        self.syntax("(select coalesce(json_agg(json_build_array(");
        if step.is_shown {
            for (position, column) in table.columns().enumerate() {
                self.syntax(if position == 0 { "row(" } else { ", " })
                    .column(alias, &column.sql_name);
            }
            self.syntax(")::text");
        }
        for (position, key) in step.keys.iter().enumerate() {
            if position > 0 || step.is_shown {
                self.syntax(", ");
            }
            self.column(alias, &table.column(*key).sql_name)
                .syntax("::text");
        }
        self.syntax(")), '[]') from written ")
            .put_alias(alias)
            .syntax(")::text");
    }

    /// The JSON of the field, from the rows in `written`. Nested inserts count more rows than those.
    fn answer(&mut self, answer: &Answer, affected_rows: Option<u32>) {
        self.syntax("coalesce((select row_to_json(\"r$\") from (");
        match answer {
            Answer::One(select) => self.written(select, "written"),
            Answer::Response { fields } => {
                self.syntax("select ");
                for (position, (alias, field)) in fields.iter().enumerate() {
                    if position > 0 {
                        self.syntax(", ");
                    }
                    self.response_field(field, affected_rows);
                    self.syntax(" as ").name(alias);
                }
            }
        }
        self.syntax(") \"r$\"), 'null')::text");
    }

    fn response_field(&mut self, field: &ResponseField, affected_rows: Option<u32>) {
        match (field, affected_rows) {
            (ResponseField::Typename(name), _) => {
                self.literal(name).syntax("::text");
            }
            (ResponseField::AffectedRows, Some(affected_rows)) => {
                self.number(affected_rows);
            }
            (ResponseField::AffectedRows, None) => {
                self.syntax("(select count(*) from written)");
            }
            (ResponseField::Returning(select), _) => {
                self.syntax("(select coalesce(json_agg(\"r$\"), '[]') from (");
                self.written(select, "written");
                if affected_rows.is_some() {
                    // Joins of object relationships do not keep the order of the rows.
                    self.syntax(" order by ").name(PLACE);
                }
                self.syntax(") \"r$\")");
            }
        }
    }
}
