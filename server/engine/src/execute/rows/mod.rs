//! Runs a [`RowPlan`]: reads the rows of a list and those related to them in one snapshot, and writes the JSON.

mod binary;
mod values;

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;
use futures::future::BoxFuture;

pub use binary::WireRow;
use binary::{BinaryRows, Values};

use super::{deadline, run::Asked, statement};
use crate::{
    error::GraphqlError,
    model::array_literal,
    sql::{
        Statement,
        rows::{Child, MemberValue, RowPlan},
    },
};

/// A list that was read.
pub(super) struct List {
    /// Its JSON.
    pub(super) json: String,
    /// How many rows it has.
    pub(super) count: usize,
    /// The first value of the last row as text: of a stream, its place.
    pub(super) place: Option<String>,
}

/// Reads a list; of a stream, what comes after a place.
pub(super) async fn read(
    conn: &mut AsyncPgConnection,
    plan: &RowPlan,
    asked: Asked<'_>,
    after: Option<&str>,
) -> Result<List, GraphqlError> {
    let _running = deadline::begin(conn)?;
    if plan.children.is_empty() {
        return flat(conn, plan, asked, after).await;
    }
    let mut transaction = conn.build_transaction().repeatable_read().read_only();
    transaction
        .run(async |conn| nested(conn, plan, asked, after).await)
        .await
}

/// A list without related rows, written as its rows come.
async fn flat(
    conn: &mut AsyncPgConnection,
    plan: &RowPlan,
    asked: Asked<'_>,
    after: Option<&str>,
) -> Result<List, GraphqlError> {
    let values = statement::resolve_with(&plan.statement, asked.variables, asked.session, after)?;
    let mut writing = Writing::default();
    let take = |row: &WireRow| writing.add(plan, row, &[]);
    statement::each_row(conn, &plan.statement, &values, asked.preparation, take).await?;
    writing.finish()
}

async fn nested(
    conn: &mut AsyncPgConnection,
    plan: &RowPlan,
    asked: Asked<'_>,
    after: Option<&str>,
) -> Result<List, GraphqlError> {
    let rows = load(conn, &plan.statement, asked, after).await?;
    let related = related(conn, plan, &rows, asked).await?;
    let mut writing = Writing::default();
    for row in rows.iter() {
        writing.add(plan, &row, &related)?;
    }
    writing.finish()
}

/// A list that is being written.
#[derive(Default)]
struct Writing {
    json: Vec<u8>,
    count: usize,
    /// The first value of the last row.
    place: Vec<u8>,
}

impl Writing {
    fn add(
        &mut self,
        plan: &RowPlan,
        row: &impl Values,
        related: &[Found],
    ) -> Result<(), GraphqlError> {
        self.json
            .extend(if self.count == 0 { b"[" } else { SEPARATOR });
        self.count += 1;
        self.place.clear();
        row.with(0, |value| self.place.extend(value.unwrap_or_default()));
        object(&mut self.json, plan, row, related)
    }

    fn finish(mut self) -> Result<List, GraphqlError> {
        self.json
            .extend(if self.count == 0 { &b"[]"[..] } else { b"]" });
        let place = String::from_utf8_lossy(&self.place).into_owned();
        Ok(List {
            json: String::from_utf8(self.json).map_err(|error| GraphqlError::fault(&error))?,
            count: self.count,
            place: (self.count > 0).then_some(place),
        })
    }
}

/// What PostgreSQL's `json_agg` writes between two records.
const SEPARATOR: &[u8] = b", \n ";

async fn load(
    conn: &mut AsyncPgConnection,
    statement: &Statement,
    asked: Asked<'_>,
    found: Option<&str>,
) -> Result<BinaryRows, GraphqlError> {
    let values = statement::resolve_with(statement, asked.variables, asked.session, found)?;
    let mut rows = BinaryRows::default();
    let take = |row: &WireRow| {
        rows.push(row);
        Ok(())
    };
    statement::each_row(conn, statement, &values, asked.preparation, take).await?;
    Ok(rows)
}

