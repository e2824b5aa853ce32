//! The action of the API: `reconcile_authorization_requests`.

use async_graphql::{Context, Object};
use diesel_async::AsyncConnection;
use engine::{Pool, Row};

use super::{
    super::AuthorizationError,
    run::{Trigger, begin},
};
use crate::{
    actions::{caller, introduce, refusal, table},
    authorizations::Receiver,
};

table!(Reconciliations, "reconciliations");

/// The mutations of reconciliation.
#[derive(Clone)]
pub struct ReconciliationMutations {
    /// The database.
    pub pool: Pool,
    /// Knows the APIs.
    pub receiver: Receiver,
}

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl ReconciliationMutations {
    /// Begins to compare the requests of an API with what DataPass has; what the webhook lost is applied. The row of the
    /// comparison can be followed.
    async fn reconcile_authorization_requests(
        &self,
        ctx: &Context<'_>,
        api: String,
    ) -> async_graphql::Result<Row<Reconciliations>> {
        let config = self.receiver.apis.get(&api);
        let config = config.ok_or_else(|| refusal(AuthorizationError::UnknownApi(api.clone())))?;
        if config.reconcile.is_none() {
            let problem = "DataPass cannot be asked about this API: it has no [datapass.<api>.reconcile] in the configuration";
            return Err(refusal(AuthorizationError::Conflict(problem)));
        }
        let begun = async {
            let mut conn = self.pool.get().await?;
            let id = conn
                .transaction(async |conn| {
                    introduce(ctx, conn).await?;
                    begin(conn, &api, Trigger::Action(caller(ctx))).await
                })
                .await?;
            Ok::<_, AuthorizationError>(id)
        };
        Ok(Row::new(&begun.await.map_err(refusal)?))
    }
}
