//! Syncs by the clock: whichever server process comes first to a moment of the schedule does it, the others do not.

use std::time::Duration;

use chrono::{DateTime, Utc};
use croner::Cron;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;

use super::{Extent, Order, SyncError, Syncer, Trigger};
use crate::{clock, db::sql};

const JOB: &str = "scheduled_sync";
/// How often runs without a process are looked for, and the longest sleep before the clock is read again.
const TICK: Duration = Duration::from_secs(15);

/// Follows the schedule for as long as the process lives. An empty pattern never comes.
pub async fn follow(syncer: Syncer, pattern: String) {
    let cron = pattern.parse::<Cron>().ok();
    let mut last = clock::now();
    loop {
        if let Err(error) = syncer.mark_interrupted().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "interrupted runs could not be marked"
            );
        }
        let due = cron
            .as_ref()
            .and_then(|cron| cron.find_next_occurrence(&last, false).ok());
        let now = clock::now();
        match due {
            Some(due) if due <= now => {
                last = due;
                if let Err(error) = run(&syncer, due).await {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the scheduled sync did not begin"
                    );
                }
            }
            Some(due) => tokio::time::sleep((due - now).to_std().unwrap_or(TICK).min(TICK)).await,
            None => tokio::time::sleep(TICK).await,
        }
    }
}

/// Begins the runs of one moment, unless another process did.
async fn run(syncer: &Syncer, due: DateTime<Utc>) -> Result<(), SyncError> {
    let mut conn = syncer.pool.get().await?;
    let claimed = sql(
        "insert into jobs (kind, unique_key, state, attempts, finished_at) values ($1, $2, 'done', 1, now()) \
         on conflict (kind, unique_key) do nothing",
    )
    .bind::<Text, _>(JOB)
    .bind::<Text, _>(due.to_rfc3339())
    .execute(&mut conn)
    .await?;
    if claimed == 0 {
        return Ok(());
    }
    let order = Order {
        trigger: Trigger::Cron,
        requested_by: None,
        extent: Extent::Full,
    };
    for service in syncer.services.iter() {
        if let Err(error) = syncer
            .begin(Some(std::slice::from_ref(&service.code)), order)
            .await
        {
            tracing::error!(
                service = service.code,
                error = &error as &dyn std::error::Error,
                "a scheduled sync did not begin"
            );
        }
    }
    Ok(())
}
