//! What a request is answered with.

use crate::error::GraphqlError;

/// What a request is answered with.
#[derive(Debug, Default)]
pub struct Answer {
    /// The whole body, when nothing went wrong.
    body: String,
    /// What went wrong: then there is no data.
    pub errors: Vec<GraphqlError>,
}

impl Answer {
    /// A request that failed as a whole.
    pub fn failed(error: GraphqlError) -> Self {
        Self {
            body: String::new(),
            errors: vec![error],
        }
    }

    /// The body of the response.
    pub fn into_json(self) -> String {
        if self.errors.is_empty() {
            return self.body;
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
                Ok(data) => Self {
                    body: format!("{{\"data\":{data}}}"),
                    errors: Vec::new(),
                },
                Err(error) => Self::failed(GraphqlError::fault(&error)),
            };
        }
        let errors = response.errors.iter();
        Self {
            body: String::new(),
            errors: errors.map(GraphqlError::from_server_error).collect(),
        }
    }
}

/// What a body has beside the JSON of one member, in bytes, with most keys.
const ENVELOPE: usize = 48;

/// The body of an answer while it is written. Data may be long: it is written here and stays here.
pub(super) struct Body(Vec<u8>);

impl Body {
    /// A body whose data will have about this many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        let mut body = Vec::with_capacity(bytes + ENVELOPE);
        body.extend(b"{\"data\":{");
        Self(body)
    }

    /// Begins a member of the data. Its JSON is to be written next; its key is a GraphQL name and needs no escape.
    pub(super) fn member(&mut self, key: &str) -> &mut Vec<u8> {
        if self.0.last() != Some(&b'{') {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend(key.as_bytes());
        self.0.extend(b"\":");
        &mut self.0
    }

    /// How long it is, in bytes.
    pub(super) fn size(&self) -> usize {
        self.0.len()
    }

    /// The answer, when every member is written.
    pub(super) fn finish(mut self) -> Result<Answer, GraphqlError> {
        self.0.extend(b"}}");
        Ok(Answer {
            body: text(self.0)?,
            errors: Vec::new(),
        })
    }
}

/// JSON as text.
pub(super) fn text(json: Vec<u8>) -> Result<String, GraphqlError> {
    String::from_utf8(json).map_err(|error| GraphqlError::fault(&error))
}
