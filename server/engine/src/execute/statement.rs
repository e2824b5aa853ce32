//! Runs one statement and reads the one text that it answers.
//!
//! A statement of a kept plan is prepared once per connection; others are prepared for one use, so that clients
//! cannot fill the memory of connections with texts of their choice. Values are resolved here, from the request's variables and session, and never become text of SQL.

use std::collections::BTreeSet;

use async_graphql::{Value as ConstValue, Variables};
use diesel::{
    QueryResult,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::{DatabaseErrorKind, Error as DieselError},
    sql_types,
};
use diesel_async::{AsyncConnectionCore, AsyncPgConnection, RunQueryDsl};
use futures::TryStreamExt;

use super::deadline;
use crate::{
    error::{Code, GraphqlError},
    model::{Bind, Source, Value, VariablePath},
    plan::text_of,
    session::Session,
    sql::{Statement, joined},
    trace::spans,
};

use super::rows::WireRow;

/// The text of a statement, with the places of its binds.
pub struct Text<'a>(std::borrow::Cow<'a, [String]>);

impl Text<'_> {
    /// A statement of ours: what stands before, between and after its binds.
    pub fn constant(pieces: &[&str]) -> Text<'static> {
        let pieces = pieces.iter().map(|&piece| piece.to_owned());
        Text(std::borrow::Cow::Owned(pieces.collect()))
    }
}

impl<'a> From<&'a Statement> for Text<'a> {
    fn from(statement: &'a Statement) -> Self {
        Text(std::borrow::Cow::Borrowed(&statement.pieces))
    }
}

/// Whether a connection keeps a statement prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preparation {
    /// It does: the statement belongs to a plan that is used again.
    Kept,
    /// It does not: clients choose the texts, and most come once.
    Once,
}

struct Bound<'a> {
    preparation: Preparation,
    pieces: &'a [String],
    values: &'a [Value],
}

impl QueryId for Bound<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Bound<'_> {
    type SqlType = sql_types::Text;
}

impl QueryFragment<Pg> for Bound<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.preparation == Preparation::Once {
            out.unsafe_to_cache_prepared();
        }
        let mut values = self.values.iter();
        for (position, piece) in self.pieces.iter().enumerate() {
            if position > 0 {
                out.push_bind_param::<sql_types::Nullable<sql_types::Text>, _>(
                    values.next().unwrap_or(&None),
                )?;
            }
            out.push_sql(piece);
        }
        Ok(())
    }
}

/// Runs a statement that answers one row with one text.
pub async fn one(
    conn: &mut AsyncPgConnection,
    text: &Text<'_>,
    values: &[Value],
    preparation: Preparation,
) -> QueryResult<String> {
    let bound = Bound {
        preparation,
        pieces: &text.0,
        values,
    };
    let running = RunQueryDsl::get_result(bound, conn);
    spans::statement(|| joined(&text.0), running).await
}

/// Runs a statement whose answer nobody reads.
pub async fn execute(
    conn: &mut AsyncPgConnection,
    text: &Text<'_>,
    values: &[Value],
    preparation: Preparation,
) -> QueryResult<()> {
    let bound = Bound {
        preparation,
        pieces: &text.0,
        values,
    };
    let running = AsyncConnectionCore::execute_returning_count(conn, bound);
    spans::statement(|| joined(&text.0), running).await?;
    Ok(())
}

/// How PostgreSQL would run a plan's statement, in its own words, line by line.
pub async fn plan_lines(
    conn: &mut AsyncPgConnection,
    statement: &Statement,
    values: &[Value],
) -> Result<Vec<String>, GraphqlError> {
    let mut pieces = statement.pieces.clone();
    if let Some(first) = pieces.first_mut() {
        first.insert_str(0, "explain ");
    }
    let explained = Bound {
        preparation: Preparation::Once,
        pieces: &pieces,
        values,
    };
    RunQueryDsl::load(explained, conn)
        .await
        .map_err(|error| database_error(&error))
}

