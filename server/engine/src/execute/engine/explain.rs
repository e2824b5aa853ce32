//! Tells what would be done for a request, without doing it.

use std::{collections::BTreeMap, sync::Arc};

use async_graphql::{ObjectType, Request, parser::types::OperationType};

use super::Engine;
use crate::{
    error::{Code, GraphqlError},
    execute::{connection::Connection, request::RequestState, statement},
    session::Session,
    sql::Compiled,
};

/// What PostgreSQL would do for a root field.
#[derive(Debug, serde::Serialize)]
pub struct Explained {
    /// The field's name in the answer.
    pub field: String,
    /// The statement.
    pub sql: String,
    /// PostgreSQL's plan, line by line.
    pub plan: Vec<String>,
}

impl<M: ObjectType + 'static> Engine<M> {
    /// The text of the statements that a request would run, by root field; nothing is executed.
    pub async fn statements(
        &self,
        session: &Session,
        mut request: Request,
    ) -> Result<BTreeMap<String, String>, GraphqlError> {
        let compiled = self.compiled(session, &mut request).await?;
        let texts = compiled.into_iter();
        Ok(texts
            .map(|(field, compiled)| (field, compiled.json.text()))
            .collect())
    }

    async fn compiled(
        &self,
        session: &Session,
        request: &mut Request,
    ) -> Result<BTreeMap<String, Arc<Compiled>>, GraphqlError> {
        self.accept(session, request)?;
        let mut told = Request::new(&request.query).variables(request.variables.clone());
        told.operation_name.clone_from(&request.operation_name);
        let state = Arc::new(RequestState::explaining(session.clone()));
        let schema = &self.role_of(session).schema;
        let response = schema
            .execute(self.hashed(told).data(Arc::clone(&state)))
            .await;
        if let Some(error) = response.errors.first() {
            return Err(GraphqlError::from_server_error(error));
        }
        Ok(state.notes().statements.clone())
    }

    /// What PostgreSQL would do for a query, for each root field of a table; nothing is executed.
    pub async fn explain(
        &self,
        session: &Session,
        mut request: Request,
    ) -> Result<Vec<Explained>, GraphqlError> {
        if self.kind(session, &request)? != OperationType::Query {
            let problem = "only queries can be explained";
            return Err(GraphqlError::new(Code::InvalidParams, problem));
        }
        let compiled = self.compiled(session, &mut request).await?;
        let mut conn = Connection::get(&self.pool).await?;
        let mut explained = Vec::with_capacity(compiled.len());
        for (field, compiled) in compiled {
            let statement = &compiled.json;
            let values = statement::resolve(statement, &request.variables, session)?;
            explained.push(Explained {
                field,
                sql: statement.text(),
                plan: statement::plan_lines(&mut conn, statement, &values).await?,
            });
        }
        Ok(explained)
    }
}
