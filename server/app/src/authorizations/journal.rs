//! The journal: each signed delivery, kept as it came and committed before anything is concluded from it.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryResult, QueryableByName,
    sql_types::{Int2, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use engine::{Session, execute::set_session};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    alerts::{NewAlert, raise},
    delivery::{Delivery, Generation, LONGEST, Reading, read},
    machine::Entry,
};
use crate::db::sql;

/// A signed body, and what is known of its way here.
pub(super) struct Received<'a> {
    pub(super) api: &'a str,
    pub(super) generation: Generation,
    /// The address that sent it.
    pub(super) source: &'a str,
    pub(super) body: &'a str,
    /// The body as JSON; `None` when it is none.
    pub(super) payload: Option<&'a Value>,
    /// What it says, or why it cannot be read.
    pub(super) reading: Result<&'a Reading, String>,
}

/// A delivery in the journal.
pub(super) enum Kept {
    /// It is to be judged.
    Delivery(Uuid),
    /// The same was there before, and counts.
    Duplicate(Uuid),
    /// There is nothing to judge: a test, or nothing that can be read.
    Nothing,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Keeps what was received.
pub(super) async fn keep(
    conn: &mut AsyncPgConnection,
    received: &Received<'_>,
) -> QueryResult<Kept> {
    let delivery = match &received.reading {
        Ok(Reading::Delivery(delivery)) => Some(delivery),
        _ => None,
    };
    let (outcome, reason) = match &received.reading {
        Ok(Reading::Delivery(_)) => ("received", None),
        Ok(Reading::Test) => ("test", None),
        Err(reason) => ("unreadable", Some(reason)),
    };
    let event = received
        .payload
        .and_then(|payload| payload["event"].as_str());
    // Indexes hold no longer ones; the body has it whole.
    let event = event.map(|event| event.chars().take(LONGEST).collect::<String>());
    let insert = async |conn: &mut AsyncPgConnection| {
        sql(include_str!("sql/keep.sql"))
            .bind::<Text, _>(received.api)
            .bind::<Int2, _>(received.generation.number())
            .bind::<Text, _>(received.source)
            .bind::<Text, _>(received.body)
            .bind::<Nullable<Jsonb>, _>(received.payload)
            .bind::<Nullable<Text>, _>(delivery.map(|it| it.snapshot.external_id.as_str()))
            .bind::<Nullable<Text>, _>(event.as_deref())
            .bind::<Nullable<Timestamptz>, _>(delivery.map(|it| it.fired_at))
            .bind::<Text, _>(outcome)
            .bind::<Nullable<Text>, _>(reason)
            .get_result::<Id>(conn)
            .await
            .optional()
    };
    if delivery.is_some() {
        // The most common case is one statement, and needs no transaction around it.
        return match insert(conn).await? {
            Some(new) => Ok(Kept::Delivery(new.id)),
            None => Ok(Kept::Duplicate(keep_duplicate(conn, received).await?)),
        };
    }
    conn.transaction(async |conn| {
        match (insert(conn).await?, reason) {
            (Some(new), Some(reason)) => {
                raise(conn, &unclear("unreadable", received.api, new.id, reason)).await?;
            }
            (Some(_), None) => {}
            (None, _) => {
                keep_duplicate(conn, received).await?;
            }
        }
        Ok(Kept::Nothing)
    })
    .await
}

/// Keeps what came again. The delivery that it repeats.
async fn keep_duplicate(
    conn: &mut AsyncPgConnection,
    received: &Received<'_>,
) -> QueryResult<Uuid> {
    let original: Id = sql(include_str!("sql/keep_duplicate.sql"))
        .bind::<Text, _>(received.api)
        .bind::<Int2, _>(received.generation.number())
        .bind::<Text, _>(received.source)
        .bind::<Text, _>(received.body)
        .bind::<Nullable<Jsonb>, _>(received.payload)
        .get_result(conn)
        .await?;
    Ok(original.id)
}

#[derive(QueryableByName)]
struct Body {
    #[diesel(sql_type = Text)]
    api: String,
    #[diesel(sql_type = Int2)]
    generation: i16,
    #[diesel(sql_type = Nullable<Jsonb>)]
    payload: Option<Value>,
}

/// Reads a delivery anew that could not be read or judged, so that it can be judged again; with an audit row of who asked.
/// Its API; `None` when there is no such delivery.
pub(super) async fn reopen(
    conn: &mut AsyncPgConnection,
    session: &Session,
    event: Uuid,
) -> QueryResult<Option<String>> {
    conn.transaction(async |conn| {
        set_session(conn, session).await?;
        let body: Option<Body> =
            sql("select api, generation, payload from datapass_events where id = $1 for update")
                .bind::<SqlUuid, _>(event)
                .get_result(conn)
                .await
                .optional()?;
        let Some(body) = body else {
            return Ok(None);
        };
        let reading = body
            .payload
            .as_ref()
            .map(|payload| read(payload, generation(body.generation)));
        let delivery = match &reading {
            Some(Ok(Reading::Delivery(delivery))) => Some(delivery),
            _ => None,
        };
        sql(include_str!("sql/reopen.sql"))
            .bind::<SqlUuid, _>(event)
            .bind::<Nullable<Text>, _>(delivery.map(|it| it.snapshot.external_id.as_str()))
            .bind::<Nullable<Timestamptz>, _>(delivery.map(|it| it.fired_at))
            .execute(conn)
            .await?;
        Ok(Some(body.api))
    })
    .await
}

/// Notes that a delivery could not be judged, and why. It is tried again.
pub(super) async fn fail(
    conn: &mut AsyncPgConnection,
    api: &str,
    event: Uuid,
    reason: &str,
) -> QueryResult<()> {
    conn.transaction(async |conn| {
        sql(
            "update datapass_events set outcome = 'failed', reason = $2, judged_at = now() \
             where id = $1 and outcome in ('received', 'failed')",
        )
        .bind::<SqlUuid, _>(event)
        .bind::<Text, _>(reason)
        .execute(conn)
        .await?;
        raise(conn, &unclear("failed", api, event, reason)).await
    })
    .await
}

/// The alert about a delivery of which no request is known.
fn unclear<'a>(kind: &'a str, api: &'a str, event: Uuid, reason: &str) -> NewAlert<'a> {
    NewAlert {
        kind,
        api,
        request: None,
        event: Some(event),
        occasion: None,
        details: json!({ "reason": reason }),
    }
}

/// The request that a delivery is about.
#[derive(QueryableByName)]
pub(super) struct Subject {
    /// The API.
    #[diesel(sql_type = Text)]
    pub(super) api: String,
    /// The number of the request.
    #[diesel(sql_type = Text)]
    pub(super) external_id: String,
}

impl Subject {
    /// An alert that a delivery of it raises.
    pub(super) fn alert<'a>(
        &'a self,
        kind: &'a str,
        request: Option<Uuid>,
        event: Uuid,
    ) -> NewAlert<'a> {
        NewAlert {
            kind,
            api: &self.api,
            request,
            event: Some(event),
            occasion: None,
            details: json!({ "external_id": self.external_id }),
        }
    }
}

