//! One comparison of an API: asks DataPass, applies what was lost, reports.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use connectors::{ConnectorError, datapass::DataPass};
use diesel::{
    OptionalExtension, QueryResult, QueryableByName,
    sql_types::{
        Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
    },
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use engine::Pool;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    super::{
        AuthorizationError, Receiver,
        alerts::{NewAlert, raise},
        receiver::Signed,
    },
    compare::{Here, Known, hides_decision, is_alike, lost},
    rebuild,
};
use crate::{
    config,
    db::sql,
    jobs::{Failure, Job, NewJob, enqueue},
};

/// The kind of job that makes a comparison.
pub const JOB: &str = "reconcile";
/// What the journal names as the source of deliveries that were put together here.
pub const SOURCE: &str = "reconciliation";

/// Compares.
#[derive(Clone)]
pub struct Reconciler {
    pool: Pool,
    receiver: Receiver,
}

/// Who wants a comparison.
#[derive(Debug, Clone, Copy)]
pub(super) enum Trigger {
    /// The clock.
    Cron,
    /// A person, who may be an operator without a user.
    Action(Option<Uuid>),
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = Bool)]
    is_due: bool,
}

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Nullable<Text>)]
    amendment: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    approved_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    siret: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    applicant: Option<String>,
    #[diesel(sql_type = BigInt)]
    approvals: i64,
    #[diesel(sql_type = BigInt)]
    revocations: i64,
}

#[derive(QueryableByName)]
struct Delivered {
    #[diesel(sql_type = Nullable<Text>)]
    event: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    fired_at: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct Api {
    #[diesel(sql_type = Text)]
    api: String,
}

impl Reconciler {
    /// Applies what it finds by this receiver.
    pub fn new(pool: Pool, receiver: Receiver) -> Self {
        Self { pool, receiver }
    }

    /// Begins a comparison for each API whose last one is too old, once, whichever processes ask.
    pub async fn begin_due(&self) -> Result<(), Failure> {
        let apis: Vec<(String, u32)> = self.receiver.apis.iter().filter_map(schedule).collect();
        for (api, hours) in apis {
            let mut conn = self.pool.get().await?;
            conn.transaction(async |conn| {
                // Whoever had to wait reads what the other one began by a statement that comes after.
                sql("select pg_advisory_xact_lock(hashtextextended('reconcile ' || $1, 0))")
                    .bind::<Text, _>(&api)
                    .execute(conn)
                    .await?;
                let due: Due = sql("select not exists (select from reconciliations \
                     where api = $1 and created_at > now() - make_interval(hours => $2)) as is_due")
                .bind::<Text, _>(&api)
                .bind::<Integer, _>(i32::try_from(hours).unwrap_or(i32::MAX))
                .get_result(conn)
                .await?;
                if due.is_due {
                    begin(conn, &api, Trigger::Cron).await?;
                }
                Ok::<_, diesel::result::Error>(())
            })
            .await?;
        }
        Ok(())
    }

    /// Makes a comparison. Whatever goes wrong is in its report; a process that dies leaves it to another.
    pub async fn run(&self, job: &Job) -> Result<(), Failure> {
        let id = job.row("reconciliation_id")?;
        let api: Option<Api> = sql("select api from reconciliations where id = $1")
            .bind::<SqlUuid, _>(id)
            .get_result(&mut *self.pool.get().await?)
            .await
            .optional()?;
        let Api { api } = api.ok_or_else(|| Failure::lasting("there is no such comparison"))?;
        let mut report = Report::default();
        let compared = self.compare(&api, &mut report).await;
        let error = compared.err().map(|error| error.to_string());
        let mut conn = self.pool.get().await?;
        conn.transaction(async |conn| end(conn, id, &api, &report, error.as_deref()).await)
            .await?;
        Ok(())
    }

    async fn compare(&self, api: &str, report: &mut Report) -> Result<(), ReconciliationError> {
        let config = self
            .receiver
            .apis
            .get(api)
            .and_then(|config| config.reconcile.as_ref());
        let config = config.ok_or(ReconciliationError::Unconfigured)?;
        let secret = config.client_secret.to_secret_string();
        let datapass = DataPass::sign_in(&config.url, &config.client_id, &secret).await?;
        let mut offset = 0;
        loop {
            let page = datapass.requests(offset).await?;
            report.requests += page.len();
            if page.is_empty() {
                return Ok(());
            }
            offset += page.len();
            let own: Vec<&Value> = page
                .iter()
                .filter(|request| is_of(request, &config.kind))
                .collect();
            let here = self.here(api, &own).await?;
            for request in own {
                let number = number(request);
                let here = here.get(&number);
                if !is_alike(request, here) || hides_decision(request, here) {
                    self.apply(&datapass, api, request, here, report).await?;
                }
            }
        }
    }

    /// Applies the events of a request that never reached us.
    async fn apply(
        &self,
        datapass: &DataPass,
        api: &str,
        request: &Value,
        before: Option<&Here>,
        report: &mut Report,
    ) -> Result<(), ReconciliationError> {
        let number = number(request);
        let events = datapass.events(&number).await?;
        let lost = lost(&events, &self.journal(api, &number).await?);
        if lost.is_empty() && is_alike(request, before) {
            return Ok(());
        }
        // The newest first: of what came before it nobody is told as if it were news.
        for event in lost.iter().rev() {
            let body = rebuild::body(request, &events, event).to_string();
            let signed = Signed {
                api,
                generation: Some(2),
                source: SOURCE,
                signature: "",
                body: body.as_bytes(),
            };
            self.receiver.take_in(signed).await?;
        }
        let after = self.here(api, &[request]).await?;
        let is_alike = is_alike(request, after.get(&number));
        if lost.is_empty() {
            let here = after.get(&number).map_or("", |here| here.status.as_str());
            let there = request.get("state").and_then(Value::as_str);
            let there = there.unwrap_or_default();
            report
                .unexplained
                .push(format!("{number}: {there} there, {here} here"));
        }
        report.found.push(json!({
            "external_id": number,
            "events": lost.iter().map(|event| event.get("name")).collect::<Vec<_>>(),
            "before": before.map(|here| &here.status),
            "after": after.get(&number).map(|here| &here.status),
            "is_alike": is_alike,
        }));
        Ok(())
    }

