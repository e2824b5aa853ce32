//! Random inserts: rows with further rows before and after them, and what becomes of rows that are there already.

use serde_json::{Map, Value as Json, json};

use super::{Done, Made, Refused, Shape, UNCHECKED, is_shown};
use crate::{
    documents::Maker,
    interpreter::{Interpreter, View},
    requests::Outcome,
    rules::{At, Rule},
    text::name,
    world::{Column, Kind, Relationship, Row, Table, Value, World},
};

/// Rows to be added to one table.
struct Batch {
    table: &'static Table,
    rows: Vec<New>,
    conflict: Option<Conflict>,
}

struct New {
    cells: Row,
    /// The row that it refers to, or the rows that refer to it.
    related: Option<(&'static Relationship, Batch)>,
}

/// What becomes of a row whose key a new one has.
struct Conflict {
    columns: Vec<&'static str>,
    filter: Option<Rule>,
}

pub fn insert(maker: &Maker<'_>, rules: &Interpreter<'_>, table: &'static Table) -> Option<Made> {
    if !maker.role.inserts.contains_key(table.name) {
        return None;
    }
    let is_one = is_shown(maker.role, table) && maker.tape.chance(40);
    let most = if is_one { 1 } else { 3 };
    let random = Random { maker, rules };
    let rows = random.rows(table, most, None, 2);
    let mut arguments = Vec::new();
    let ty = format!("{}_insert_input!", table.name);
    let objects: Vec<Json> = rows.rows.iter().map(New::json).collect();
    arguments.push(if is_one {
        maker.argument("object", &ty, &objects[0])
    } else {
        maker.argument("objects", &format!("[{ty}]!"), &json!(objects))
    });
    if let Some(conflict) = &rows.conflict {
        let ty = format!("{}_on_conflict", table.name);
        arguments.push(maker.argument("on_conflict", &ty, &conflict.json(table)));
    }
    let (one, shape) = if is_one {
        ("_one", Shape::One)
    } else {
        ("", Shape::Response)
    };
    Some(Made {
        table,
        field: format!("insert_{}{one}({})", table.name, arguments.join(", ")),
        shape,
        effect: effect(rules, &rows).map(|done| vec![done]),
        outcome: match &rows {
            rows if rows.rows.iter().any(|row| row.related.is_some()) => Outcome::NestedInsert,
            rows if rows.conflict.is_some() => Outcome::Upsert,
            _ if is_one => Outcome::InsertOne,
            _ => Outcome::Insert,
        },
    })
}

/// Makes rows at random.
struct Random<'a> {
    maker: &'a Maker<'a>,
    rules: &'a Interpreter<'a>,
}

impl Random<'_> {
    /// Rows that `parent` gives a column, if there is one.
    fn rows(
        &self,
        table: &'static Table,
        most: usize,
        parent: Option<&'static str>,
        depth: usize,
    ) -> Batch {
        let tape = self.maker.tape;
        let conflict = tape.chance(40).then(|| self.conflict(table));
        let mut known = self.rules.world.rows(table.name).to_vec();
        let mut rows = Vec::new();
        for _ in 0..=tape.below(most) {
            let mut cells = self.cells(table);
            let is_free = parent.is_none_or(|column| !table.key.contains(&column));
            if conflict.is_some() && is_free && !known.is_empty() && tape.chance(60) {
                let met = known.remove(tape.below(known.len()));
                for key in table.key {
                    cells.insert(key, met[key].clone());
                }
            }
            parent.map(|column| cells.remove(column));
            rows.push(New {
                cells,
                related: None,
            });
        }
        if let ([row], true) = (rows.as_mut_slice(), depth > 0 && tape.chance(60)) {
            row.related = self.related(table, parent, depth);
            if let Some((way, _)) = &row.related
                && !way.is_array
            {
                row.cells.remove(way.here);
            }
        }
        Batch {
            table,
            rows,
            conflict,
        }
    }

    /// The columns that the client gives; keys always.
    fn cells(&self, table: &'static Table) -> Row {
        let tape = self.maker.tape;
        let given = table.columns.iter();
        let given: Vec<&Column> = given
            .filter(|column| table.key.contains(&column.name) || tape.chance(80))
            .collect();
        let mut cells = Row::new();
        for column in given {
            let value = match column.refers_to {
                Some(target) => {
                    let rows = self.rules.world.rows(target).iter();
                    let ids: Vec<&Value> = rows.map(|row| &row["id"]).collect();
                    tape.pick(&ids).clone()
                }
                None if table.key.contains(&column.name) => {
                    let fresh = tape.fresh();
                    match column.kind {
                        Kind::Int => Value::Int(i64::try_from(fresh).unwrap()),
                        _ => Value::Text(format!("n{fresh}")),
                    }
                }
                None => Value::random(tape, column.kind),
            };
            cells.insert(column.name, value);
        }
        cells
    }

    fn related(
        &self,
        table: &'static Table,
        parent: Option<&'static str>,
        depth: usize,
    ) -> Option<(&'static Relationship, Batch)> {
        let ways = table.relationships.iter().filter(|way| {
            // A column has one source.
            let is_free = way.is_array || parent != Some(way.here);
            is_free && self.maker.role.inserts.contains_key(way.target)
        });
        let ways: Vec<&'static Relationship> = ways.collect();
        if ways.is_empty() {
            return None;
        }
        let way = self.maker.tape.pick(&ways);
        let (most, parent) = if way.is_array {
            (2, Some(way.there))
        } else {
            (1, None)
        };
        let rows = self.rows(Table::named(way.target), most, parent, depth - 1);
        Some((way, rows))
    }

    fn conflict(&self, table: &'static Table) -> Conflict {
        let tape = self.maker.tape;
        let names: Vec<&'static str> = table.columns.iter().map(|column| column.name).collect();
        let may_update = self.maker.role.updates.contains_key(table.name);
        Conflict {
            columns: if may_update {
                tape.some(&names, 40)
            } else {
                Vec::new()
            },
            filter: tape.chance(30).then(|| self.maker.filter(table)),
        }
    }
}