/// The lock of a request, as SQL.
macro_rules! lock {
    ($api:literal, $external_id:literal) => {
        concat!(
            "pg_advisory_xact_lock(hashtextextended('datapass ' || ",
            $api,
            " || ' ' || ",
            $external_id,
            ", 0))"
        )
    };
}

/// The request of a delivery, if it was read; whoever judges a delivery of the same request waits until this transaction
/// has ended.
pub(super) async fn hold_subject(
    conn: &mut AsyncPgConnection,
    event: Uuid,
) -> QueryResult<Option<Subject>> {
    sql(concat!(
        "select api, external_id, ",
        lock!("api", "external_id"),
        " from datapass_events where id = $1 and external_id is not null"
    ))
    .bind::<SqlUuid, _>(event)
    .get_result(conn)
    .await
    .optional()
}

/// Whoever judges a delivery of this request waits until this transaction has ended.
pub(super) async fn hold(conn: &mut AsyncPgConnection, subject: &Subject) -> QueryResult<()> {
    sql(concat!("select ", lock!("$1", "$2")))
        .bind::<Text, _>(&subject.api)
        .bind::<Text, _>(&subject.external_id)
        .execute(conn)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Int2)]
    generation: i16,
    #[diesel(sql_type = Jsonb)]
    payload: Value,
    #[diesel(sql_type = Text)]
    digest: String,
}

/// Every delivery of a request that counts: not those that lie ahead of `latest`.
pub(super) async fn entries(
    conn: &mut AsyncPgConnection,
    subject: &Subject,
    latest: DateTime<Utc>,
) -> QueryResult<Vec<Entry>> {
    let rows: Vec<Row> = sql(
        "select id, generation, payload, digest from datapass_events \
         where api = $1 and external_id = $2 and payload is not null and outcome not in ('duplicate', 'unreadable') \
         and fired_at <= $3",
    )
    .bind::<Text, _>(&subject.api)
    .bind::<Text, _>(&subject.external_id)
    .bind::<Timestamptz, _>(latest)
    .load(conn)
    .await?;
    Ok(rows.into_iter().filter_map(entry).collect())
}

fn entry(row: Row) -> Option<Entry> {
    let Ok(Reading::Delivery(delivery)) = read(&row.payload, generation(row.generation)) else {
        return None;
    };
    let delivery: Delivery = *delivery;
    Some(Entry {
        id: row.id,
        digest: row.digest,
        delivery,
    })
}

/// The generation of a number in our tables.
fn generation(number: i16) -> Generation {
    match number {
        1 => Generation::First,
        _ => Generation::Second,
    }
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    api: String,
}

/// Deliveries that wait for a judgement, because the process that received them died or a judgement failed, or because
/// they were dated in the future: they and their APIs. The pause after a failure doubles up to ten minutes.
pub(super) async fn waiting(conn: &mut AsyncPgConnection) -> QueryResult<Vec<(Uuid, String)>> {
    sql(
        "update datapass_events set outcome = 'received', reason = null \
         where outcome = 'unreadable' and judged_at < fired_at and fired_at <= now()",
    )
    .execute(conn)
    .await?;
    let rows: Vec<Waiting> = sql(
        "select id, api from datapass_events where outcome = 'received' and received_at < now() - interval '5 seconds' \
         or outcome = 'failed' \
         and judged_at < now() - least(greatest(judged_at - received_at, interval '5 seconds'), interval '10 minutes') \
         order by received_at limit 1000",
    )
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.api)).collect())
}

/// Forgets the bodies and sources of deliveries that came before then and say nothing that counts: duplicates, tests, what
/// cannot be read; and the counts of unsigned ones. That they came stays in the journal.
pub async fn tidy(conn: &mut AsyncPgConnection, before: DateTime<Utc>) -> QueryResult<()> {
    sql(
        "update datapass_events set body = '', payload = null, source = '' \
         where received_at < $1 and outcome in ('duplicate', 'test', 'unreadable') and body <> ''",
    )
    .bind::<Timestamptz, _>(before)
    .execute(conn)
    .await?;
    sql("delete from unsigned_deliveries where minute < $1")
        .bind::<Timestamptz, _>(before)
        .execute(conn)
        .await?;
    Ok(())
}
