//! Who asks: a role and its session variables. How they were proven is not the engine's business.

use std::collections::BTreeMap;

use axum::http::HeaderMap;

use crate::error::{Code, GraphqlError};

/// The role under which a request runs, and the variables its rules may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    role: String,
    variables: BTreeMap<String, String>,
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
        Self { role, variables }
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
            let is_variable =
                name.as_str().starts_with("x-hasura-") && name != "x-hasura-admin-secret";
            let value = std::str::from_utf8(value.as_bytes()).ok()?;
            is_variable.then(|| (name.as_str().to_owned(), value.to_owned()))
        });
        Ok(Self::new(
            Self::asked_role(headers)?.unwrap_or(Self::ADMIN),
            variables,
        ))
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

    /// The value of a variable; `name` in lower case.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// All variables as a JSON object, for triggers that read `current_setting('hasura.user')`.
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.variables).unwrap_or_else(|_| "{}".to_owned())
    }
}