/// Runs a plan's statement for a request.
pub async fn run(
    conn: &mut AsyncPgConnection,
    statement: &Statement,
    values: &[Value],
    preparation: Preparation,
) -> Result<String, GraphqlError> {
    let _running = deadline::begin(conn)?;
    one(conn, &Text::from(statement), values, preparation)
        .await
        .map_err(|error| database_error(&error))
}

/// Runs a statement that answers rows of one text each.
pub async fn texts(
    conn: &mut AsyncPgConnection,
    pieces: &[String],
    values: &[Value],
    preparation: Preparation,
) -> Result<Vec<String>, GraphqlError> {
    let _running = deadline::begin(conn)?;
    let bound = Bound {
        preparation,
        pieces,
        values,
    };
    let running = RunQueryDsl::get_results(bound, conn);
    spans::statement(|| joined(pieces), running)
        .await
        .map_err(|error| database_error(&error))
}

/// Runs a statement that answers rows, and hands over each as it comes, in PostgreSQL's binary form.
pub async fn each_row(
    conn: &mut AsyncPgConnection,
    statement: &Statement,
    values: &[Value],
    preparation: Preparation,
    mut take: impl FnMut(&WireRow) -> Result<(), GraphqlError>,
) -> Result<(), GraphqlError> {
    let bound = Bound {
        preparation,
        pieces: &statement.pieces,
        values,
    };
    let failed = |error: DieselError| database_error(&error);
    let running = async {
        let mut stream = AsyncConnectionCore::load(conn, bound)
            .await
            .map_err(failed)?;
        while let Some(row) = stream.try_next().await.map_err(failed)? {
            take(&WireRow(row))?;
        }
        Ok(())
    };
    spans::statement(|| statement.text(), running).await
}

/// The values of a statement's binds.
pub fn resolve(
    statement: &Statement,
    variables: &Variables,
    session: &Session,
) -> Result<Vec<Value>, GraphqlError> {
    resolve_binds(statement.binds.iter(), variables, session)
}

/// The values of a statement's binds, with what the execution found out.
pub fn resolve_with(
    statement: &Statement,
    variables: &Variables,
    session: &Session,
    found: Option<&str>,
) -> Result<Vec<Value>, GraphqlError> {
    let mut values = resolve(statement, variables, session)?;
    for (value, bind) in values.iter_mut().zip(&statement.binds) {
        if bind.source == Source::Found {
            *value = found.map(str::to_owned);
        }
    }
    Ok(values)
}

/// The values of binds. A session variable that is missing fails the request and never means true.
pub fn resolve_binds<'b>(
    binds: impl Iterator<Item = &'b Bind> + Clone,
    variables: &Variables,
    session: &Session,
) -> Result<Vec<Value>, GraphqlError> {
    let missing: BTreeSet<&str> = binds
        .clone()
        .filter_map(|bind| match &bind.source {
            Source::Session(name) if session.variable(name).is_none() => Some(name.as_str()),
            _ => None,
        })
        .collect();
    if !missing.is_empty() {
        let plural = if missing.len() > 1 { "s" } else { "" };
        let names: Vec<String> = missing.iter().map(|name| format!("{name:?}")).collect();
        let problem = format!("missing session variable{plural}: {}", names.join(", "));
        return Err(GraphqlError::new(Code::NotFound, problem));
    }
    binds
        .map(|bind| match &bind.source {
            Source::Literal(value) => Ok(value.clone()),
            Source::Session(name) => Ok(session.variable(name).map(str::to_owned)),
            Source::Found => Ok(None),
            Source::Variable(path) => match variable(variables, path) {
                Some(value) => text_of(value, &bind.sql_type),
                None => Ok(None),
            },
        })
        .collect()
}

