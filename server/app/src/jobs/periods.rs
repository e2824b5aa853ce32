//! Jobs that come again and again: whichever process sees a period begin first enqueues its job, the others do not.

use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::Pool;
use serde_json::json;

use super::{NewJob, enqueue_all};
use crate::{
    clock,
    db::{self, Fault},
};

/// How often it is looked whether a period has begun.
const TICK: Duration = Duration::from_secs(5);

/// A job that comes again and again.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    /// Which work.
    pub kind: &'static str,
    /// How often, in whole seconds, counted from 1970.
    pub every: Duration,
}

/// Enqueues these for as long as the process lives.
pub async fn follow_periods(pool: Pool, periods: &'static [Period]) {
    loop {
        let now = clock::now();
        let due: Vec<NewJob> = periods.iter().map(|period| period.job(now)).collect();
        let enqueued = async { Ok::<_, Fault>(enqueue_all(&mut *pool.get().await?, &due).await?) };
        if let Err(error) = enqueued.await {
            tracing::warn!(error = %db::deepest(&error), "periodic jobs could not be enqueued");
        }
        tokio::time::sleep(TICK).await;
    }
}

impl Period {
    /// The job of the period that `now` lies in.
    fn job(&self, now: DateTime<Utc>) -> NewJob {
        let length = i64::try_from(self.every.as_secs())
            .unwrap_or(i64::MAX)
            .max(1);
        let begun = now.timestamp() - now.timestamp().rem_euclid(length);
        NewJob {
            kind: self.kind,
            key: begun.to_string(),
            payload: json!({}),
        }
    }
}
