//! Random mutations: which rows are written, and what `returning` shows of them.

use serde_json::{Value as Json, json};

use crate::{
    compare::{any_order, is_same},
    documents::Maker,
    interpreter::{Interpreter, View},
    requests::{Case, Outcome, type_of},
    roles::Role,
    rules::{At, Rule},
    world::{ALL, Row, Table, VIEW, Value},
};

/// What a mutation does to the rows.
struct Effect {
    /// All rows of the table afterwards.
    after: Vec<Row>,
    /// The rows that were written, as they are afterwards, or were before a delete.
    written: Vec<Row>,
    outcome: Outcome,
}

/// One mutation, and its answer compared.
pub async fn request(case: &mut Case<'_>, role: &Role) -> Result<Outcome, String> {
    // Rows of these are nobody's parents, so that no constraint speaks before a rule.
    let leaves: Vec<&'static Table> = ALL
        .iter()
        .filter(|table| ["task", "tag"].contains(&table.name))
        .collect();
    let written: Vec<&'static Table> = ALL.iter().filter(|table| table.name != VIEW).collect();
    let (kind, tables) = match case.tape.below(3) {
        0 => (Outcome::Update, written),
        1 => (Outcome::Delete, leaves),
        _ => (Outcome::Insert, leaves),
    };
    let table = case.tape.pick(&tables);
    let maker = Maker::new(case.tape, role);
    let made = match kind {
        Outcome::Update => update(case, &maker, table),
        Outcome::Delete => delete(case, &maker, table),
        _ => insert(case, &maker, table),
    };
    let Some((field, effect)) = made else {
        return Ok(Outcome::Nothing);
    };
    let columns = role.columns(table);
    let shown: Vec<String> = columns.iter().map(|column| format!(" {column}")).collect();
    let returning = match shown.as_slice() {
        [] => String::new(),
        shown => format!("returning {{{} }}", shown.join("")),
    };
    let request = maker.request(
        "mutation",
        &format!("{field} {{ affected_rows {returning} }}"),
    );
    let found: Json = serde_json::from_str(&case.answer(role, &request).await).unwrap();
    let expected = match &effect {
        Some(effect) => {
            let mut answer = json!({ "affected_rows": effect.written.len() });
            if !columns.is_empty() {
                answer["returning"] =
                    returned(&case.interpreter(role), table, &effect.written, &columns);
            }
            json!({ "data": { "a": answer } })
        }
        None => json!("permission-error"),
    };
    let is_right = match &effect {
        Some(_) => is_same(&expected, &found),
        None => found["errors"][0]["extensions"]["code"] == expected,
    };
    if !is_right {
        return Err(format!("{request}\nexpected {expected}\nfound    {found}"));
    }
    let Some(effect) = effect else {
        return Ok(Outcome::Refused);
    };
    case.world = case.world.with(table.name, effect.after);
    Ok(effect.outcome)
}

/// What the role sees of written rows. Related rows are as they were before the statement.
fn returned(
    rules: &Interpreter<'_>,
    table: &'static Table,
    written: &[Row],
    columns: &[&'static str],
) -> Json {
    let visible = written.iter().filter(|row| rules.is_visible(table, row));
    let rows = visible.map(|row| {
        let cells = columns.iter();
        cells
            .map(|column| {
                (
                    (*column).to_owned(),
                    rules.cell(table, row, column, View::Role).json(),
                )
            })
            .collect()
    });
    any_order(&rows.collect::<Vec<_>>())
}

type Made = Option<(String, Option<Effect>)>;

fn is_meant(
    rules: &Interpreter<'_>,
    table: &'static Table,
    row: &Row,
    rule: &Rule,
    filter: &Rule,
) -> bool {
    let at = At::new(table, row);
    rules.holds(rule, at, View::Rule) == Some(true)
        && rules.holds(filter, at, View::Role) == Some(true)
}

fn update(case: &Case<'_>, maker: &Maker<'_>, table: &'static Table) -> Made {
    let access = maker.role.updates.get(table.name)?;
    let plain: Vec<_> = table
        .columns
        .iter()
        .filter(|column| column.refers_to.is_none() && !table.key.contains(&column.name))
        .collect();
    let column = case.tape.pick(&plain);
    let value = Value::random(case.tape, column.kind);
    let filter = maker.filter(table);
    let set = maker.value(
        &format!("{}_set_input", table.name),
        &json!({ column.name: value.json() }),
    );
    let chosen = maker.value(&format!("{}_bool_exp!", table.name), &filter.json());
    let field = format!("update_{}(where: {chosen}, _set: {set})", table.name);
    let rules = case.interpreter(maker.role);
    let mut after = Vec::new();
    let mut written = Vec::new();
    for row in case.world.rows(table.name) {
        let mut row = row.clone();
        if is_meant(&rules, table, &row, &access.filter, &filter) {
            row.insert(column.name, value.clone());
            written.push(row.clone());
        }
        after.push(row);
    }
    let passes =
        |row: &Row| rules.holds(&access.check, At::new(table, row), View::Rule) == Some(true);
    let is_good = written.iter().all(passes);
    Some((
        field,
        is_good.then_some(Effect {
            after,
            written,
            outcome: Outcome::Update,
        }),
    ))
}

fn delete(case: &Case<'_>, maker: &Maker<'_>, table: &'static Table) -> Made {
    let access = maker.role.deletes.get(table.name)?;
    let filter = maker.filter(table);
    let chosen = maker.value(&format!("{}_bool_exp!", table.name), &filter.json());
    let field = format!("delete_{}(where: {chosen})", table.name);
    let rules = case.interpreter(maker.role);
    let all = case.world.rows(table.name).iter().cloned();
    let (written, after) = all.partition(|row| is_meant(&rules, table, row, access, &filter));
    Some((
        field,
        Some(Effect {
            after,
            written,
            outcome: Outcome::Delete,
        }),
    ))
}

fn insert(case: &Case<'_>, maker: &Maker<'_>, table: &'static Table) -> Made {
    let check = maker.role.inserts.get(table.name)?;
    let parents = case.world.rows("person").len();
    let row: Row = table
        .columns
        .iter()
        .map(|column| {
            let value = match column.refers_to {
                _ if column.name == "id" => {
                    Value::Int(100 + i64::try_from(case.world.rows(table.name).len()).unwrap())
                }
                Some(_) => Value::Int(i64::try_from(case.tape.below(parents)).unwrap()),
                None if table.key.contains(&column.name) => Value::Text("new".to_owned()),
                None => Value::random(case.tape, column.kind),
            };
            (column.name, value)
        })
        .collect();
    let is_taken = |other: &Row| table.key.iter().all(|key| other[key] == row[key]);
    if case.world.rows(table.name).iter().any(is_taken) {
        return None;
    }
    let members: Vec<String> = row
        .iter()
        .map(|(column, value)| {
            format!(
                "{column}: {}",
                maker.value(type_of(table, column), &value.json())
            )
        })
        .collect();
    let field = format!(
        "insert_{}(objects: [{{{}}}])",
        table.name,
        members.join(", ")
    );
    let rules = case.interpreter(maker.role);
    let is_good = rules.holds(check, At::new(table, &row), View::Rule) == Some(true);
    let mut after = case.world.rows(table.name).to_vec();
    after.push(row.clone());
    let effect = Effect {
        after,
        written: vec![row],
        outcome: Outcome::Insert,
    };
    Some((field, is_good.then_some(effect)))
}
