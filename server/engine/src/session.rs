//! Who asks: a role and its session variables. How they were proven is not the engine's business.

use std::collections::BTreeMap;

use axum::http::HeaderMap;

use crate::error::{Code, GraphqlError};

/// The header with which an operator asks for `backend_only` permissions.
const BACKEND: &str = "x-hasura-use-backend-only-permissions";

/// The role under which a request runs, and the variables its rules may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    role: String,
    variables: BTreeMap<String, String>,
    is_operator: bool,
    is_backend: bool,
}

impl Session {
    /// The role that no rule restricts.
    pub const ADMIN: &str = "admin";

    /// A session; names of variables are case-insensitive, as in Hasura.
    pub fn new(
        role: impl Into<String>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let role = role.into();
        let mut variables: BTreeMap<String, String> = variables
            .into_iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value))
            .collect();
        variables.insert("x-hasura-role".to_owned(), role.clone());
        Self {
            role,
            variables,
            is_operator: false,
            is_backend: false,
        }
    }

    /// The role that a request asks for. One that cannot be read is refused, and never means another.
    pub fn asked_role(headers: &HeaderMap) -> Result<Option<&str>, GraphqlError> {
        let Some(role) = headers.get("x-hasura-role") else {
            return Ok(None);
        };
        std::str::from_utf8(role.as_bytes())
            .map(Some)
            .map_err(|_| GraphqlError::new(Code::AccessDenied, "the requested role cannot be read"))
    }

    /// What an operator says with its headers: any role (the administrator by default) and any variable.
    ///
    /// For callers who have proven that they are an operator; nobody else may choose their variables.
    pub fn from_operator_headers(headers: &HeaderMap) -> Result<Self, GraphqlError> {
        let variables = headers.iter().filter_map(|(name, value)| {
            let is_variable = name.as_str().starts_with("x-hasura-")
                && name != "x-hasura-admin-secret"
                && name != "x-hasura-access-key"
                && name != BACKEND;
            let value = std::str::from_utf8(value.as_bytes()).ok()?;
            is_variable.then(|| (name.as_str().to_owned(), value.to_owned()))
        });
        let session = Self::new(Self::asked_role(headers)?.unwrap_or(Self::ADMIN), variables);
        Ok(Self {
            is_operator: true,
            is_backend: asks_for_backend(headers)?,
            ..session
        })
    }

    /// The same session with further variables.
    #[must_use]
    pub fn with(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.variables.extend(variables);
        self
    }

    /// The role's name.
    pub fn role(&self) -> &str {
        &self.role
    }

    /// Whether the caller has proven to be an operator, whatever the role.
    pub fn is_operator(&self) -> bool {
        self.is_operator
    }

    /// Whether permissions that are `backend_only` count.
    pub fn is_backend(&self) -> bool {
        self.is_backend
    }

    /// The value of a variable; `name` in lower case.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// All variables as a JSON object, for triggers that read `current_setting('hasura.user')`.
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.variables).unwrap_or_else(|_| "{}".to_owned())
    }
}

fn asks_for_backend(headers: &HeaderMap) -> Result<bool, GraphqlError> {
    let Some(value) = headers.get(BACKEND) else {
        return Ok(false);
    };
    match value.as_bytes().to_ascii_lowercase().as_slice() {
        b"true" | b"t" | b"yes" | b"y" => Ok(true),
        b"false" | b"f" | b"no" | b"n" => Ok(false),
        _ => {
            let problem = format!(
                "{BACKEND}:  Not a valid boolean text. True values are [\"true\",\"t\",\"yes\",\"y\"] and False values \
                 are [\"false\",\"f\",\"no\",\"n\"]. All values are case insensitive"
            );
            Err(GraphqlError::new(Code::BadRequest, problem))
        }
    }
}
