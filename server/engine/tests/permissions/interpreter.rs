//! What Hasura's rules say of rows and cells, by looking at all of them.

use std::collections::BTreeMap;

use crate::{
    roles::{Role, Select},
    rules::{At, Operand},
    world::{Kind, Row, Table, Value, World},
};

/// With whose eyes a condition is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// A rule of the metadata sees everything.
    Rule,
    /// A client sees what its role may.
    Role,
}

#[derive(Clone, Copy)]
pub struct Interpreter<'a> {
    pub world: &'a World,
    pub role: &'a Role,
    pub session: &'a BTreeMap<&'static str, String>,
}

impl<'a> Interpreter<'a> {
    /// Whether the role may see a row: one of the roles that it is made of may.
    pub fn is_visible(&self, table: &'static Table, row: &Row) -> bool {
        let mut selects = self.role.selects(table.name).iter();
        selects
            .any(|select| self.holds(&select.filter, At::new(table, row), View::Rule) == Some(true))
    }

    /// A cell; null when no role that may see the row may see the column. A column that all of them may see is never
    /// hidden: a mutation can name by it a row that may be written but not seen.
    pub fn cell(&self, table: &'static Table, row: &Row, column: &str, view: View) -> Value {
        let selects = self.role.selects(table.name);
        let is_shown = || {
            let has = |select: &&Select| select.columns.contains(column);
            selects.iter().all(|select| has(&select))
                || selects.iter().filter(has).any(|select| {
                    self.holds(&select.filter, At::new(table, row), View::Rule) == Some(true)
                })
        };
        if view == View::Rule || is_shown() {
            row[column].clone()
        } else {
            Value::Null
        }
    }

    /// The rows that a relationship leads to, as far as they can be seen.
    pub fn related(
        &self,
        table: &'static Table,
        row: &Row,
        relationship: &str,
        view: View,
    ) -> Vec<(&'static Table, &'a Row)> {
        let way = table.relationship(relationship);
        let target = Table::named(way.target);
        let key = &row[way.here];
        let rows = self.world.rows(target.name).iter();
        rows.filter(|other| !key.is_null() && other[way.there] == *key)
            .filter(|other| view == View::Rule || self.is_visible(target, other))
            .map(|other| (target, other))
            .collect()
    }

    /// The rows of a table that the role may see.
    pub fn visible(&self, table: &'static Table) -> Vec<&'a Row> {
        let rows = self.world.rows(table.name).iter();
        rows.filter(|row| self.is_visible(table, row)).collect()
    }

    pub fn value(&self, operand: &Operand, kind: Kind) -> Value {
        match operand {
            Operand::Value(value) => value.clone(),
            Operand::Session(name) => {
                let text = &self.session[name.to_ascii_lowercase().as_str()];
                match kind {
                    Kind::Int => Value::Int(text.parse().unwrap()),
                    _ => Value::Text(text.clone()),
                }
            }
            Operand::List(_) => unreachable!("a list is compared by `In`"),
        }
    }

    pub fn values(&self, operand: &Operand) -> Vec<Value> {
        match operand {
            Operand::List(values) => values.clone(),
            Operand::Session(name) => {
                let text = &self.session[name.to_ascii_lowercase().as_str()];
                let items = text.trim_matches(['{', '}']).split(',');
                let items = items.filter(|item| !item.is_empty());
                items
                    .map(|item| Value::Int(item.parse().unwrap()))
                    .collect()
            }
            Operand::Value(value) => vec![value.clone()],
        }
    }
}

/// A function over rows, each given by the cells of its columns.
pub fn function(name: &str, rows: &[Vec<Value>], is_distinct: bool) -> Value {
    let count = |number: usize| Value::Int(i64::try_from(number).unwrap());
    if name == "count" {
        return match rows.first().map(Vec::len) {
            Some(1) => count(different(given(rows), is_distinct).len()),
            None | Some(0) => count(rows.len()),
            // A record is there even if all of its members are null.
            Some(_) => count(different(rows.to_vec(), is_distinct).len()),
        };
    }
    let values: Vec<Value> = different(given(rows), is_distinct);
    let numbers = values.iter().filter_map(Value::number);
    if values.is_empty() {
        return Value::Null;
    }
    match name {
        "bool_and" => Value::Bool(!values.contains(&Value::Bool(false))),
        "bool_or" => Value::Bool(values.contains(&Value::Bool(true))),
        "min" => values.into_iter().min_by(Value::compare).unwrap(),
        "max" => values.into_iter().max_by(Value::compare).unwrap(),
        "sum" => Value::Float(numbers.sum()),
        "avg" => {
            let number: u32 = values.len().try_into().unwrap();
            Value::Float(numbers.sum::<f64>() / f64::from(number))
        }
        other => unreachable!("nothing computes {other}"),
    }
}

/// The values of one column that are not null.
fn given(rows: &[Vec<Value>]) -> Vec<Value> {
    let cells = rows.iter().map(|row| row[0].clone());
    cells.filter(|cell| !cell.is_null()).collect()
}

fn different<T: PartialEq>(all: Vec<T>, is_distinct: bool) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for each in all {
        if !is_distinct || !kept.contains(&each) {
            kept.push(each);
        }
    }
    kept
}
