//! `POST /graphql`: holds a query against GitHub's schema, charges for it, and answers from the organization.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use anyhow::{Result, anyhow};
use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::resolvers::Execution;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::{Valid, WithErrors};
use apollo_compiler::{ExecutableDocument, Schema};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::objects::{Object, World, split_error};
use super::rate_limit::RateLimit;
use super::{GitHub, ORGANIZATION, TOKEN, bad_credentials, token_of};
use crate::simulators::controls::{GraphQlCall, lock};

/// The schema that queries must fit.
pub(super) struct GitHubSchema(Valid<Schema>);

const EXTRACT: &str = include_str!("../../../../server/connectors/src/github/schema.graphql");

impl GitHubSchema {
    /// GitHub's whole public schema from a file, or the extract.
    pub(super) fn load(path: Option<&Path>) -> Result<Self> {
        let (text, name) = match path {
            Some(path) => (std::fs::read_to_string(path)?, path.to_path_buf()),
            None => (EXTRACT.to_owned(), "extract.graphql".into()),
        };
        let schema = Schema::parse(text, name).or_else(without_repetitions)?;
        schema
            .validate()
            .map(Self)
            .map_err(|invalid| anyhow!("{}", invalid.errors))
    }
}

/// GitHub has published schemas in which a type declares a field twice; the first one counts.
fn without_repetitions(faulty: WithErrors<Schema>) -> Result<Schema> {
    let is_repetition = |message: &str| message.starts_with("duplicate definitions");
    if faulty
        .errors
        .iter()
        .all(|error| is_repetition(&error.to_json().message))
    {
        return Ok(faulty.partial);
    }
    Err(anyhow!("{}", faulty.errors))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<JsonMap>,
}

pub(super) async fn answer(
    State(github): State<Arc<GitHub>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if token_of(&headers) != Some(TOKEN) {
        return bad_credentials();
    }
    let Ok(request) = serde_json::from_slice::<Request>(&body) else {
        return refuse("Problems parsing JSON");
    };
    let Some(query) = request.query else {
        return refuse("A query attribute must be specified and must be a string.");
    };
    let document =
        match ExecutableDocument::parse_and_validate(&github.schema.0, query, "query.graphql") {
            Ok(document) => document,
            Err(invalid) => {
                return errors(
                    invalid
                        .errors
                        .iter()
                        .map(|error| error.to_json())
                        .map(|error| json!(error)),
                );
            }
        };
    let name = request.operation_name.as_deref();
    let operation = match document.operations.get(name) {
        Ok(operation) => operation,
        Err(error) => return errors([json!(error.to_graphql_error(&document.sources))]),
    };
    let variables = request.variables.unwrap_or_default();
    let bill = Bill::of(&document, &operation.selection_set, &variables);
    let call = GraphQlCall {
        operation: operation.name.as_ref().map(ToString::to_string),
        cost: Some(bill.cost()),
    };
    let (paid, headers) = {
        let mut limit = lock(&github.rate_limit);
        (limit.pay(bill.cost()), limit.headers())
    };
    if !paid {
        let message = "API rate limit already exceeded for user ID 1.";
        return (
            headers,
            errors([json!({ "type": "RATE_LIMITED", "message": message })]),
        )
            .into_response();
    }
    let mut response = (
        headers,
        execute(&github, &document, name, &variables, &bill),
    )
        .into_response();
    response.extensions_mut().insert(call);
    response
}

fn execute(
    github: &GitHub,
    document: &Valid<ExecutableDocument>,
    operation: Option<&str>,
    variables: &JsonMap,
    bill: &Bill,
) -> Response {
    let organization = github
        .organization
        .read()
        .unwrap_or_else(PoisonError::into_inner);
    let (remaining, reset_at) = {
        let limit = lock(&github.rate_limit);
        (limit.remaining, limit.reset_at)
    };
    let world = World {
        url: &github.url,
        organization: &organization,
        login: ORGANIZATION,
        rate_limit: json!({
            "cost": bill.cost(),
            "limit": RateLimit::limit(),
            "nodeCount": bill.nodes,
            "remaining": remaining,
            "resetAt": reset_at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "used": RateLimit::limit().saturating_sub(remaining),
        }),
    };
    let executed = Execution::new(&github.schema.0, document)
        .enable_schema_introspection(true)
        .raw_variable_values(variables)
        .operation_name(operation)
        .and_then(|execution| execution.execute_sync(&Object::Query(&world)));
    let executed = match executed {
        Ok(executed) => executed,
        Err(error) => return errors([json!(error.to_graphql_error(&document.sources))]),
    };
    if executed.errors.is_empty() {
        return Json(json!({ "data": executed.data })).into_response();
    }
    let described = executed.errors.iter().map(|error| {
        let (kind, message) = split_error(&error.message);
        json!({ "type": kind, "path": error.path, "locations": error.locations, "message": message })
    });
    Json(json!({ "data": executed.data, "errors": described.collect::<Vec<_>>() })).into_response()
}

/// A request that is none.
fn refuse(message: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "message": message }))).into_response()
}

/// GitHub answers 200 to a query that it refuses.
fn errors(errors: impl IntoIterator<Item = Value>) -> Response {
    Json(json!({ "errors": errors.into_iter().collect::<Vec<_>>() })).into_response()
}

/// What GitHub charges: the requests it would make to fulfil every connection of the query, divided by 100.
#[derive(Debug, Default)]
struct Bill {
    requests: u64,
    nodes: u64,
}

impl Bill {
    fn of(document: &ExecutableDocument, selection: &SelectionSet, variables: &JsonMap) -> Self {
        let mut bill = Self::default();
        bill.add(document, selection, variables, 1);
        bill
    }

    fn cost(&self) -> u64 {
        ((self.requests + 50) / 100).max(1)
    }

    fn add(
        &mut self,
        document: &ExecutableDocument,
        selection: &SelectionSet,
        variables: &JsonMap,
        parents: u64,
    ) {
        for selected in &selection.selections {
            match selected {
                Selection::Field(field) => {
                    let first = field
                        .specified_argument_by_name("first")
                        .or_else(|| field.specified_argument_by_name("last"))
                        .and_then(|value| match value.as_variable() {
                            Some(name) => variables.get(name.as_str())?.as_u64(),
                            None => u64::try_from(value.to_i32()?).ok(),
                        });
                    if let Some(first) = first {
                        self.requests = self.requests.saturating_add(parents);
                        self.nodes = self.nodes.saturating_add(parents.saturating_mul(first));
                    }
                    let children = parents.saturating_mul(first.unwrap_or(1));
                    self.add(document, &field.selection_set, variables, children);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = spread.fragment_def(document) {
                        self.add(document, &fragment.selection_set, variables, parents);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    self.add(document, &fragment.selection_set, variables, parents);
                }
            }
        }
    }
}
