//! Takes jobs and does them, a few at a time, for as long as the process lives.

use std::{collections::BTreeSet, panic::AssertUnwindSafe, time::Duration};

use diesel_async::pooled_connection::deadpool::PoolError;
use engine::{
    Pool,
    execute::{Changes, Watch},
};
use futures::FutureExt;
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::queue;
pub use super::queue::Job;
use crate::db::{self, Fault};

/// How many jobs a process does at a time.
const LANES: usize = 4;
/// How often due jobs are looked for without word of one: those that were put off, or left by a process that died.
const LOOK: Duration = Duration::from_secs(1);

/// Why a job failed.
#[derive(Debug)]
pub struct Failure {
    /// What people read of it.
    pub reason: String,
    /// Whether no repetition mends it.
    pub is_final: bool,
}

impl Failure {
    /// It may succeed another time. People read the whole chain of causes.
    pub fn passing(error: &(dyn std::error::Error + 'static)) -> Self {
        let causes = std::iter::successors(Some(error), |error| error.source());
        let causes: Vec<String> = causes.map(ToString::to_string).collect();
        Self {
            reason: causes.join(": "),
            is_final: false,
        }
    }

    /// It will fail again.
    pub fn lasting(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            is_final: true,
        }
    }
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Self::passing(&error)
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Self {
        Self::passing(&error)
    }
}

impl Job {
    /// The id of a row that the job is about, by the name under which the payload has it.
    pub fn row(&self, name: &'static str) -> Result<Uuid, Failure> {
        let id = self.payload.get(name).and_then(serde_json::Value::as_str);
        let id = id.and_then(|id| id.parse().ok());
        id.ok_or_else(|| Failure::lasting(format!("the job has no {name}")))
    }
}

/// The tasks that do jobs.
pub struct Workers {
    tasks: JoinSet<()>,
    stop: CancellationToken,
}

impl Workers {
    /// Begins to do jobs.
    pub fn start<W, F>(pool: &Pool, changes: &Changes, work: &W) -> Self
    where
        W: Fn(Job) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        for _ in 0..LANES {
            let watch = changes.watch(Some(BTreeSet::from(["jobs".to_owned()])));
            tasks.spawn(lane(pool.clone(), watch, work.clone(), stop.clone()));
        }
        Self { tasks, stop }
    }

    /// Takes no more jobs and waits for those that were begun.
    pub async fn finish(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

async fn lane<W, F>(pool: Pool, mut watch: Watch, work: W, stop: CancellationToken)
where
    W: Fn(Job) -> F,
    F: Future<Output = Result<(), Failure>>,
{
    while !stop.is_cancelled() {
        let taken = async { Ok::<_, Fault>(queue::take(&mut *pool.get().await?).await?) };
        match taken.await {
            Ok(Some(job)) => {
                run(&pool, &work, job).await;
                continue;
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(error = %db::deepest(&error), "jobs could not be taken"),
        }
        tokio::select! {
            () = watch.changed(Instant::now() + LOOK) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Does one job, and notes how it went.
async fn run<W, F>(pool: &Pool, work: &W, job: Job)
where
    W: Fn(Job) -> F,
    F: Future<Output = Result<(), Failure>>,
{
    let panicked = |_| Err(Failure::lasting("it panicked: see the log"));
    let work = AssertUnwindSafe(work(job.clone())).catch_unwind();
    let result = tokio::select! {
        result = work => result.unwrap_or_else(panicked),
        () = lost(pool, &job) => {
            tracing::warn!(job = %job.id, kind = job.kind, "the lease of a job was lost; another process does it");
            return;
        }
    };
    let noted = async {
        let conn = &mut *pool.get().await?;
        match result {
            Ok(()) => queue::finish(conn, &job).await?,
            Err(Failure { reason, is_final }) => {
                let is_dead = queue::fail(conn, &job, &reason, is_final).await?;
                tracing::warn!(job = %job.id, kind = job.kind, attempts = job.attempts, is_dead, reason, "a job failed");
            }
        }
        Ok::<_, Fault>(())
    };
    if let Err(error) = noted.await {
        // The lease runs out, and the job is done again.
        tracing::error!(job = %job.id, error = %db::deepest(&error), "the end of a job could not be noted");
    }
}

/// Renews the lease of a job; ends when somebody else holds it.
async fn lost(pool: &Pool, job: &Job) {
    loop {
        tokio::time::sleep(queue::LEASE / 3).await;
        let renewed = async { Ok::<_, Fault>(queue::renew(&mut *pool.get().await?, job).await?) };
        match renewed.await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(job = %job.id, error = %db::deepest(&error), "a lease could not be renewed");
            }
        }
    }
}
