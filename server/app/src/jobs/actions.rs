//! The action of the API: `retry_job`.

use async_graphql::{Context, Object};
use diesel_async::AsyncConnection;
use engine::{GraphqlError, Pool, Row};

use super::queue;
use crate::{
    actions::{RowId, introduce, refusal, table},
    db::Fault,
};

table!(Jobs, "jobs");

/// The mutations of jobs.
#[derive(Clone)]
pub struct JobMutations(pub Pool);

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl JobMutations {
    /// Lets a dead job begin anew.
    async fn retry_job(&self, ctx: &Context<'_>, id: RowId) -> async_graphql::Result<Row<Jobs>> {
        let revived = async {
            let mut conn = self.0.get().await?;
            let revived = conn
                .transaction(async |conn| {
                    introduce(ctx, conn).await?;
                    queue::revive(conn, id.0).await
                })
                .await?;
            Ok::<_, Fault>(revived)
        };
        match revived.await {
            Ok(true) => Ok(Row::new(&id.0)),
            Ok(false) => {
                let reason = "there is no such dead job";
                Err(refusal(GraphqlError::refusal("not-found", reason)))
            }
            Err(fault) => Err(refusal(GraphqlError::fault(&fault))),
        }
    }
}
