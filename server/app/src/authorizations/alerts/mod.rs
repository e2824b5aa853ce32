//! Alerts: what somebody should look at. Raised in the transaction of what happened, told by jobs, acknowledged by people.

pub mod actions;
mod tell;
mod watch;

use diesel::{
    OptionalExtension, QueryResult, QueryableByName,
    sql_types::{Jsonb, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};
use uuid::Uuid;

pub use tell::Teller;
pub use watch::watch_silence;

use crate::{
    db::sql,
    jobs::{NewJob, enqueue},
};

/// An alert to raise. What tells it from others of its kind is the delivery or, without one, the occasion.
pub(super) struct NewAlert<'a> {
    /// What happened.
    pub(super) kind: &'a str,
    /// The API that it is about.
    pub(super) api: &'a str,
    /// The request that it is about.
    pub(super) request: Option<Uuid>,
    /// The delivery that raised it.
    pub(super) event: Option<Uuid>,
    /// When and where, if no delivery raised it.
    pub(super) occasion: Option<&'a str>,
    /// What helps to understand it.
    pub(super) details: Value,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Raises an alert and has it told, unless it was raised before.
pub(super) async fn raise(conn: &mut AsyncPgConnection, alert: &NewAlert<'_>) -> QueryResult<()> {
    let raised: Option<Id> = sql(
        "insert into alerts (kind, api, request_id, event_id, occasion, details) \
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning id",
    )
    .bind::<Text, _>(alert.kind)
    .bind::<Text, _>(alert.api)
    .bind::<Nullable<SqlUuid>, _>(alert.request)
    .bind::<Nullable<SqlUuid>, _>(alert.event)
    .bind::<Nullable<Text>, _>(alert.occasion)
    .bind::<Jsonb, _>(&alert.details)
    .get_result(conn)
    .await
    .optional()?;
    let Some(Id { id }) = raised else {
        return Ok(());
    };
    let job = NewJob {
        kind: Teller::JOB,
        key: id.to_string(),
        payload: json!({ "alert_id": id }),
    };
    enqueue(conn, &job).await
}
