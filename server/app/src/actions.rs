//! The hand-written mutations of all capabilities, who has them, and what they share.

use async_graphql::{
    Context, InputValueError, InputValueResult, MergedObject, Scalar, ScalarType, Value,
};
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use engine::{Actions, GraphqlError, Session};
use uuid::Uuid;

use crate::{
    authorizations::{
        actions::AuthorizationMutations, alerts::actions::AlertMutations,
        reconciliation::actions::ReconciliationMutations, tokens::actions::TokenMutations,
    },
    directory::sync::actions::SyncMutations,
    jobs::actions::JobMutations,
};

/// All hand-written mutations.
#[derive(Clone, MergedObject)]
pub struct Mutations(
    pub SyncMutations,
    pub AuthorizationMutations,
    pub TokenMutations,
    pub AlertMutations,
    pub ReconciliationMutations,
    pub JobMutations,
);

/// Which roles have which of them, beside the administrator.
pub fn allowed() -> Actions {
    Actions::new()
        // The signature decides, not the role.
        .allow("receive_datapass_event", &["anonymous", "user"])
        // Whose token it is decides.
        .allow("request_token_prolongation", &["user", "contact"])
        .allow("send_token_link", &["user", "contact"])
}

/// A type that stands for the rows of a tracked table, for actions that answer with them.
macro_rules! table {
    ($type:ident, $name:literal) => {
        #[doc = concat!("Rows of `", $name, "`.")]
        pub struct $type;

        impl async_graphql::TypeName for $type {
            fn type_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
        }
    };
}
pub(crate) use table;

/// An id of a row, of the same GraphQL type as the columns of the tables.
pub struct RowId(pub Uuid);

#[Scalar(name = "uuid")]
impl ScalarType for RowId {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => text.parse().map(Self).map_err(InputValueError::custom),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A moment, of the same GraphQL type as the columns of the tables: as RFC 3339 writes it.
pub struct Moment(pub DateTime<Utc>);

#[Scalar(name = "timestamptz")]
impl ScalarType for Moment {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => text.parse().map(Self).map_err(InputValueError::custom),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339())
    }
}

/// The user who calls; none for an operator.
pub fn caller(ctx: &Context<'_>) -> Option<Uuid> {
    ctx.data_opt::<Session>()?
        .variable("x-hasura-user-id")?
        .parse()
        .ok()
}

/// Says to the triggers of the running transaction who calls.
pub async fn introduce(ctx: &Context<'_>, conn: &mut AsyncPgConnection) -> QueryResult<()> {
    match ctx.data_opt::<Session>() {
        Some(session) => engine::execute::set_session(conn, session).await,
        None => Ok(()),
    }
}

/// An error as the API shows it.
pub fn refusal(error: impl Into<GraphqlError>) -> async_graphql::Error {
    error.into().into_field_error()
}