/// What stands at a place of the variables.
pub(super) fn variable<'a>(
    variables: &'a Variables,
    path: &VariablePath,
) -> Option<&'a ConstValue> {
    let mut value = variables.get(path.name.as_str())?;
    for member in &path.members {
        value = match value {
            ConstValue::Object(members) => members.get(member.as_str())?,
            ConstValue::List(items) => items.get(member.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(value)
}

/// What a client may learn of a database error: constraint and data errors in PostgreSQL's words, nothing else.
pub fn database_error(error: &DieselError) -> GraphqlError {
    let DieselError::DatabaseError(kind, information) = error else {
        return GraphqlError::fault(error);
    };
    let message = information.message();
    match kind {
        DatabaseErrorKind::UniqueViolation => violation(format!("Uniqueness violation. {message}")),
        DatabaseErrorKind::ForeignKeyViolation => {
            violation(format!("Foreign key violation. {message}"))
        }
        DatabaseErrorKind::NotNullViolation => violation(format!("Not-NULL violation. {message}")),
        DatabaseErrorKind::RestrictViolation => violation(format!(
            "Can not delete or update due to data being referred. {message}"
        )),
        DatabaseErrorKind::ExclusionViolation => {
            violation(format!("Exclusion violation. {message}"))
        }
        DatabaseErrorKind::CheckViolation => GraphqlError::new(
            Code::PermissionError,
            format!("Check constraint violation. {message}"),
        ),
        DatabaseErrorKind::ReadOnlyTransaction | DatabaseErrorKind::SerializationFailure => {
            GraphqlError::fault(error)
        }
        _ if message == "LIMIT must not be negative" => {
            GraphqlError::new(Code::ValidationFailed, "expecting a non-negative limit")
        }
        _ if message == "ON CONFLICT DO UPDATE command cannot affect row a second time"
            || is_limit_of_postgresql(message) =>
        {
            GraphqlError::new(Code::PostgresError, message.to_owned())
        }
        _ if is_data_exception(message) => {
            GraphqlError::new(Code::DataException, message.to_owned())
        }
        _ => GraphqlError::fault(error),
    }
}

fn violation(message: String) -> GraphqlError {
    GraphqlError::new(Code::ConstraintViolation, message)
}

/// Whether PostgreSQL could not read or compute with a client's value (SQLSTATE class 22).
///
/// diesel does not hand on the SQLSTATE, so the class is told by the words that PostgreSQL uses for it. A message
/// that is not known here is a fault of ours and is not shown.
fn is_data_exception(message: &str) -> bool {
    const BEGINNINGS: [&str; 41] = [
        "invalid input",
        "malformed",
        "value too long",
        "division by zero",
        "OFFSET must not be negative",
        "LIKE pattern must not",
        "invalid regular expression",
        "SQL regular expression",
        "regular expression failed",
        "date/time field value",
        "invalid symbol",
        "invalid base64",
        "unexpected \"=\"",
        "invalid byte sequence",
        "invalid escape",
        "invalid hexadecimal",
        "invalid cidr",
        "invalid octet",
        "invalid value",
        "invalid XML",
        "syntax error in ts",
        "unsupported Unicode escape",
        "null character not permitted",
        "numeric field overflow",
        "bit string",
        "range lower bound must be",
        "time zone",
        "cannot delete",
        "cannot replace",
        "cannot set path",
        "cannot get array length",
        "path element at position",
        "array must not",
        "wrong number of array",
        "number of array dimensions",
        "multidimensional arrays must",
        "jsonpath ",
        "@ is not allowed",
        "LAST is allowed",
        "XQuery ",
        "unrecognized flag",
    ];
    BEGINNINGS
        .iter()
        .any(|beginning| message.starts_with(beginning))
        || message.contains("out of range")
        || message.contains(" is not a valid ")
        || message.ends_with("of jsonpath input")
}

/// Whether a client's value is more than PostgreSQL takes (SQLSTATE class 54).
fn is_limit_of_postgresql(message: &str) -> bool {
    const BEGINNINGS: [&str; 6] = [
        "stack depth limit",
        "index row",
        "total size of json",
        "string too long",
        "array size exceeds",
        "target lists can have",
    ];
    BEGINNINGS
        .iter()
        .any(|beginning| message.starts_with(beginning))
}
