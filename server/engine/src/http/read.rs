//! From a body or a query string to requests.

use async_graphql::{Request, Variables};
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};

use super::respond::Refusal;
use crate::error::{Code, GraphqlError};

/// What a body holds.
pub(super) enum Asked {
    /// One request.
    One(Box<Request>),
    /// Several, answered in their order.
    Batch(Vec<Request>),
}

fn bad(status: StatusCode, code: Code, problem: impl Into<String>) -> Refusal {
    Refusal::new(status, GraphqlError::new(code, problem))
}

/// Refuses bodies that do not say that they are JSON: a form of another site cannot say so.
pub(super) fn is_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    let mut parts = kind.split(';').map(str::trim);
    let is_known = matches!(
        parts.next(),
        Some("application/json" | "application/graphql+json")
    );
    let is_utf8 = parts
        .find_map(|part| part.strip_prefix("charset="))
        .is_none_or(|charset| charset.trim_matches('"') == "utf-8");
    if is_known && is_utf8 {
        return Ok(());
    }
    let problem = "the content-type of a request is application/json, in UTF-8";
    Err(bad(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::BadRequest,
        problem,
    ))
}

/// The requests of a body.
pub(super) fn body(bytes: &[u8]) -> Result<Asked, Refusal> {
    let body: Value = serde_json::from_slice(bytes).map_err(|error| {
        let problem = format!("the body is not JSON: {error}");
        bad(StatusCode::BAD_REQUEST, Code::InvalidJson, problem)
    })?;
    match body {
        Value::Object(members) => Ok(Asked::One(Box::new(request(members)?))),
        Value::Array(items) => items
            .into_iter()
            .map(|item| match item {
                Value::Object(members) => request(members),
                _ => Err(malformed("a request is an object")),
            })
            .collect::<Result<_, _>>()
            .map(Asked::Batch),
        _ => Err(malformed("a request is an object, or a list of objects")),
    }
}

/// The request of a query string.
pub(super) fn query_string(text: &str) -> Result<Request, Refusal> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text)
        .map_err(|error| malformed(&format!("the query string cannot be read: {error}")))?;
    let mut members = Map::new();
    for (name, value) in pairs {
        let value = match name.as_str() {
            "variables" | "extensions" if !value.is_empty() => serde_json::from_str(&value)
                .map_err(|error| malformed(&format!("{name} is not JSON: {error}")))?,
            _ => Value::String(value),
        };
        members.insert(name, value);
    }
    request(members)
}

fn malformed(problem: &str) -> Refusal {
    bad(StatusCode::BAD_REQUEST, Code::ParseFailed, problem)
}

pub(super) fn request(mut members: Map<String, Value>) -> Result<Request, Refusal> {
    let mut text = |name: &str| match members.remove(name) {
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Null) | None => Ok(None),
        Some(_) => Err(malformed(&format!("{name} is a string"))),
    };
    let (query, operation) = (text("query")?, text("operationName")?);
    let mut object = |name: &str| match members.remove(name) {
        Some(Value::Object(object)) => Ok(object),
        Some(Value::Null) | None => Ok(Map::new()),
        Some(Value::String(empty)) if empty.is_empty() => Ok(Map::new()),
        Some(_) => Err(malformed(&format!("{name} is an object"))),
    };
    let (variables, extensions) = (object("variables")?, object("extensions")?);
    if query.is_none() && !extensions.contains_key("persistedQuery") {
        return Err(malformed("the key 'query' was not present"));
    }
    let mut request = Request::new(query.unwrap_or_default())
        .variables(Variables::from_json(Value::Object(variables)));
    request.operation_name = operation.filter(|name| !name.is_empty());
    if let Ok(async_graphql::Value::Object(known)) = async_graphql::to_value(&extensions) {
        request.extensions.0 = known
            .into_iter()
            .map(|(name, value)| (name.to_string(), value))
            .collect();
    }
    Ok(request)
}
