//! What the rules answer to a selection.

use std::cmp::Ordering;

use serde_json::{Map, Value as Json, json};

use crate::{
    compare::any_order,
    documents::{Aggregate, Direction, Field, Key, List},
    interpreter::{Interpreter, View, function},
    reads::RowKey,
    rules::At,
    world::{Row, Table, Value},
};

/// Ties decide which rows are answered.
pub struct Undetermined;

pub type Expected = Result<Json, Undetermined>;

impl Interpreter<'_> {
    pub fn object(&self, table: &'static Table, row: &Row, fields: &[Field]) -> Expected {
        let mut object = Map::new();
        for (position, field) in fields.iter().enumerate() {
            let related = |relationship| {
                let rows = self.related(table, row, relationship, View::Role);
                let rows: Vec<&Row> = rows.into_iter().map(|(_, row)| row).collect();
                (Table::named(table.relationship(relationship).target), rows)
            };
            let value = match field {
                Field::Typename => json!(table.name),
                Field::Column(column) => self.cell(table, row, column, View::Role).json(),
                Field::Object(relationship, fields) => {
                    let (target, rows) = related(relationship);
                    match rows.first() {
                        Some(row) => self.object(target, row, fields)?,
                        None => Json::Null,
                    }
                }
                Field::List(relationship, list, fields) => {
                    let (target, rows) = related(relationship);
                    self.list(target, rows, list, fields)?
                }
                Field::Aggregate(relationship, aggregate) => {
                    let (target, rows) = related(relationship);
                    self.aggregated(target, rows, aggregate)?
                }
            };
            object.insert(format!("f{position}"), value);
        }
        Ok(Json::Object(object))
    }

    pub fn list(
        &self,
        table: &'static Table,
        rows: Vec<&Row>,
        list: &List,
        fields: &[Field],
    ) -> Expected {
        let limit = [list.limit, self.role.limit(table.name)];
        let limit = limit.into_iter().flatten().min();
        let show = |row: &Row| self.object(table, row, fields);
        let rows = self.chosen(table, rows, list, limit, show)?;
        let items: Vec<Json> = rows.into_iter().map(|(_, item)| item).collect();
        Ok(if list.order.is_empty() {
            any_order(&items)
        } else {
            Json::Array(items)
        })
    }

    pub fn aggregated(
        &self,
        table: &'static Table,
        rows: Vec<&Row>,
        aggregate: &Aggregate,
    ) -> Expected {
        let columns = self.role.columns(table);
        let cells = |row: &Row| {
            let cells = columns.iter();
            Ok(cells
                .map(|column| self.cell(table, row, column, View::Role).json())
                .collect())
        };
        let counted = self.chosen(
            table,
            rows.clone(),
            &aggregate.list,
            aggregate.list.limit,
            cells,
        )?;
        let mut values = Map::new();
        for (position, (name, columns, is_distinct)) in aggregate.values.iter().enumerate() {
            let cells: Vec<Vec<Value>> = counted
                .iter()
                .map(|(row, _)| {
                    let columns = columns.iter();
                    columns
                        .map(|column| self.cell(table, row, column, View::Role))
                        .collect()
                })
                .collect();
            let value = function(name, &cells, *is_distinct).json();
            let value = if *name == "count" {
                value
            } else {
                json!({ "v": value })
            };
            values.insert(format!("f{position}"), value);
        }
        let mut answer = json!({ "aggregate": values });
        if let Some(fields) = &aggregate.nodes {
            answer["nodes"] = self.list(table, rows, &aggregate.list, fields)?;
        }
        Ok(answer)
    }

    /// The rows that a list chooses, with what is shown of them. Undetermined when ties that do not look the same
    /// decide it.
    fn chosen<'r>(
        &self,
        table: &'static Table,
        rows: Vec<&'r Row>,
        list: &List,
        limit: Option<usize>,
        show: impl Fn(&Row) -> Expected,
    ) -> Result<Vec<(&'r Row, Json)>, Undetermined> {
        let passes = |row: &&Row| {
            let filter = list.filter.as_ref();
            filter.is_none_or(|filter| {
                self.holds(filter, At::new(table, row), View::Role) == Some(true)
            })
        };
        let mut all = Vec::new();
        for row in rows.into_iter().filter(passes) {
            let keys: Vec<Value> = list
                .order
                .iter()
                .map(|(key, _)| self.key(table, row, key))
                .collect();
            all.push((keys, row, show(row)?));
        }
        all.sort_by(|(one, ..), (other, ..)| by_keys(one, other, &list.order));
        let is_cut =
            limit.is_some_and(|limit| limit < all.len()) || list.offset.is_some_and(|it| it > 0);
        let has_order = !list.order.is_empty();
        let is_tie = all
            .windows(2)
            .any(|pair| pair[0].0 == pair[1].0 && pair[0].2 != pair[1].2 && (has_order || is_cut));
        if is_tie {
            return Err(Undetermined);
        }
        let of_distinct = list.distinct.len();
        all.dedup_by(|next, kept| {
            of_distinct > 0 && next.0[..of_distinct] == kept.0[..of_distinct]
        });
        let all = all.into_iter().map(|(_, row, shown)| (row, shown));
        let all = all.skip(list.offset.unwrap_or_default());
        Ok(all.take(limit.unwrap_or(usize::MAX)).collect())
    }

    pub fn key(&self, table: &'static Table, row: &Row, key: &Key) -> Value {
        match key {
            Key::Column(column) => self.cell(table, row, column, View::Role),
            Key::Object(relationship, inner) => {
                match self.related(table, row, relationship, View::Role).first() {
                    Some((target, row)) => self.key(target, row, inner),
                    None => Value::Null,
                }
            }
            Key::Computed(relationship, name, column) => {
                let rows = self.related(table, row, relationship, View::Role);
                let cells: Vec<Vec<Value>> = rows
                    .iter()
                    .map(|(target, row)| {
                        let column = column.iter();
                        column
                            .map(|column| self.cell(target, row, column, View::Role))
                            .collect()
                    })
                    .collect();
                function(name, &cells, false)
            }
        }
    }
}

pub fn by_keys(one: &[Value], other: &[Value], order: &[(Key, Direction)]) -> Ordering {
    for ((one, other), (_, direction)) in one.iter().zip(other).zip(order) {
        let found = match (one.is_null(), other.is_null()) {
            (true, true) => Ordering::Equal,
            (true, false) if direction.is_nulls_first => Ordering::Less,
            (true, false) => Ordering::Greater,
            (false, true) if direction.is_nulls_first => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) if direction.is_descending => other.compare(one),
            (false, false) => one.compare(other),
        };
        if found != Ordering::Equal {
            return found;
        }
    }
    Ordering::Equal
}

/// The row of a key that the role sees, or null.
pub fn one_of(
    rules: &Interpreter<'_>,
    table: &'static Table,
    key: &RowKey,
    fields: &[Field],
) -> Expected {
    let is_meant = |row: &&Row| {
        let mut columns = key.iter();
        columns.all(|(column, value)| rules.cell(table, row, column, View::Role) == *value)
    };
    match rules.visible(table).into_iter().find(is_meant) {
        Some(row) => rules.object(table, row, fields),
        None => Ok(Json::Null),
    }
}
