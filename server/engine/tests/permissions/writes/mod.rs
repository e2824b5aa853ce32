//! Random mutations: which rows are written, and what is shown of them.

mod changes;
mod inserts;

use serde_json::{Value as Json, json};

use crate::{
    answers::Expected,
    compare::any_order,
    documents::{Field, Maker, selection},
    interpreter::Interpreter,
    requests::{Case, Outcome, judge},
    roles::Role,
    world::{ALL, Row, Table, VIEW, World},
};

/// What one write does.
struct Done {
    /// All rows afterwards.
    world: World,
    /// The rows of the field's table, as they are afterwards, or were before a delete.
    written: Vec<Row>,
    /// How many rows, those of nested inserts included.
    affected: usize,
}

/// The code with which a mutation fails.
struct Refused(&'static str);

const UNCHECKED: Refused = Refused("permission-error");

/// What a mutation field answers with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// The row, or null.
    One,
    /// How many rows, and which.
    Response,
    /// A response for each write.
    Responses,
}

/// A mutation field.
struct Made {
    table: &'static Table,
    /// Its name and arguments.
    field: String,
    shape: Shape,
    effect: Result<Vec<Done>, Refused>,
    outcome: Outcome,
}

/// One mutation, and its answer compared.
pub async fn request(case: &mut Case<'_>, role: &Role) -> Result<Outcome, String> {
    let maker = Maker::new(case.tape, role);
    let Some(made) = random(&maker, &case.interpreter(role, 0)) else {
        return Ok(Outcome::Nothing);
    };
    let fields = is_shown(role, made.table).then(|| maker.fields(made.table, 2));
    let field = format!("{} {}", made.field, shown(made.shape, fields.as_deref()));
    let request = maker.request("mutation", &field);
    let found = case.answer(role.name, &request).await;
    let found: Json = serde_json::from_str(&found).unwrap();
    let mut effect = match made.effect {
        Ok(effect) => effect,
        Err(Refused(code)) if found["errors"][0]["extensions"]["code"] == code => {
            case.everything().await?;
            return Ok(Outcome::Refused);
        }
        Err(Refused(code)) => return Err(format!("{request}\nexpected {code}\nfound {found}")),
    };
    let answers = effect.iter().map(|done| {
        let rules = Interpreter {
            world: &done.world,
            ..case.interpreter(role, 0)
        };
        answer(&rules, made.table, done, made.shape, fields.as_deref())
    });
    let mut answers: Result<Vec<Json>, _> = answers.collect();
    let expected = match (made.shape, &mut answers) {
        (Shape::One | Shape::Response, Ok(only)) => Ok(only.remove(0)),
        _ => answers.map(Json::Array),
    };
    let outcome = judge(&request, &expected, &found, made.outcome)?;
    if let Some(last) = effect.pop() {
        case.world = last.world;
    }
    let everything = case.everything().await;
    everything.map_err(|problem| format!("{request}\nfound    {found}\n{problem}"))?;
    Ok(outcome)
}

fn random(maker: &Maker<'_>, rules: &Interpreter<'_>) -> Option<Made> {
    // Rows of these are nobody's parents, so that no constraint speaks before a rule.
    let all = ALL.iter().filter(|table| table.name != VIEW);
    let (leaves, others): (Vec<_>, Vec<&'static Table>) =
        all.partition(|table| ["task", "tag"].contains(&table.name));
    let leaf = maker.tape.pick(&leaves);
    let table = if maker.tape.chance(50) {
        maker.tape.pick(&others)
    } else {
        leaf
    };
    match maker.tape.below(9) {
        0 => changes::update(maker, rules, table),
        1 => changes::update_by_key(maker, rules, table),
        2 => changes::update_many(maker, rules, table),
        3 => changes::delete(maker, rules, leaf),
        4 => changes::delete_by_key(maker, rules, leaf),
        _ => inserts::insert(maker, rules, table),
    }
}

/// Whether the role is shown rows of a table that it wrote.
fn is_shown(role: &Role, table: &Table) -> bool {
    role.can_read(table.name) && !role.columns(table).is_empty()
}

/// The selection of a mutation field.
fn shown(shape: Shape, fields: Option<&[Field]>) -> String {
    let fields = fields.map(selection);
    match (shape, fields) {
        (Shape::One, fields) => fields.unwrap_or_default(),
        (_, Some(fields)) => format!("{{ affected_rows returning {fields} }}"),
        (_, None) => "{ affected_rows }".to_owned(),
    }
}

/// What the role sees of a write.
fn answer(
    rules: &Interpreter<'_>,
    table: &'static Table,
    done: &Done,
    shape: Shape,
    fields: Option<&[Field]>,
) -> Expected {
    let mut rows = Vec::new();
    for row in &done.written {
        if let Some(fields) = fields
            && rules.is_visible(table, row)
        {
            rows.push(rules.object(table, row, fields)?);
        }
    }
    if shape == Shape::One {
        return Ok(rows.pop().unwrap_or_default());
    }
    let mut answer = json!({ "affected_rows": done.affected });
    if fields.is_some() {
        answer["returning"] = any_order(&rows);
    }
    Ok(answer)
}
