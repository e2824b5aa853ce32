//! What nobody tells of: silence.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Integer, Nullable, Text, Timestamptz},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use super::{super::reconciliation::SOURCE, NewAlert, raise};
use crate::{config, db::sql};

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<DateTime<Utc>>,
}

/// Raises an alert for each API of which DataPass has said nothing for so many hours, once for each silence. An API that
/// was never spoken of is not silent yet.
pub async fn watch_silence(
    conn: &mut AsyncPgConnection,
    apis: &BTreeMap<String, config::DataPass>,
    hours: u32,
) -> QueryResult<()> {
    if hours == 0 {
        return Ok(());
    }
    for api in apis.keys() {
        conn.transaction(async |conn| {
            let last: Last = sql(
                "select case when max(received_at) < now() - make_interval(hours => $2) then max(received_at) end as at \
                 from datapass_events where api = $1 and source <> $3",
            )
            .bind::<Text, _>(api)
            .bind::<Integer, _>(i32::try_from(hours).unwrap_or(i32::MAX))
            .bind::<Text, _>(SOURCE)
            .get_result(conn)
            .await?;
            let Some(at) = last.at else {
                return Ok(());
            };
            let alert = NewAlert {
                kind: "silence",
                api,
                request: None,
                event: None,
                occasion: Some(&at.to_rfc3339()),
                details: json!({ "since": at }),
            };
            raise(conn, &alert).await
        })
        .await?;
    }
    Ok(())
}
