//! Refuses documents that do not fit a role's schema, in Hasura's words and with Hasura's paths.
//!
//! async-graphql runs what passed here in its fast mode, without rules of its own: this is the one gate. What Hasura
//! does not refuse is not refused either: fragments and variables that nobody uses, and fields that are skipped.

mod selection;
mod types;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{
    Pos, Variables,
    parser::types::{ExecutableDocument, OperationDefinition, OperationType},
};

use crate::error::{Code, GraphqlError};

pub use types::{RootNames, Types};

/// Where the walk is: Hasura's path, and the position in the document.
pub(super) struct Place {
    /// The text of the path, and how long it was at every step.
    text: String,
    steps: Vec<usize>,
    position: Pos,
}

impl Place {
    fn root(position: Pos) -> Self {
        Self {
            text: "$".to_owned(),
            steps: Vec::new(),
            position,
        }
    }

    fn key(&mut self, key: &str) {
        self.steps.push(self.text.len());
        self.text.push('.');
        self.text.push_str(key);
    }

    fn index(&mut self, position: usize) {
        self.steps.push(self.text.len());
        self.text.push('[');
        self.text.push_str(&position.to_string());
        self.text.push(']');
    }

    fn back(&mut self) {
        if let Some(length) = self.steps.pop() {
            self.text.truncate(length);
        }
    }

    fn invalid(&self, message: String) -> GraphqlError {
        self.error(Code::ValidationFailed, message)
    }

    fn error(&self, code: Code, message: String) -> GraphqlError {
        GraphqlError::new(code, message)
            .at(self.text.clone())
            .located([self.position])
    }
}

/// What a role may ask, beyond its types.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The types.
    pub types: &'a Types,
    /// Whether `__schema` and `__type` exist; without them refusals tell nothing of the schema either.
    pub has_introspection: bool,
}

/// Checks an operation. `variables` hold their declared defaults already.
pub fn validate(
    scope: Scope<'_>,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<(), GraphqlError> {
    let mut place = Place::root(operation.selection_set.pos);
    let values = value::Values {
        types: scope.types,
        variables,
        declared: declared(operation, variables)?,
        is_telling: scope.has_introspection,
    };
    let used = selection::used_variables(document, operation);
    refuse_unused_values(&used, operation, variables)?;
    let roots = &scope.types.roots;
    let root = match operation.ty {
        OperationType::Query => &roots.query,
        OperationType::Mutation => roots
            .mutation
            .as_ref()
            .ok_or_else(|| place.invalid("no mutations exist".to_owned()))?,
        OperationType::Subscription => roots
            .subscription
            .as_ref()
            .ok_or_else(|| place.invalid("no subscriptions exist".to_owned()))?,
    };
    let walk = selection::Walk {
        scope,
        fragments: &document.fragments,
        values,
    };
    walk.operation(operation, root, &mut place)?;
    match used
        .iter()
        .find(|name| !walk.values.declared.contains_key(*name))
    {
        Some(name) => Err(place.invalid(format!("unbound variable \"{name}\""))),
        None => Ok(()),
    }
}

/// The declared variables. One that is required and has no value is refused.
fn declared<'a>(
    operation: &'a OperationDefinition,
    variables: &Variables,
) -> Result<BTreeMap<&'a str, value::Declared<'a>>, GraphqlError> {
    let mut declared = BTreeMap::new();
    for definition in &operation.variable_definitions {
        let place = Place::root(definition.pos);
        let (name, ty) = (
            definition.node.name.node.as_str(),
            &definition.node.var_type.node,
        );
        if !ty.nullable && !variables.contains_key(name) {
            let problem = format!("expecting a value for non-nullable variable: \"{name}\"");
            return Err(place.invalid(problem));
        }
        let default = definition.node.default_value.as_ref();
        let variable = value::Declared {
            ty,
            has_default: default.is_some_and(|default| default.node != async_graphql::Value::Null),
        };
        if declared.insert(name, variable).is_some() {
            let problem = format!("multiple definitions for variable \"{name}\"");
            return Err(place.error(Code::ParseFailed, problem));
        }
    }
    Ok(declared)
}

/// A value for a variable that the operation does not use is a mistake of the caller.
fn refuse_unused_values(
    used: &BTreeSet<&str>,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<(), GraphqlError> {
    let defaulted = |name: &str| {
        operation.variable_definitions.iter().any(|definition| {
            definition.node.name.node == name && definition.node.default_value.is_some()
        })
    };
    let unexpected: Vec<&str> = variables
        .keys()
        .map(async_graphql::Name::as_str)
        .filter(|name| !used.contains(name) && !defaulted(name))
        .collect();
    if unexpected.is_empty() {
        return Ok(());
    }
    let problem = format!(
        "unexpected variables in variableValues: {}",
        unexpected.join(", ")
    );
    Err(GraphqlError::new(Code::ValidationFailed, problem))
}
