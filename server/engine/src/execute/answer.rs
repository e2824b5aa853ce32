//! What a request is answered with.

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

    /// The answer, or what failed as an error.
    pub(super) fn into_result(self) -> Result<Self, Self> {
        if self.errors.is_empty() {
            Ok(self)
        } else {
            Err(self)
        }
    }
}

impl From<GraphqlError> for Answer {
    fn from(error: GraphqlError) -> Self {
        Self::failed(error)
    }
}

/// What async-graphql answers by itself: it failed when it has errors.
impl From<async_graphql::Response> for Answer {
    fn from(response: async_graphql::Response) -> Self {
        if response.errors.is_empty() {
            return match serde_json::to_string(&response.data) {
                Ok(data) => Self::whole(data),
                Err(error) => Self::failed(GraphqlError::fault(&error)),
            };
        }
        let errors = response.errors.iter();
        Self {
            data: None,
            errors: errors.map(GraphqlError::from_server_error).collect(),
        }
    }
}

/// An object of members whose values are JSON already; keys are GraphQL names and need no escape.
pub(super) fn object(fields: &[(&str, impl AsRef<str>)]) -> String {
    let length: usize = fields
        .iter()
        .map(|(key, json)| key.len() + json.as_ref().len() + 4)
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
        text.push_str(json.as_ref());
    }
    text.push('}');
    text
}