/// Related rows: their JSON one after the other, and which of them belong to a key.
#[derive(Default)]
struct Found {
    json: Vec<u8>,
    /// Where each row is in the JSON.
    rows: Vec<std::ops::Range<usize>>,
    /// Positions in `rows`.
    by_key: HashMap<Box<[u8]>, Vec<usize>>,
}

impl Found {
    fn of(&self, key: Option<&[u8]>) -> impl Iterator<Item = &[u8]> {
        let positions = key.and_then(|key| self.by_key.get(key));
        let positions = positions.map(Vec::as_slice).unwrap_or_default();
        positions
            .iter()
            .filter_map(|position| self.json.get(self.rows.get(*position)?.clone()))
    }
}

/// Reads what is related to these rows.
fn related<'a>(
    conn: &'a mut AsyncPgConnection,
    plan: &'a RowPlan,
    rows: &'a BinaryRows,
    asked: Asked<'a>,
) -> BoxFuture<'a, Result<Vec<Found>, GraphqlError>> {
    Box::pin(async move {
        let mut all = Vec::with_capacity(plan.children.len());
        for child in &plan.children {
            all.push(found(conn, child, rows, asked).await?);
        }
        Ok(all)
    })
}

async fn found(
    conn: &mut AsyncPgConnection,
    child: &Child,
    rows: &BinaryRows,
    asked: Asked<'_>,
) -> Result<Found, GraphqlError> {
    let mut keys: Vec<&[u8]> = rows
        .iter()
        .filter_map(|row| row.value(child.key_position))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let texts = keys
        .iter()
        .map(|key| values::key_text(child.key_form, key))
        .collect::<Result<Vec<_>, _>>()?;
    let literal = array_literal(texts.iter().map(|text| Some(text.as_str())));
    let below = if keys.is_empty() {
        // Nothing to find, but a missing session variable fails all the same.
        statement::resolve(&child.rows.statement, asked.variables, asked.session)?;
        BinaryRows::default()
    } else {
        load(conn, &child.rows.statement, asked, Some(&literal)).await?
    };
    let deeper = related(conn, &child.rows, &below, asked).await?;
    let mut found = Found::default();
    for row in below.iter() {
        let start = found.json.len();
        object(&mut found.json, &child.rows, &row, &deeper)?;
        let key = row.value(0).unwrap_or_default();
        match found.by_key.get_mut(key) {
            Some(positions) => positions.push(found.rows.len()),
            None => {
                found.by_key.insert(key.into(), vec![found.rows.len()]);
            }
        }
        found.rows.push(start..found.json.len());
    }
    Ok(found)
}

/// One row as an object.
fn object(
    json: &mut Vec<u8>,
    plan: &RowPlan,
    row: &impl Values,
    related: &[Found],
) -> Result<(), GraphqlError> {
    for member in &plan.members {
        json.extend(member.prefix.as_bytes());
        match &member.value {
            MemberValue::Constant(text) => json.extend(text.as_bytes()),
            MemberValue::Column { position, form } => {
                row.with(*position, |value| match value {
                    Some(value) => values::write(json, *form, value),
                    None => {
                        json.extend(b"null");
                        Ok(())
                    }
                })?;
            }
            MemberValue::Child(position) => {
                let Some((child, found)) = plan.children.get(*position).zip(related.get(*position))
                else {
                    continue;
                };
                row.with(child.key_position, |key| {
                    let rows = found.of(key);
                    if child.is_list {
                        list_of(json, rows);
                    } else {
                        json.extend(rows.last().unwrap_or(b"null"));
                    }
                });
            }
        }
    }
    json.push(b'}');
    Ok(())
}

/// Rows that are JSON already, as a list.
fn list_of<'a>(json: &mut Vec<u8>, rows: impl Iterator<Item = &'a [u8]>) {
    json.push(b'[');
    for (position, row) in rows.enumerate() {
        if position > 0 {
            json.extend(SEPARATOR);
        }
        json.extend(row);
    }
    json.push(b']');
}
