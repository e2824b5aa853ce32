//! What a request is answered with.

use super::live;
use crate::error::GraphqlError;

/// What a request is answered with.
#[derive(Debug, Default)]
pub struct Answer {
    /// The JSON of `data`; `None` when the request failed.
    pub data: Option<String>,
    /// What went wrong.
    pub errors: Vec<GraphqlError>,
}

impl Answer {
    /// A request that failed as a whole.
    pub fn failed(error: GraphqlError) -> Self {
        Self {
            data: None,
            errors: vec![error],
        }
    }

    /// A request that succeeded.
    pub(super) fn whole(data: String) -> Self {
        Self {
            data: Some(data),
            errors: Vec::new(),
        }
    }

    /// The body of the response.
    pub fn into_json(self) -> String {
        if self.errors.is_empty() {
            // Data may be long: it stays where it is.
            let mut body = self.data.unwrap_or_else(|| "null".to_owned());
            body.insert_str(0, "{\"data\":");
            body.push('}');
            return body;
        }
        let errors: Vec<_> = self.errors.iter().map(GraphqlError::to_json).collect();
        serde_json::json!({ "errors": errors }).to_string()
    }

    pub(super) fn into_response(self) -> async_graphql::Response {
        let data = self.data.as_deref().map(live::raw).transpose();
        match data {
            Ok(data) if self.errors.is_empty() => {
                async_graphql::Response::new(data.unwrap_or_default())
            }
            Ok(_) => async_graphql::Response::from_errors(
                self.errors.into_iter().map(Into::into).collect(),
            ),
            Err(error) => super::roots::failed(error),
        }
    }
}

/// An object of members whose values are JSON already; keys are GraphQL names and need no escape.
pub(super) fn object(fields: &[(&str, String)]) -> String {
    let length: usize = fields
        .iter()
        .map(|(key, json)| key.len() + json.len() + 4)
        .sum();
    // And what the body adds.
    let mut text = String::with_capacity(length + 16);
    text.push('{');
    for (position, (key, json)) in fields.iter().enumerate() {
        if position > 0 {
            text.push(',');
        }
        text.push('"');
        text.push_str(key);
        text.push_str("\":");
        text.push_str(json);
    }
    text.push('}');
    text
}
