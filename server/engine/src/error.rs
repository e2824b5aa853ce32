//! What a client may learn of an error: Hasura's codes and paths (reference: graphql.md, "Error codes").

use std::fmt;

use serde::{Deserialize, Serialize};

/// Hasura's error codes, as far as this engine raises them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The role may not be used, or a credential is wrong.
    AccessDenied,
    /// The request contradicts itself.
    BadRequest,
    /// A unique, foreign-key, exclusion or not-null constraint was violated.
    ConstraintViolation,
    /// PostgreSQL could not read a value as its type.
    DataException,
    /// The body is not JSON.
    InvalidJson,
    /// What is asked cannot be asked of this kind of operation.
    InvalidParams,
    /// A credential cannot be read from the headers, or is missing.
    InvalidHeaders,
    /// A token is malformed, expired or signed by somebody else.
    InvalidJwt,
    /// The claims of a token do not have the shape that was agreed on.
    JwtInvalidClaims,
    /// A token says no roles.
    JwtMissingRoleClaims,
    /// A session variable is missing.
    NotFound,
    /// The request asks for what this server does not do.
    NotSupported,
    /// The document is not GraphQL.
    ParseFailed,
    /// A check of the role's permission, or of the table, rejected the new row.
    PermissionError,
    /// PostgreSQL refused a statement for what the client asked.
    PostgresError,
    /// A fault of ours.
    Unexpected,
    /// The operation cannot be sent this way.
    UnexpectedPayload,
    /// The document does not fit the role's schema.
    ValidationFailed,
    /// A limit was exceeded.
    LimitExceeded,
    /// An expected refusal of a hand-written field; its own code is in [`GraphqlError::custom_code`].
    Custom,
}

/// An error as a client sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphqlError {
    /// The code in `extensions.code`.
    pub code: Code,
    /// A code outside Hasura's list, for hand-written fields.
    pub custom_code: Option<String>,
    /// A sentence that says what and where.
    pub message: String,
    /// Hasura's path, beginning with `$`.
    pub path: String,
    /// What an operator may see besides, in `extensions.internal`; nobody else is sent it.
    pub internal: Option<Box<serde_json::Value>>,
    /// The places in the document, where they are known.
    pub locations: Vec<async_graphql::Pos>,
}

impl GraphqlError {
    /// An error at the root of the request.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            custom_code: None,
            message: message.into(),
            path: "$".to_owned(),
            internal: None,
            locations: Vec::new(),
        }
    }

    /// An expected refusal of a hand-written field, with a code of its own.
    pub fn refusal(code: &str, message: impl Into<String>) -> Self {
        Self {
            custom_code: Some(code.to_owned()),
            ..Self::new(Code::Custom, message)
        }
    }

    /// The error as a hand-written field returns it.
    pub fn into_field_error(self) -> async_graphql::Error {
        let mut extensions = async_graphql::ErrorExtensionValues::default();
        extensions.set("code", self.code_text());
        extensions.set("path", self.path);
        let internal = self
            .internal
            .map(|internal| async_graphql::Value::from_json(*internal));
        if let Some(Ok(internal)) = internal {
            extensions.set("internal", internal);
        }
        let mut error = async_graphql::Error::new(self.message);
        error.extensions = Some(extensions);
        error
    }

    /// The same error with what only an operator may see.
    #[must_use]
    pub fn with_internal(mut self, internal: serde_json::Value) -> Self {
        self.internal = Some(Box::new(internal));
        self
    }

    /// The same error at another place.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// The same error with its places in the document.
    #[must_use]
    pub fn located(mut self, locations: impl IntoIterator<Item = async_graphql::Pos>) -> Self {
        self.locations = locations.into_iter().collect();
        self
    }

    /// A fault of ours: logged here, once, and shown without detail.
    pub fn fault(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "request failed");
        Self::new(Code::Unexpected, "internal error")
    }

    /// The code as it is sent.
    pub fn code_text(&self) -> String {
        if let Some(code) = &self.custom_code {
            return code.clone();
        }
        serde_json::to_value(self.code)
            .ok()
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// The error as a member of `errors`.
    pub fn to_json(&self) -> serde_json::Value {
        let mut extensions = serde_json::json!({ "path": self.path, "code": self.code_text() });
        if let (Some(internal), Some(members)) = (&self.internal, extensions.as_object_mut()) {
            members.insert("internal".to_owned(), (**internal).clone());
        }
        let mut json = serde_json::json!({ "message": self.message, "extensions": extensions });
        if let (Some(members), false) = (json.as_object_mut(), self.locations.is_empty()) {
            members.insert("locations".to_owned(), serde_json::json!(self.locations));
        }
        json
    }

    /// Reads what async-graphql reports: our own errors back, its validation as `validation-failed`.
    pub fn from_server_error(error: &async_graphql::ServerError) -> Self {
        let text = |name: &str| match error.extensions.as_ref()?.get(name)? {
            async_graphql::Value::String(text) => Some(text.clone()),
            _ => None,
        };
        let path = text("path").unwrap_or_else(|| "$".to_owned());
        let internal = error
            .extensions
            .as_ref()
            .and_then(|extensions| extensions.get("internal"));
        match text("code") {
            Some(code) => {
                let known: Option<Code> = serde_json::from_value(code.as_str().into()).ok();
                Self {
                    code: known.unwrap_or(Code::Custom),
                    custom_code: known.is_none().then_some(code),
                    message: error.message.clone(),
                    path,
                    internal: internal
                        .and_then(|internal| internal.clone().into_json().ok())
                        .map(Box::new),
                    locations: error.locations.clone(),
                }
            }
            None => Self::new(Code::ValidationFailed, error.message.clone())
                .at(path)
                .located(error.locations.iter().copied()),
        }
    }
}

impl fmt::Display for GraphqlError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for GraphqlError {}

impl From<diesel::result::Error> for GraphqlError {
    fn from(error: diesel::result::Error) -> Self {
        crate::execute::statement::database_error(&error)
    }
}

impl From<GraphqlError> for async_graphql::ServerError {
    fn from(error: GraphqlError) -> Self {
        let locations = error.locations.clone();
        let error = error.into_field_error();
        let mut answer = Self::new(error.message, None);
        answer.locations = locations;
        answer.extensions = error.extensions;
        answer
    }
}
