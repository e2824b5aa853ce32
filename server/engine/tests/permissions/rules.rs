//! Conditions on rows, as row rules and as clients write them, and their three-valued truth.

use std::cmp::Ordering;

use serde_json::{Value as Json, json};

use crate::{
    interpreter::{Interpreter, View, function},
    text::name,
    world::{Row, Table, Value},
};

#[derive(Debug, Clone)]
pub enum Rule {
    And(Vec<Rule>),
    Or(Vec<Rule>),
    Not(Box<Rule>),
    Compare(&'static str, Operator, Operand),
    /// `_in` and `_nin`.
    In(&'static str, bool, Operand),
    IsNull(&'static str, bool),
    /// A column against one of the same row.
    Columns(&'static str, Operator, &'static str),
    /// A column against one of the row that the whole rule is about.
    Root(&'static str, Operator, &'static str),
    /// Some row that the relationship leads to.
    Related(&'static str, Box<Rule>),
    /// Some row of any table.
    Exists(&'static str, Box<Rule>),
    /// Something computed over rows of an array relationship.
    Aggregate(Box<Aggregate>),
}

#[derive(Debug, Clone)]
pub struct Aggregate {
    pub relationship: &'static str,
    pub function: &'static str,
    pub columns: Vec<&'static str>,
    pub is_distinct: bool,
    pub filter: Rule,
    pub operator: Operator,
    pub value: Value,
}

#[derive(Debug, Clone)]
pub enum Operand {
    Value(Value),
    List(Vec<Value>),
    Session(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Eq,
    Neq,
    Gt,
    Gte,
    Lt,
    Lte,
    /// Begins with.
    Like,
}

impl Operator {
    pub const ORDERED: [Self; 6] = [
        Self::Eq,
        Self::Neq,
        Self::Gt,
        Self::Gte,
        Self::Lt,
        Self::Lte,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Neq => "neq",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Like => "like",
        }
    }

    /// Unknown when one of both is null.
    fn holds(self, left: &Value, right: &Value) -> Option<bool> {
        if left.is_null() || right.is_null() {
            return None;
        }
        if let (Self::Like, Value::Text(left), Value::Text(right)) = (self, left, right) {
            return Some(left.starts_with(right.as_str()));
        }
        let order = left.compare(right);
        Some(match self {
            Self::Eq | Self::Like => order == Ordering::Equal,
            Self::Neq => order != Ordering::Equal,
            Self::Gt => order == Ordering::Greater,
            Self::Gte => order != Ordering::Less,
            Self::Lt => order == Ordering::Less,
            Self::Lte => order != Ordering::Greater,
        })
    }
}

impl Rule {
    pub const TRUE: Self = Self::And(Vec::new());

    /// As metadata and filters write it.
    pub fn json(&self) -> Json {
        let list = |all: &[Self]| all.iter().map(Self::json).collect::<Vec<_>>();
        match self {
            Self::And(all) if all.is_empty() => json!({}),
            Self::And(all) => json!({ "_and": list(all) }),
            Self::Or(all) => json!({ "_or": list(all) }),
            Self::Not(inner) => json!({ "_not": inner.json() }),
            Self::Compare(column, Operator::Like, Operand::Value(Value::Text(text))) => {
                json!({ *column: { "_like": format!("{text}%") } })
            }
            Self::Compare(column, operator, operand) => {
                json!({ *column: { format!("_{}", operator.name()): operand.json() } })
            }
            Self::In(column, is_in, operand) => {
                json!({ *column: { if *is_in { "_in" } else { "_nin" }: operand.json() } })
            }
            Self::IsNull(column, is_null) => json!({ *column: { "_is_null": is_null } }),
            Self::Columns(column, operator, other) => {
                json!({ *column: { between(*operator): other } })
            }
            Self::Root(column, operator, other) => {
                json!({ *column: { between(*operator): ["$", other] } })
            }
            Self::Related(relationship, inner) => json!({ *relationship: inner.json() }),
            Self::Exists(table, inner) => json!({ "_exists": {
                "_table": { "schema": "public", "name": table }, "_where": inner.json()
            } }),
            Self::Aggregate(aggregate) => aggregate.json(),
        }
    }
}

fn between(operator: Operator) -> String {
    match operator {
        Operator::Neq => "_cne".to_owned(),
        other => format!("_c{}", other.name()),
    }
}

impl Aggregate {
    fn json(&self) -> Json {
        let mut condition = json!({
            "filter": self.filter.json(),
            "predicate": { format!("_{}", self.operator.name()): self.value.json() },
        });
        let columns: Vec<Json> = self.columns.iter().map(|column| name(column)).collect();
        if self.function != "count" {
            condition["arguments"] = columns[0].clone();
        } else if !columns.is_empty() {
            condition["arguments"] = json!(columns);
            condition["distinct"] = json!(self.is_distinct);
        }
        json!({ format!("{}_aggregate", self.relationship): { self.function: condition } })
    }
}

impl Operand {
    fn json(&self) -> Json {
        match self {
            Self::Value(value) => value.json(),
            Self::List(values) => values.iter().map(Value::json).collect(),
            Self::Session(name) => json!(name),
        }
    }
}

/// The row that a condition is about, and the row that the whole rule is about.
#[derive(Clone, Copy)]
pub struct At<'a> {
    pub table: &'static Table,
    pub row: &'a Row,
    pub root: &'a Row,
}

impl<'a> At<'a> {
    pub fn new(table: &'static Table, row: &'a Row) -> Self {
        Self {
            table,
            row,
            root: row,
        }
    }
}

impl Interpreter<'_> {
    /// Whether a condition holds; `None` when that is unknown.
    pub fn holds(&self, rule: &Rule, at: At<'_>, view: View) -> Option<bool> {
        let cell = |column: &str| self.cell(at.table, at.row, column, view);
        match rule {
            Rule::And(all) => {
                let truths: Vec<_> = all.iter().map(|rule| self.holds(rule, at, view)).collect();
                if truths.contains(&Some(false)) {
                    Some(false)
                } else {
                    (!truths.contains(&None)).then_some(true)
                }
            }
            Rule::Or(all) => {
                let truths: Vec<_> = all.iter().map(|rule| self.holds(rule, at, view)).collect();
                if truths.contains(&Some(true)) {
                    Some(true)
                } else {
                    (!truths.contains(&None)).then_some(false)
                }
            }
            Rule::Not(inner) => self.holds(inner, at, view).map(|truth| !truth),
            Rule::Compare(column, operator, operand) => {
                let value = self.value(operand, at.table.column(column).kind);
                operator.holds(&cell(column), &value)
            }
            Rule::In(column, is_in, operand) => {
                let values = self.values(operand);
                let cell = cell(column);
                if values.is_empty() {
                    return Some(!is_in);
                }
                (!cell.is_null()).then(|| values.contains(&cell) == *is_in)
            }
            Rule::IsNull(column, is_null) => Some(cell(column).is_null() == *is_null),
            Rule::Columns(column, operator, other) => operator.holds(&cell(column), &cell(other)),
            Rule::Root(column, operator, other) => operator.holds(&cell(column), &at.root[other]),
            Rule::Related(relationship, inner) => {
                let rows = self.related(at.table, at.row, relationship, view);
                Some(rows.into_iter().any(|(table, row)| {
                    let root = at.root;
                    self.holds(inner, At { table, row, root }, view) == Some(true)
                }))
            }
            Rule::Exists(table, inner) => {
                let table = Table::named(table);
                Some(self.world.rows(table.name).iter().any(|row| {
                    let root = at.root;
                    self.holds(inner, At { table, row, root }, view) == Some(true)
                }))
            }
            Rule::Aggregate(aggregate) => {
                let rows = self.related(at.table, at.row, aggregate.relationship, view);
                let table = Table::named(at.table.relationship(aggregate.relationship).target);
                let kept: Vec<&Row> = rows
                    .into_iter()
                    .map(|(_, row)| row)
                    .filter(|row| {
                        let (row, root) = (*row, at.root);
                        self.holds(&aggregate.filter, At { table, row, root }, view) == Some(true)
                    })
                    .collect();
                let cells: Vec<Vec<Value>> = kept
                    .iter()
                    .map(|row| {
                        let columns = aggregate.columns.iter();
                        columns
                            .map(|column| self.cell(table, row, column, view))
                            .collect()
                    })
                    .collect();
                let found = function(aggregate.function, &cells, aggregate.is_distinct);
                aggregate.operator.holds(&found, &aggregate.value)
            }
        }
    }
}
