//! Runs mutation fields: their steps, in the transaction of the request, and then what shows the rows.

use async_graphql::Variables;
use diesel_async::AsyncPgConnection;

use super::{
    roots::EngineCore,
    statement::{self, Preparation, Text},
};
use crate::{
    error::{Code, GraphqlError},
    model::{Caller, ColumnId, Value},
    plan::{
        Mutation, Write,
        write::{Action, Given, Step},
    },
    session::Session,
    sql::{
        Statement, Tag,
        write::{self, Verdict},
    },
};

/// What a step left for later ones: its rows, each the row itself when it is shown, and then its keys.
type Written = Vec<Vec<Value>>;

/// A request's values, which become binds.
pub(super) struct Values<'a> {
    pub(super) variables: &'a Variables,
    pub(super) session: &'a Session,
    pub(super) tag: Option<&'a Tag>,
}

impl EngineCore {
    /// Writes, and returns the JSON of the field.
    pub(super) async fn run_mutation(
        &self,
        conn: &mut AsyncPgConnection,
        mutation: &Mutation,
        values: &Values<'_>,
    ) -> Result<String, GraphqlError> {
        let mut answers = Vec::with_capacity(mutation.writes.len());
        for write in &mutation.writes {
            answers.push(self.run_write(conn, write, values).await?);
        }
        let answers = answers.join(",");
        Ok(if mutation.is_list {
            format!("[{answers}]")
        } else {
            answers
        })
    }

    async fn run_write(
        &self,
        conn: &mut AsyncPgConnection,
        write: &Write,
        values: &Values<'_>,
    ) -> Result<String, GraphqlError> {
        let (mut done, mut affected_rows): (Vec<Written>, u32) = (Vec::new(), 0);
        for step in &write.steps {
            let rows = given_rows(write, step, &done, values)?;
            let statement = write::step(&self.model, write, step, &rows).tagged(values.tag);
            let text = run(conn, &statement, values, &step.path).await?;
            let (verdict, count, rest) = Verdict::read(&text).ok_or_else(unreadable)?;
            self.judge(verdict, step, values.session)?;
            if let (Some(shortage), true) = (&step.shortage, (count as usize) < rows.len()) {
                return Err(shortage.clone());
            }
            if write.is_one_statement() {
                return Ok(rest.to_owned());
            }
            affected_rows += count;
            done.push(serde_json::from_str(rest).map_err(|error| GraphqlError::fault(&error))?);
        }
        let shown = write
            .steps
            .iter()
            .zip(done)
            .filter(|(step, _)| step.is_shown);
        let rows: Vec<String> = shown
            .flat_map(|(_, rows)| rows)
            .filter_map(|row| row.into_iter().next().flatten())
            .collect();
        let statement = write::answer(&self.model, write, &rows, affected_rows).tagged(values.tag);
        run(conn, &statement, values, "$").await
    }

    /// The statements of a mutation without its values, for whoever wants to see them.
    pub(super) fn told(&self, mutation: &Mutation, tag: Option<&Tag>) -> Vec<Statement> {
        let mut told = Vec::new();
        for write in &mutation.writes {
            for step in &write.steps {
                told.push(write::step(&self.model, write, step, &unknown_rows(step)));
            }
            if !write.is_one_statement() {
                told.push(write::answer(&self.model, write, &[], 0));
            }
        }
        told.into_iter()
            .map(|statement| statement.tagged(tag))
            .collect()
    }

    /// Fails when a check does not hold or too many rows were written. Only an operator learns which rule it was.
    fn judge(&self, verdict: Verdict, step: &Step, session: &Session) -> Result<(), GraphqlError> {
        let table = self.model.table(step.table);
        let is_update = match verdict {
            Verdict::Good => return Ok(()),
            Verdict::TooMany => {
                let problem = format!(
                    "more rows of \"{}\" than at_most would be written",
                    table.name
                );
                return Err(GraphqlError::new(Code::LimitExceeded, problem).at(step.path.clone()));
            }
            Verdict::Unchecked => matches!(step.action, Action::Update(_)),
            Verdict::UpdateUnchecked => true,
        };
        let problem = "check constraint of an insert/update permission has failed";
        let error = GraphqlError::new(Code::PermissionError, problem).at(step.path.clone());
        if !session.is_operator() {
            return Err(error);
        }
        let caller = Caller {
            role: &self.role,
            is_backend: self.is_backend,
        };
        let rule = if is_update {
            table
                .updatable(caller)
                .and_then(|access| access.rule.as_ref())
        } else {
            table.insertable(caller).map(|access| &access.rule)
        };
        Err(error.with_internal(serde_json::json!({
            "table": { "schema": table.relation.schema, "name": table.relation.name },
            "role": self.role,
            "permission": if is_update { "update" } else { "insert" },
            "check": rule,
        })))
    }
}

async fn run(
    conn: &mut AsyncPgConnection,
    statement: &Statement,
    values: &Values<'_>,
    path: &str,
) -> Result<String, GraphqlError> {
    let binds = statement::resolve(statement, values.variables, values.session)?;
    statement::one(conn, &Text::from(statement), &binds, Preparation::Once)
        .await
        .map_err(|error| statement::database_error(&error).at(path))
}

/// The shape of a step's new rows.
fn unknown_rows(step: &Step) -> Vec<Vec<(ColumnId, Value)>> {
    let Action::Insert(insert) = &step.action else {
        return Vec::new();
    };
    let unknown = |(column, _): &(ColumnId, Given)| (*column, Some(String::new()));
    let rows = insert.rows.iter();
    rows.map(|row| row.iter().map(unknown).collect()).collect()
}

/// The values of a step's new rows.
fn given_rows(
    write: &Write,
    step: &Step,
    done: &[Written],
    values: &Values<'_>,
) -> Result<Vec<Vec<(ColumnId, Value)>>, GraphqlError> {
    let Action::Insert(insert) = &step.action else {
        return Ok(Vec::new());
    };
    let binds = insert
        .rows
        .iter()
        .flatten()
        .filter_map(|(_, given)| match given {
            Given::Bind(bind) => Some(bind),
            Given::Written { .. } => None,
        });
    let resolved = statement::resolve_binds(binds, values.variables, values.session)?;
    let mut resolved = resolved.into_iter();
    let mut cell = |given: &Given| match given {
        Given::Bind(_) => resolved.next().flatten(),
        Given::Written { step, row, column } => written(write, done, *step, *row, *column),
    };
    Ok(insert
        .rows
        .iter()
        .map(|row| {
            let cells = row.iter();
            cells
                .map(|(column, given)| (*column, cell(given)))
                .collect()
        })
        .collect())
}

/// A key of a row that an earlier step wrote.
fn written(write: &Write, done: &[Written], step: usize, row: usize, column: ColumnId) -> Value {
    let source = write.steps.get(step)?;
    let key = source.keys.iter().position(|key| *key == column)?;
    let position = key + usize::from(source.is_shown);
    done.get(step)?.get(row)?.get(position)?.clone()
}

fn unreadable() -> GraphqlError {
    GraphqlError::new(Code::Unexpected, "internal error")
}
