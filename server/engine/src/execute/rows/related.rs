//! Rows that are related to others: read by the keys that those hold, kept as JSON.

use std::{collections::HashMap, ops::Range};

use diesel_async::AsyncPgConnection;
use futures::future::BoxFuture;

use super::{
    SEPARATOR,
    binary::{BinaryRow, BinaryRows},
    capacity, load, object, values,
};
use crate::{
    error::GraphqlError,
    execute::{run::Asked, statement},
    model::array_literal,
    sql::rows::{Child, RowPlan},
};

/// What is related to some rows by one relationship.
pub(super) struct Found {
    /// The related rows as JSON, one after the other.
    json: Vec<u8>,
    /// Which of the keys each row above holds.
    keys: Vec<Option<usize>>,
    /// Where in the JSON the rows of each key are.
    by_key: Vec<Vec<Range<usize>>>,
}

impl Found {
    /// How long the JSON of the related rows is.
    pub(super) fn size(&self) -> usize {
        self.json.len()
    }

    /// What is related to the row at a position, as a list or as an object that may be missing.
    pub(super) fn write(&self, json: &mut Vec<u8>, row: usize, is_list: bool) {
        let key = self.keys.get(row).copied().flatten();
        let rows = key.and_then(|key| self.by_key.get(key));
        let rows = rows.map(Vec::as_slice).unwrap_or_default();
        let mut rows = rows.iter().filter_map(|row| self.json.get(row.clone()));
        if !is_list {
            json.extend(rows.next().unwrap_or(b"null"));
            return;
        }
        json.push(b'[');
        for (position, row) in rows.enumerate() {
            if position > 0 {
                json.extend(SEPARATOR);
            }
            json.extend(row);
        }
        json.push(b']');
    }
}

/// The keys that rows hold.
struct Keys<'a> {
    /// Each of them once.
    distinct: Vec<&'a [u8]>,
    /// Their positions in `distinct`.
    positions: HashMap<&'a [u8], usize>,
    /// The position of each row's key.
    of_rows: Vec<Option<usize>>,
}

impl<'a> Keys<'a> {
    fn new(rows: &'a BinaryRows, column: usize) -> Self {
        let mut keys = Self {
            distinct: Vec::new(),
            positions: HashMap::new(),
            of_rows: Vec::with_capacity(rows.count()),
        };
        for row in rows.iter() {
            let position = row.value(column).map(|key| keys.position(key));
            keys.of_rows.push(position);
        }
        keys
    }

    fn position(&mut self, key: &'a [u8]) -> usize {
        *self.positions.entry(key).or_insert_with(|| {
            self.distinct.push(key);
            self.distinct.len() - 1
        })
    }
}

/// Reads what is related to these rows: of each relationship of a plan one.
pub(super) fn related<'a>(
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
    let keys = Keys::new(rows, child.key_position);
    let below = below(conn, child, &keys, asked).await?;
    let deeper = related(conn, &child.rows, &below, asked).await?;
    let mut json = Vec::with_capacity(capacity(&child.rows, &below));
    let mut by_key = vec![Vec::new(); keys.distinct.len()];
    for (position, row) in below.iter().enumerate() {
        let start = json.len();
        object(&mut json, &child.rows, (position, &row), &deeper)?;
        if let Some(of_key) = of(&keys, row).and_then(|key| by_key.get_mut(key)) {
            of_key.push(start..json.len());
        }
    }
    Ok(Found {
        json,
        keys: keys.of_rows,
        by_key,
    })
}

/// Which key a related row belongs to.
fn of(keys: &Keys<'_>, row: BinaryRow<'_>) -> Option<usize> {
    keys.positions.get(row.value(0)?).copied()
}

async fn below(
    conn: &mut AsyncPgConnection,
    child: &Child,
    keys: &Keys<'_>,
    asked: Asked<'_>,
) -> Result<BinaryRows, GraphqlError> {
    let statement = &child.rows.statement;
    if keys.distinct.is_empty() {
        // Nothing to find, but a missing session variable fails all the same.
        statement::resolve(statement, asked.variables, asked.session)?;
        return Ok(BinaryRows::default());
    }
    let texts = keys.distinct.iter();
    let texts = texts
        .map(|key| values::key_text(child.key_form, key))
        .collect::<Result<Vec<_>, _>>()?;
    let literal = array_literal(texts.iter().map(|text| Some(text.as_str())));
    load(conn, statement, asked, Some(&literal)).await
}
