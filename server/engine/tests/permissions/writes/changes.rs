//! Random updates and deletes, of one row or of many.

use serde_json::{Value as Json, json};

use super::{Done, Made, Refused, Shape, UNCHECKED, is_shown};
use crate::{
    documents::Maker,
    interpreter::{Interpreter, View},
    reads::{RowKey, key_arguments, readable_key},
    requests::Outcome,
    roles::Update,
    rules::{At, Rule},
    world::{Kind, Row, Table, Value},
};

/// What becomes of one column.
enum Change {
    Set(&'static str, Value),
    Increase(&'static str, i64),
}

impl Change {
    fn random(maker: &Maker<'_>, rules: &Interpreter<'_>, table: &'static Table) -> Self {
        let tape = maker.tape;
        let columns = table.columns.iter();
        let columns: Vec<_> = columns
            .filter(|column| !table.key.contains(&column.name))
            .collect();
        let column = tape.pick(&columns);
        if let Some(target) = column.refers_to {
            let rows = rules.world.rows(target).iter();
            let ids: Vec<_> = rows.map(|row| &row["id"]).collect();
            return Self::Set(column.name, tape.pick(&ids).clone());
        }
        if column.kind == Kind::Int && tape.chance(30) {
            return Self::Increase(column.name, 1);
        }
        Self::Set(column.name, Value::random(tape, column.kind))
    }

    fn operator(&self) -> &'static str {
        match self {
            Self::Set(..) => "_set",
            Self::Increase(..) => "_inc",
        }
    }

    fn operand(&self) -> Json {
        match self {
            Self::Set(column, value) => json!({ *column: value.json() }),
            Self::Increase(column, by) => json!({ *column: by }),
        }
    }

    fn argument(&self, maker: &Maker<'_>, table: &Table) -> String {
        let ty = format!("{}{}_input", table.name, self.operator());
        maker.argument(self.operator(), &ty, &self.operand())
    }

    fn apply(&self, row: &mut Row) {
        match self {
            Self::Set(column, value) => {
                row.insert(column, value.clone());
            }
            Self::Increase(column, by) => {
                if let Value::Int(value) = row[column] {
                    row.insert(column, Value::Int(value + by));
                }
            }
        }
    }
}

/// Which rows the client means.
enum Chosen {
    By(Rule),
    Key(RowKey),
}

impl Chosen {
    fn is_meant(&self, rules: &Interpreter<'_>, table: &'static Table, row: &Row) -> bool {
        match self {
            Self::By(filter) => rules.holds(filter, At::new(table, row), View::Role) == Some(true),
            Self::Key(key) => key
                .iter()
                .all(|(column, value)| rules.cell(table, row, column, View::Role) == *value),
        }
    }
}

/// Changes the rows that the role may change and the client means.
fn updated(
    rules: &Interpreter<'_>,
    table: &'static Table,
    access: &Update,
    chosen: &Chosen,
    change: &Change,
) -> Result<Done, Refused> {
    let holds =
        |rule: &Rule, row: &Row| rules.holds(rule, At::new(table, row), View::Rule) == Some(true);
    let mut rows = rules.world.rows(table.name).to_vec();
    let mut written = Vec::new();
    for row in &mut rows {
        if holds(&access.filter, row) && chosen.is_meant(rules, table, row) {
            change.apply(row);
            if !holds(&access.check, row) {
                return Err(UNCHECKED);
            }
            written.push(row.clone());
        }
    }
    Ok(done(rules, table, rows, written))
}

/// Removes the rows that the role may remove and the client means.
fn deleted(rules: &Interpreter<'_>, table: &'static Table, access: &Rule, chosen: &Chosen) -> Done {
    let rows = rules.world.rows(table.name).iter().cloned();
    let (written, rows) = rows.partition(|row| {
        rules.holds(access, At::new(table, row), View::Rule) == Some(true)
            && chosen.is_meant(rules, table, row)
    });
    done(rules, table, rows, written)
}

fn done(rules: &Interpreter<'_>, table: &'static Table, rows: Vec<Row>, written: Vec<Row>) -> Done {
    Done {
        world: rules.world.with(table.name, rows),
        affected: written.len(),
        written,
    }
}

pub fn update(maker: &Maker<'_>, rules: &Interpreter<'_>, table: &'static Table) -> Option<Made> {
    let access = maker.role.updates.get(table.name)?;
    let change = Change::random(maker, rules, table);
    let filter = maker.filter(table);
    let chosen = maker.filter_argument(table, "!", &filter);
    let argument = change.argument(maker, table);
    let done = updated(rules, table, access, &Chosen::By(filter), &change);
    Some(Made {
        table,
        field: format!("update_{}({chosen}, {argument})", table.name),
        shape: Shape::Response,
        effect: done.map(|done| vec![done]),
        outcome: Outcome::Update,
    })
}

pub fn update_by_key(
    maker: &Maker<'_>,
    rules: &Interpreter<'_>,
    table: &'static Table,
) -> Option<Made> {
    let access = maker.role.updates.get(table.name)?;
    let key = readable_key(maker, table)?;
    let change = Change::random(maker, rules, table);
    let members = key.iter();
    let members: Json = members
        .map(|(column, value)| ((*column).to_owned(), value.json()))
        .collect();
    let ty = format!("{}_pk_columns_input!", table.name);
    let field = format!(
        "update_{}_by_pk({}, {})",
        table.name,
        maker.argument("pk_columns", &ty, &members),
        change.argument(maker, table)
    );
    let done = updated(rules, table, access, &Chosen::Key(key), &change);
    Some(Made {
        table,
        field,
        shape: Shape::One,
        effect: done.map(|done| vec![done]),
        outcome: Outcome::UpdateByKey,
    })
}

/// Several updates, each of what those before left.
pub fn update_many(
    maker: &Maker<'_>,
    rules: &Interpreter<'_>,
    table: &'static Table,
) -> Option<Made> {
    let access = maker.role.updates.get(table.name)?;
    let mut updates = Vec::new();
    let mut effect: Result<Vec<Done>, Refused> = Ok(Vec::new());
    for _ in 0..=maker.tape.below(2) {
        let change = Change::random(maker, rules, table);
        let filter = maker.filter(table);
        updates.push(json!({ "where": filter.json(), change.operator(): change.operand() }));
        effect = effect.and_then(|mut all| {
            let world = all.last().map_or(rules.world, |done| &done.world);
            let rules = Interpreter { world, ..*rules };
            all.push(updated(
                &rules,
                table,
                access,
                &Chosen::By(filter),
                &change,
            )?);
            Ok(all)
        });
    }
    let ty = format!("[{}_updates!]!", table.name);
    let updates = maker.argument("updates", &ty, &json!(updates));
    Some(Made {
        table,
        field: format!("update_{}_many({updates})", table.name),
        shape: Shape::Responses,
        effect,
        outcome: Outcome::UpdateMany,
    })
}

pub fn delete(maker: &Maker<'_>, rules: &Interpreter<'_>, table: &'static Table) -> Option<Made> {
    let access = maker.role.deletes.get(table.name)?;
    let filter = maker.filter(table);
    let chosen = maker.filter_argument(table, "!", &filter);
    Some(Made {
        table,
        field: format!("delete_{}({chosen})", table.name),
        shape: Shape::Response,
        effect: Ok(vec![deleted(rules, table, access, &Chosen::By(filter))]),
        outcome: Outcome::Delete,
    })
}

pub fn delete_by_key(
    maker: &Maker<'_>,
    rules: &Interpreter<'_>,
    table: &'static Table,
) -> Option<Made> {
    let access = maker.role.deletes.get(table.name)?;
    let key = readable_key(maker, table)?;
    let arguments = key_arguments(maker, table, &key);
    is_shown(maker.role, table).then(|| Made {
        table,
        field: format!("delete_{}_by_pk({arguments})", table.name),
        shape: Shape::One,
        effect: Ok(vec![deleted(rules, table, access, &Chosen::Key(key))]),
        outcome: Outcome::DeleteByKey,
    })
}
