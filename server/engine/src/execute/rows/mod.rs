//! Runs a [`RowPlan`]: reads the rows of a list and those related to them in one snapshot, and writes the JSON.

mod binary;
mod values;

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;
use futures::future::BoxFuture;

pub use binary::{BinaryRow, BinaryRows};

use super::{deadline, run::Asked, statement};
use crate::{
    error::GraphqlError,
    model::array_literal,
    sql::{
        Statement,
        rows::{Child, MemberValue, RowPlan},
    },
};

/// The JSON of a list.
pub(super) async fn run(
    conn: &mut AsyncPgConnection,
    plan: &RowPlan,
    asked: Asked<'_>,
) -> Result<String, GraphqlError> {
    let (json, _) = read(conn, plan, asked, None).await?;
    Ok(json)
}

/// The JSON of the next rows of a stream after a place, how many they are, and the place of the last one.
pub(super) async fn run_from(
    conn: &mut AsyncPgConnection,
    plan: &RowPlan,
    asked: Asked<'_>,
    place: Option<&str>,
) -> Result<(String, usize, Option<String>), GraphqlError> {
    let (json, rows) = read(conn, plan, asked, place).await?;
    let last = rows.iter().last().and_then(|row| row.value(0));
    let place = last.map(|place| String::from_utf8_lossy(place).into_owned());
    Ok((json, rows.len(), place))
}

async fn read(
    conn: &mut AsyncPgConnection,
    plan: &RowPlan,
    asked: Asked<'_>,
    place: Option<&str>,
) -> Result<(String, BinaryRows), GraphqlError> {
    let _running = deadline::begin(conn)?;
    if plan.children.is_empty() {
        return list(conn, plan, asked, place).await;
    }
    let mut transaction = conn.build_transaction().repeatable_read().read_only();
    transaction
        .run(async |conn| list(conn, plan, asked, place).await)
        .await
}

async fn list(
    conn: &mut AsyncPgConnection,
    plan: &RowPlan,
    asked: Asked<'_>,
    place: Option<&str>,
) -> Result<(String, BinaryRows), GraphqlError> {
    let rows = load(conn, &plan.statement, asked, place).await?;
    let related = related(conn, plan, &rows, asked).await?;
    let mut json = Vec::with_capacity(rows.len() * 64 + 2);
    json.push(b'[');
    for (position, row) in rows.iter().enumerate() {
        if position > 0 {
            json.extend(SEPARATOR);
        }
        object(&mut json, plan, row, &related)?;
    }
    json.push(b']');
    let json = String::from_utf8(json).map_err(|error| GraphqlError::fault(&error))?;
    Ok((json, rows))
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
    statement::rows(conn, statement, &values, asked.preparation)
        .await
        .map_err(|error| statement::database_error(&error))
}

/// The JSON of related rows by their keys, for each child of a plan.
type Found = HashMap<Vec<u8>, Vec<u8>>;

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
    let mut found = Found::with_capacity(keys.len());
    for row in below.iter() {
        let key = row.value(0).unwrap_or_default().to_vec();
        let json = found.entry(key).or_default();
        if child.is_list {
            json.extend(if json.is_empty() {
                &b"["[..]
            } else {
                SEPARATOR
            });
        }
        object(json, &child.rows, row, &deeper)?;
    }
    if child.is_list {
        for json in found.values_mut() {
            json.push(b']');
        }
    }
    Ok(found)
}

/// One row as an object.
fn object(
    json: &mut Vec<u8>,
    plan: &RowPlan,
    row: BinaryRow<'_>,
    related: &[Found],
) -> Result<(), GraphqlError> {
    for member in &plan.members {
        json.extend(member.prefix.as_bytes());
        match &member.value {
            MemberValue::Constant(text) => json.extend(text.as_bytes()),
            MemberValue::Column { position, form } => match row.value(*position) {
                Some(value) => values::write(json, *form, value)?,
                None => json.extend(b"null"),
            },
            MemberValue::Child(position) => {
                let child = plan.children.get(*position).zip(related.get(*position));
                let found =
                    child.and_then(|(child, found)| found.get(row.value(child.key_position)?));
                let is_list = child.is_some_and(|(child, _)| child.is_list);
                let nothing: &[u8] = if is_list { b"[]" } else { b"null" };
                json.extend(found.map_or(nothing, Vec::as_slice));
            }
        }
    }
    json.push(b'}');
    Ok(())
}