    /// How these requests stand here.
    async fn here(
        &self,
        api: &str,
        requests: &[&Value],
    ) -> Result<HashMap<String, Here>, AuthorizationError> {
        let numbers: Vec<String> = requests.iter().map(|request| number(request)).collect();
        let stored: Vec<Stored> = sql(include_str!("../sql/requests_here.sql"))
            .bind::<Text, _>(api)
            .bind::<Array<Text>, _>(numbers)
            .load(&mut *self.pool.get().await?)
            .await?;
        let here = |row: Stored| {
            let here = Here {
                status: row.status,
                amendment: row.amendment,
                approved_at: row.approved_at,
                siret: row.siret,
                applicant: row.applicant,
                approvals: usize::try_from(row.approvals).unwrap_or_default(),
                revocations: usize::try_from(row.revocations).unwrap_or_default(),
            };
            (row.external_id, here)
        };
        Ok(stored.into_iter().map(here).collect())
    }

    async fn journal(&self, api: &str, number: &str) -> Result<Vec<Known>, AuthorizationError> {
        let delivered: Vec<Delivered> =
            sql("select event, fired_at from datapass_events where api = $1 and external_id = $2")
                .bind::<Text, _>(api)
                .bind::<Text, _>(number)
                .load(&mut *self.pool.get().await?)
                .await?;
        let known = |row: Delivered| {
            Some(Known {
                event: row.event?,
                fired_at: row.fired_at?,
            })
        };
        Ok(delivered.into_iter().filter_map(known).collect())
    }
}

/// What a comparison found.
#[derive(Default)]
struct Report {
    requests: usize,
    found: Vec<Value>,
    /// Requests that stand otherwise there though no event is missing: somebody changed them by hand.
    unexplained: Vec<String>,
}

/// Why a comparison broke off.
#[derive(Debug, thiserror::Error)]
enum ReconciliationError {
    #[error("there is no [datapass.<api>.reconcile] in the configuration")]
    Unconfigured,
    #[error(transparent)]
    DataPass(#[from] ConnectorError),
    #[error(transparent)]
    Authorization(#[from] AuthorizationError),
}

/// How often an API is compared by the clock, in hours.
fn schedule((api, config): (&String, &config::DataPass)) -> Option<(String, u32)> {
    let hours = config.reconcile.as_ref()?.every_hours;
    (hours > 0).then(|| (api.clone(), hours))
}

fn is_of(request: &Value, kind: &str) -> bool {
    request.get("type").and_then(Value::as_str) == Some(kind)
}

fn number(request: &Value) -> String {
    request
        .get("id")
        .map_or_else(String::new, ToString::to_string)
}

/// Begins a comparison with the transaction of `conn`; its row.
pub(super) async fn begin(
    conn: &mut AsyncPgConnection,
    api: &str,
    trigger: Trigger,
) -> QueryResult<Uuid> {
    let (word, requested_by) = match trigger {
        Trigger::Cron => ("cron", None),
        Trigger::Action(user) => ("action", user),
    };
    let row: Id = sql(
        "insert into reconciliations (api, trigger, requested_by) values ($1, $2, $3) returning id",
    )
    .bind::<Text, _>(api)
    .bind::<Text, _>(word)
    .bind::<Nullable<SqlUuid>, _>(requested_by)
    .get_result(conn)
    .await?;
    let job = NewJob {
        kind: JOB,
        key: row.id.to_string(),
        payload: json!({ "reconciliation_id": row.id }),
    };
    enqueue(conn, &job).await?;
    Ok(row.id)
}

async fn end(
    conn: &mut AsyncPgConnection,
    id: Uuid,
    api: &str,
    report: &Report,
    error: Option<&str>,
) -> QueryResult<()> {
    sql(
        "update reconciliations set state = case when $2 is null then 'succeeded' else 'failed' end, error = $2, \
         requests = $3, found = $4, finished_at = now() where id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<Text>, _>(error)
    .bind::<Integer, _>(i32::try_from(report.requests).unwrap_or(i32::MAX))
    .bind::<Jsonb, _>(json!(report.found))
    .execute(conn)
    .await?;
    let applied = report.found.len() - report.unexplained.len();
    if applied > 0 {
        let details = json!({ "reconciliation_id": id, "counts": { "requests": applied } });
        tell(conn, api, &id.to_string(), details).await?;
    }
    // Whoever knows of such a difference need not hear of it again.
    for difference in &report.unexplained {
        let details = json!({ "reconciliation_id": id, "reason": difference });
        tell(conn, api, difference, details).await?;
    }
    Ok(())
}

async fn tell(
    conn: &mut AsyncPgConnection,
    api: &str,
    occasion: &str,
    details: Value,
) -> QueryResult<()> {
    let alert = NewAlert {
        kind: "reconciled",
        api,
        request: None,
        event: None,
        occasion: Some(occasion),
        details,
    };
    raise(conn, &alert).await
}
