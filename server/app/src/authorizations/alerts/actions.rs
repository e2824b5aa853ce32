//! The action of the API: `acknowledge_alert`.

use async_graphql::{Context, Object};
use diesel::sql_types::{Nullable, Text, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, RunQueryDsl};
use engine::{Pool, Row};

use super::super::AuthorizationError;
use crate::{
    actions::{RowId, caller, introduce, refusal, table},
    db::sql,
};

table!(Alerts, "alerts");

/// The longest note, in characters.
const LONGEST_NOTE: usize = 2000;

/// The mutations of alerts.
#[derive(Clone)]
pub struct AlertMutations(pub Pool);

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl AlertMutations {
    /// Says that somebody has looked at an alert, with a note for the others. Again, it changes the note.
    async fn acknowledge_alert(
        &self,
        ctx: &Context<'_>,
        id: RowId,
        note: Option<String>,
    ) -> async_graphql::Result<Row<Alerts>> {
        let note = note.map(|note| note.trim().to_owned());
        let note = note.filter(|note| !note.is_empty());
        if note
            .as_ref()
            .is_some_and(|note| note.chars().count() > LONGEST_NOTE)
        {
            let problem = format!("note: it is longer than {LONGEST_NOTE} characters");
            return Err(refusal(AuthorizationError::BadRequest(problem)));
        }
        let acknowledged = async {
            let mut conn = self.0.get().await?;
            let changed = conn
                .transaction(async |conn| {
                    introduce(ctx, conn).await?;
                    sql(
                        "update alerts set acknowledged_at = coalesce(acknowledged_at, now()), acknowledged_by = $2, \
                         note = $3 where id = $1",
                    )
                    .bind::<SqlUuid, _>(id.0)
                    .bind::<Nullable<SqlUuid>, _>(caller(ctx))
                    .bind::<Nullable<Text>, _>(note)
                    .execute(conn)
                    .await
                })
                .await?;
            if changed == 0 {
                return Err(AuthorizationError::NotFound("alert"));
            }
            Ok(())
        };
        acknowledged.await.map_err(refusal)?;
        Ok(Row::new(&id.0))
    }
}
