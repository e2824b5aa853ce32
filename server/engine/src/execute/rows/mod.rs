//! Runs a [`RowPlan`]: reads the rows of a list and those related to them in one snapshot, and writes the JSON.

mod binary;
mod related;
mod values;

use diesel_async::AsyncPgConnection;

pub use binary::WireRow;
use binary::{BinaryRows, Values};
use related::{Found, related};

use super::{deadline, run::Asked, statement};
use crate::{
    error::GraphqlError,
    sql::{
        Statement,
        rows::{MemberValue, RowPlan},
    },
};

/// A list that was read and written.
pub(super) struct List {
    /// How many rows it has.
    pub(super) count: usize,
    /// The first value of the last row as text: of a stream, its place.
    pub(super) place: Option<String>,
}

/// Reads a list and writes its JSON; of a stream, what comes after a place.
pub(super) async fn read(
    conn: &mut AsyncPgConnection,
    plan: &RowPlan,
    asked: Asked<'_>,
    after: Option<&str>,
    json: &mut Vec<u8>,
) -> Result<List, GraphqlError> {
    let _running = deadline::begin(conn)?;
    if plan.children.is_empty() {
        return flat(conn, plan, asked, after, json).await;
    }
    let mut transaction = conn.build_transaction().repeatable_read().read_only();
    transaction
        .run(async |conn| nested(conn, plan, asked, after, json).await)
        .await
}

/// A list without related rows, written as its rows come.
async fn flat(
    conn: &mut AsyncPgConnection,
    plan: &RowPlan,
    asked: Asked<'_>,
    after: Option<&str>,
    json: &mut Vec<u8>,
) -> Result<List, GraphqlError> {
    let values = statement::resolve_with(&plan.statement, asked.variables, asked.session, after)?;
    let mut writing = Writing::new(json);
    let take = |row: &WireRow| writing.add(plan, row, &[]);
    statement::each_row(conn, &plan.statement, &values, asked.preparation, take).await?;
    Ok(writing.finish())
}

async fn nested(
    conn: &mut AsyncPgConnection,
    plan: &RowPlan,
    asked: Asked<'_>,
    after: Option<&str>,
    json: &mut Vec<u8>,
) -> Result<List, GraphqlError> {
    let rows = load(conn, &plan.statement, asked, after).await?;
    let related = related(conn, plan, &rows, asked).await?;
    json.reserve(capacity(plan, &rows) + related.iter().map(Found::size).sum::<usize>());
    let mut writing = Writing::new(json);
    for row in rows.iter() {
        writing.add(plan, &row, &related)?;
    }
    Ok(writing.finish())
}

/// A list that is being written.
struct Writing<'a> {
    json: &'a mut Vec<u8>,
    count: usize,
    /// The first value of the last row.
    place: Vec<u8>,
}

impl<'a> Writing<'a> {
    fn new(json: &'a mut Vec<u8>) -> Self {
        Self {
            json,
            count: 0,
            place: Vec::new(),
        }
    }

    fn add(
        &mut self,
        plan: &RowPlan,
        row: &impl Values,
        related: &[Found],
    ) -> Result<(), GraphqlError> {
        let position = self.count;
        self.json
            .extend(if self.count == 0 { b"[" } else { SEPARATOR });
        self.count += 1;
        self.place.clear();
        row.with(0, |value| self.place.extend(value.unwrap_or_default()));
        object(self.json, plan, (position, row), related)
    }

    fn finish(self) -> List {
        self.json
            .extend(if self.count == 0 { &b"[]"[..] } else { b"]" });
        let place = String::from_utf8_lossy(&self.place).into_owned();
        List {
            count: self.count,
            place: (self.count > 0).then_some(place),
        }
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
    let take = |row: &WireRow| rows.push(row);
    statement::each_row(conn, statement, &values, asked.preparation, take).await?;
    Ok(rows)
}

/// About how long the JSON of rows is: most values grow when they become text.
fn capacity(plan: &RowPlan, rows: &BinaryRows) -> usize {
    let names: usize = plan
        .members
        .iter()
        .map(|member| member.prefix.len() + 4)
        .sum();
    names * rows.count() + 2 * rows.size()
}

/// One row, which is at this position among its like, as an object.
fn object(
    json: &mut Vec<u8>,
    plan: &RowPlan,
    (position, row): (usize, &impl Values),
    related: &[Found],
) -> Result<(), GraphqlError> {
    if plan.members.is_empty() {
        // Everything was left out; otherwise the first member opens the object.
        json.push(b'{');
    }
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
            MemberValue::Child(child) => {
                if let Some((child, found)) = plan.children.get(*child).zip(related.get(*child)) {
                    found.write(json, position, child.is_list);
                }
            }
        }
    }
    json.push(b'}');
    Ok(())
}
