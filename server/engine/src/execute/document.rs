//! Documents: from text to an operation that a role may run.

use async_graphql::{
    Name, Request, Variables,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationDefinition, OperationType},
    },
};

use super::{
    cache::with_defaults,
    limits::{self, Limits},
    validation::{self, Scope},
};
use crate::error::{Code, GraphqlError};

/// A document that was read and found within limits, and which of its operations is asked for.
pub(super) struct Document {
    pub(super) parsed: ExecutableDocument,
    name: Option<String>,
}

impl Document {
    /// Reads a request's document. `limits` are those of the role; what would harm the server is refused to everybody.
    pub(super) fn read(request: &Request, limits: Option<&Limits>) -> Result<Self, GraphqlError> {
        limits::before_parsing(&request.query, limits)?;
        let document = Self {
            parsed: parse(&request.query)?,
            name: request.operation_name.clone(),
        };
        limits::before_planning(&document.parsed, document.operation()?, limits)?;
        Ok(document)
    }

    /// The operation that is asked for.
    pub(super) fn operation(&self) -> Result<&OperationDefinition, GraphqlError> {
        Ok(self.named_operation()?.1)
    }

    /// The operation that is asked for, and its name in the document.
    pub(super) fn named_operation(
        &self,
    ) -> Result<(Option<&Name>, &OperationDefinition), GraphqlError> {
        let refused = |problem: String| GraphqlError::new(Code::ValidationFailed, problem);
        let mut operations = self.parsed.operations.iter();
        let found = match &self.name {
            Some(name) => operations
                .find(|(operation, _)| operation.is_some_and(|operation| operation == name))
                .ok_or_else(|| {
                    refused(format!(
                        "no such operation found in the document: \"{name}\""
                    ))
                })?,
            None => match (operations.next(), operations.next()) {
                (Some(only), None) => only,
                _ => {
                    let problem = "exactly one operation has to be present in the document when operationName is not specified";
                    return Err(refused(problem.to_owned()));
                }
            },
        };
        let (name, operation) = found;
        Ok((name, &operation.node))
    }

    /// What kind of operation is asked for.
    pub(super) fn kind(&self) -> Result<OperationType, GraphqlError> {
        Ok(self.operation()?.ty)
    }

    /// The defaults that the operation declares for its variables.
    pub(super) fn defaults(&self) -> Result<Variables, GraphqlError> {
        let mut defaults = Variables::default();
        for definition in &self.operation()?.variable_definitions {
            if let Some(value) = &definition.node.default_value {
                defaults.insert(definition.node.name.node.clone(), value.node.clone());
            }
        }
        Ok(defaults)
    }

    /// Completes the request's variables with these defaults and checks the operation against a role's schema.
    pub(super) fn validate(
        &self,
        scope: Scope<'_>,
        defaults: &Variables,
        request: &mut Request,
    ) -> Result<(), GraphqlError> {
        request.variables = with_defaults(defaults, &request.variables).into_owned();
        validation::validate(scope, &self.parsed, self.operation()?, &request.variables)
    }
}

fn parse(query: &str) -> Result<ExecutableDocument, GraphqlError> {
    parse_query(query).map_err(|error| {
        GraphqlError::new(Code::ValidationFailed, "not a valid graphql query")
            .at("$.query")
            .located(error.positions())
    })
}
