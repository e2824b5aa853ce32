//! The rows of jobs: enqueueing, taking, ending.

use std::time::Duration;

use crate::db::sql;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    OptionalExtension, QueryResult, QueryableByName,
    sql_types::{Array, Integer, Interval, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

/// For how long a process holds a job without renewing.
pub(super) const LEASE: Duration = Duration::from_mins(1);
/// After so many attempts, over some eleven hours, a job is dead.
const MOST_ATTEMPTS: i32 = 20;
/// The pause after the first failure; each one doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// Work to be done.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Which work.
    pub kind: &'static str,
    /// What tells it from other work of the kind; what has been enqueued once is not enqueued again.
    pub key: String,
    /// What it needs to know. No secrets: administrators see it.
    pub payload: Value,
}

/// A job that a process has taken.
#[derive(Debug, Clone, QueryableByName)]
pub struct Job {
    /// Its row.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Which work.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// What it needs to know.
    #[diesel(sql_type = Jsonb)]
    pub payload: Value,
    /// How often it was begun, this time included.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
}

/// Enqueues a job with the transaction of `conn`, unless it has been enqueued before.
pub async fn enqueue(conn: &mut AsyncPgConnection, job: &NewJob) -> QueryResult<()> {
    enqueue_all(conn, std::slice::from_ref(job)).await
}

/// Enqueues jobs with the transaction of `conn`, those left out that have been enqueued before.
pub async fn enqueue_all(conn: &mut AsyncPgConnection, jobs: &[NewJob]) -> QueryResult<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    let kinds: Vec<&str> = jobs.iter().map(|job| job.kind).collect();
    let keys: Vec<&str> = jobs.iter().map(|job| job.key.as_str()).collect();
    let payloads: Vec<&Value> = jobs.iter().map(|job| &job.payload).collect();
    sql(
        "insert into jobs (kind, unique_key, payload) select * from unnest($1, $2, $3) \
         on conflict (kind, unique_key) do nothing",
    )
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<Text>, _>(keys)
    .bind::<Array<Jsonb>, _>(payloads)
    .execute(conn)
    .await?;
    Ok(())
}

/// Removes jobs that were done before then. Dead ones stay.
pub async fn tidy(conn: &mut AsyncPgConnection, before: DateTime<Utc>) -> QueryResult<usize> {
    sql("delete from jobs where state = 'done' and finished_at < $1")
        .bind::<Timestamptz, _>(before)
        .execute(conn)
        .await
}

/// Takes the job that has been due for longest, of those that nobody holds.
pub(super) async fn take(conn: &mut AsyncPgConnection) -> QueryResult<Option<Job>> {
    sql(
        "update jobs set state = 'running', attempts = attempts + 1, lease_until = now() + $1 where id = (          select id from jobs where run_at <= now() and (state = 'pending' or state = 'running' and lease_until < now())          order by run_at, id limit 1 for update skip locked) returning id, kind, payload, attempts",
    )
    .bind::<Interval, _>(interval(LEASE))
    .get_result(conn)
    .await
    .optional()
}

/// Holds a job for another while; whether it is still ours.
pub(super) async fn renew(conn: &mut AsyncPgConnection, job: &Job) -> QueryResult<bool> {
    let renewed = sql(
        "update jobs set lease_until = now() + $3 where id = $1 and state = 'running' and attempts = $2",
    )
    .bind::<SqlUuid, _>(job.id)
    .bind::<Integer, _>(job.attempts)
    .bind::<Interval, _>(interval(LEASE))
    .execute(conn)
    .await?;
    Ok(renewed == 1)
}

/// Notes that a job is done, unless somebody else holds it by now.
pub(super) async fn finish(conn: &mut AsyncPgConnection, job: &Job) -> QueryResult<()> {
    sql(
        "update jobs set state = 'done', lease_until = null, last_error = null, finished_at = now() \
         where id = $1 and state = 'running' and attempts = $2",
    )
    .bind::<SqlUuid, _>(job.id)
    .bind::<Integer, _>(job.attempts)
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that a job failed: it is tried again after a pause, or it is dead. Whether it is dead.
pub(super) async fn fail(
    conn: &mut AsyncPgConnection,
    job: &Job,
    reason: &str,
    is_final: bool,
) -> QueryResult<bool> {
    let is_dead = is_final || job.attempts >= MOST_ATTEMPTS;
    let pause = (!is_dead).then(|| interval(pause(job.attempts)));
    sql(
        "update jobs set state = case when $4 is null then 'dead' else 'pending' end, lease_until = null, \
         last_error = $3, run_at = coalesce(now() + $4, run_at), finished_at = case when $4 is null then now() end \
         where id = $1 and state = 'running' and attempts = $2",
    )
    .bind::<SqlUuid, _>(job.id)
    .bind::<Integer, _>(job.attempts)
    .bind::<Text, _>(reason)
    .bind::<Nullable<Interval>, _>(pause)
    .execute(conn)
    .await?;
    Ok(is_dead)
}

/// Lets a dead job begin anew, with its audit row; whether there is such a one.
pub(super) async fn revive(conn: &mut AsyncPgConnection, id: Uuid) -> QueryResult<bool> {
    let revived = sql(include_str!("revive.sql"))
        .bind::<SqlUuid, _>(id)
        .execute(conn)
        .await?;
    Ok(revived == 1)
}

/// The pause after an attempt.
fn pause(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(10);
    (FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE)
}

fn interval(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        let pauses = [1, 2, 3, 10, 11, 200].map(|attempts| pause(attempts).as_secs());
        assert_eq!(pauses, [5, 10, 20, 2560, 3600, 3600]);
    }
}