impl Conflict {
    fn json(&self, table: &Table) -> Json {
        let columns = self.columns.iter().map(|column| name(column));
        let mut conflict = json!({
            "constraint": name(&format!("{}_pkey", table.name)),
            "update_columns": columns.collect::<Json>(),
        });
        if let Some(filter) = &self.filter {
            conflict["where"] = filter.json();
        }
        conflict
    }
}

impl New {
    fn json(&self) -> Json {
        let cells = self.cells.iter();
        let cells = cells.map(|(column, value)| ((*column).to_owned(), value.json()));
        let mut object: Map<String, Json> = cells.collect();
        if let Some((way, rows)) = &self.related {
            let mut objects: Vec<Json> = rows.rows.iter().map(Self::json).collect();
            let data = if way.is_array {
                json!(objects)
            } else {
                objects.remove(0)
            };
            let mut related = json!({ "data": data });
            if let Some(conflict) = &rows.conflict {
                related["on_conflict"] = conflict.json(rows.table);
            }
            object.insert(way.name.to_owned(), related);
        }
        Json::Object(object)
    }
}

fn effect(rules: &Interpreter<'_>, rows: &Batch) -> Result<Done, Refused> {
    let mut world = rules.world.clone();
    let mut affected = 0;
    let written = add(rules, &mut world, rows, &Row::new(), &mut affected)?;
    Ok(Done {
        world,
        written,
        affected,
    })
}

/// Adds rows: first what they refer to, then they, then what refers to them. Answers those that were written.
fn add(
    rules: &Interpreter<'_>,
    world: &mut World,
    rows: &Batch,
    inherited: &Row,
    affected: &mut usize,
) -> Result<Vec<Row>, Refused> {
    // Further rows need the row that they belong to.
    const MISSING: Refused = Refused("not-supported");
    let mut complete = Vec::new();
    for new in &rows.rows {
        let mut row: Row = rows
            .table
            .columns
            .iter()
            .map(|column| (column.name, Value::Null))
            .collect();
        row.extend(new.cells.clone());
        row.extend(inherited.clone());
        if let Some((way, parents)) = &new.related
            && !way.is_array
        {
            let parents = add(rules, world, parents, &Row::new(), affected)?;
            let parent = parents.first().ok_or(MISSING)?;
            row.insert(way.here, parent[way.there].clone());
        }
        complete.push(row);
    }
    let written = write(rules, world, rows, complete)?;
    *affected += written.len();
    for new in &rows.rows {
        if let Some((way, children)) = &new.related
            && way.is_array
        {
            let row = written.first().ok_or(MISSING)?;
            let inherited = Row::from([(way.there, row[way.here].clone())]);
            add(rules, world, children, &inherited, affected)?;
        }
    }
    Ok(written)
}

/// One statement: conditions see what was there before it.
fn write(
    rules: &Interpreter<'_>,
    world: &mut World,
    rows: &Batch,
    new: Vec<Row>,
) -> Result<Vec<Row>, Refused> {
    let table = rows.table;
    let rules = Interpreter { world, ..*rules };
    let holds = |rule: &Rule, row: &Row, view: View| {
        rules.holds(rule, At::new(table, row), view) == Some(true)
    };
    let check = &rules.role.inserts[table.name];
    let mut after = rules.world.rows(table.name).to_vec();
    let mut written = Vec::new();
    for row in new {
        let is_met = |other: &&mut Row| table.key.iter().all(|key| other[key] == row[key]);
        let Some(met) = after.iter_mut().find(is_met) else {
            if !holds(check, &row, View::Rule) {
                return Err(UNCHECKED);
            }
            after.push(row.clone());
            written.push(row);
            continue;
        };
        let conflict = rows.conflict.as_ref().unwrap();
        if conflict.columns.is_empty() {
            continue;
        }
        let access = &rules.role.updates[table.name];
        let filter = conflict.filter.as_ref();
        let is_meant = holds(&access.filter, met, View::Rule)
            && filter.is_none_or(|filter| holds(filter, met, View::Role));
        if !is_meant {
            continue;
        }
        for column in &conflict.columns {
            met.insert(column, row[column].clone());
        }
        if !holds(&access.check, met, View::Rule) {
            return Err(UNCHECKED);
        }
        written.push(met.clone());
    }
    *world = world.with(table.name, after);
    Ok(written)
}
