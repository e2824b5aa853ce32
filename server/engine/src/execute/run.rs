//! Runs a compiled root field in the way that serves it best.

use async_graphql::Variables;
use diesel_async::AsyncPgConnection;

use super::{
    rows,
    statement::{self, Preparation},
};
use crate::{
    error::GraphqlError,
    model::{Execution, Source},
    plan::text_of,
    session::Session,
    sql::Compiled,
};

/// Up to this many rows, one statement that writes JSON costs less than several that return rows.
const FEW: u32 = 8;

/// Who asks, with which values.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) variables: &'a Variables,
    pub(super) session: &'a Session,
    pub(super) preparation: Preparation,
    pub(super) execution: Execution,
}

/// Writes the JSON of a root field.
pub(super) async fn run(
    conn: &mut AsyncPgConnection,
    compiled: &Compiled,
    asked: Asked<'_>,
    json: &mut Vec<u8>,
) -> Result<(), GraphqlError> {
    if let Some(plan) = compiled.rows.as_ref()
        && is_by_rows(compiled, !plan.children.is_empty(), asked)
    {
        rows::read(conn, plan, asked, None, json).await?;
        return Ok(());
    }
    let values = statement::resolve(&compiled.json, asked.variables, asked.session)?;
    let text = statement::run(conn, &compiled.json, &values, asked.preparation).await?;
    json.extend(text.as_bytes());
    Ok(())
}

fn is_by_rows(compiled: &Compiled, is_nested: bool, asked: Asked<'_>) -> bool {
    match asked.execution {
        Execution::Json => false,
        Execution::Rows => true,
        Execution::Chosen => !is_nested || limit(compiled, asked).is_none_or(|limit| limit > FEW),
    }
}

/// How many rows the client asks for.
pub(super) fn limit(compiled: &Compiled, asked: Asked<'_>) -> Option<u32> {
    let bind = compiled.limit.as_ref()?;
    let text = match &bind.source {
        Source::Literal(value) => value.clone(),
        Source::Variable(path) => {
            text_of(statement::variable(asked.variables, path)?, &bind.sql_type).ok()?
        }
        _ => None,
    };
    text?.parse().ok()
}
