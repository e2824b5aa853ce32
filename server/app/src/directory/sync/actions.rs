//! The actions of the API: `sync_services`, `approve_sync_run`, `discard_sync_run`.

use async_graphql::{Context, Object};
use engine::{Row, Rows};

use super::{Extent, Order, Syncer, Trigger};
use crate::actions::{RowId, caller, refusal, table};

table!(SyncRuns, "sync_runs");

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
