//! The actions of the API: `sync_services`, `approve_sync_run`, `discard_sync_run`.

use async_graphql::{
    Context, InputValueError, InputValueResult, Object, Scalar, ScalarType, TypeName, Value,
};
use engine::{GraphqlError, Row, Rows, Session};
use uuid::Uuid;

use super::{Extent, Order, SyncError, Syncer, Trigger};

/// The table that the actions answer with.
pub struct SyncRuns;

impl TypeName for SyncRuns {
    fn type_name() -> std::borrow::Cow<'static, str> {
        "sync_runs".into()
    }
}

/// An id of a row, of the same GraphQL type as the columns of the tables.
pub struct RowId(Uuid);

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

/// The mutations of the directory.
#[derive(Clone)]
pub struct SyncMutations(pub Syncer);

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl SyncMutations {
    /// Begins a sync of these services (by their codes; all of them unless named), or of their plans only.
    async fn sync_services(
        &self,
        ctx: &Context<'_>,
        services: Option<Vec<String>>,
        dry_run: Option<bool>,
    ) -> async_graphql::Result<Rows<SyncRuns>> {
        let order = Order {
            trigger: Trigger::Action,
            requested_by: caller(ctx),
            extent: Extent::of(dry_run),
        };
        let begun = self.0.begin(services.as_deref(), order).await;
        Ok(Rows::new(begun.map_err(refusal)?))
    }

    /// Applies the plan of a dry run, or one that waits because too many accounts would vanish.
    async fn approve_sync_run(
        &self,
        ctx: &Context<'_>,
        id: RowId,
    ) -> async_graphql::Result<Row<SyncRuns>> {
        self.0.approve(id.0, caller(ctx)).await.map_err(refusal)?;
        Ok(Row::new(&id.0))
    }

    /// Gives up the plan of a dry run, or one that waits.
    async fn discard_sync_run(
        &self,
        ctx: &Context<'_>,
        id: RowId,
    ) -> async_graphql::Result<Row<SyncRuns>> {
        self.0.discard(id.0, caller(ctx)).await.map_err(refusal)?;
        Ok(Row::new(&id.0))
    }
}

/// The user who calls; none for an operator.
fn caller(ctx: &Context<'_>) -> Option<Uuid> {
    ctx.data_opt::<Session>()?
        .variable("x-hasura-user-id")?
        .parse()
        .ok()
}

fn refusal(error: SyncError) -> async_graphql::Error {
    GraphqlError::from(error).into_field_error()
}
