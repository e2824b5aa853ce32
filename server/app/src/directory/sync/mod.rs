//! Sync: list a service, plan what differs, apply the plan.
//!
//! ```text
//! queued → fetching → planning ─┬→ applying → succeeded
//!                               ├→ planned    (a dry run; may be applied or discarded)
//!                               └→ waiting    (too much would vanish; an administrator applies or discards it)
//! any of the working states → failed (the reason is kept) or interrupted (the process died)
//! ```
//!
//! What must hold (design.md § 7): a page that fails means that nothing changes; a vanished account becomes `absent`
//! and is never deleted; one run at a time for each service, whichever process; the plan is stored row by row before
//! anything is applied, and applied in one transaction. The rules themselves are set-based SQL in `sql/`, so that
//! memory stays flat however many accounts there are.

pub mod actions;
mod error;
mod lock;
pub mod routes;
mod run;
pub mod schedule;
mod stage;

use std::sync::Arc;

use engine::Pool;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

pub use error::SyncError;
pub use run::{Run, Trigger};

use super::services::Service;

/// Syncs the configured services.
#[derive(Clone)]
pub struct Syncer {
    pool: Pool,
    services: Arc<Vec<Service>>,
    vanish_limit: f32,
    tasks: TaskTracker,
}

/// Who asks for a run, and for what.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// What set it off.
    pub trigger: Trigger,
    /// The user who asked, if one did.
    pub requested_by: Option<Uuid>,
    /// How far to go.
    pub extent: Extent,
}

/// How far a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// To the plan.
    DryRun,
    /// To the end.
    Full,
}

impl Extent {
    /// The extent of an optional `dry_run` argument.
    pub fn of(dry_run: Option<bool>) -> Self {
        if dry_run.unwrap_or(false) {
            Self::DryRun
        } else {
            Self::Full
        }
    }
}

impl Syncer {
    /// A syncer of these services. `vanish_limit` is the share (0 to 1) above which vanishing waits for approval.
    pub fn new(pool: Pool, services: Vec<Service>, vanish_limit: f32) -> Self {
        Self {
            pool,
            services: Arc::new(services),
            vanish_limit,
            tasks: TaskTracker::new(),
        }
    }

    /// Begins one run for each of these services (all of them unless named) and goes on in the background.
    ///
    /// Nothing begins when a name is unknown or one of the services is at work already.
    pub async fn begin(
        &self,
        codes: Option<&[String]>,
        order: Order,
    ) -> Result<Vec<Uuid>, SyncError> {
        let services = self.named(codes)?;
        let mut begun = Vec::with_capacity(services.len());
        for service in services {
            begun.push((
                service.clone(),
                lock::Lock::take(&self.pool, service).await?,
            ));
        }
        let mut ids = Vec::with_capacity(begun.len());
        for (service, mut lock) in begun {
            lock::mark_interrupted(lock.connection()).await?;
            let id = Run::create(lock.connection(), service.id, order).await?;
            ids.push(id);
            let syncer = self.clone();
            self.tasks.spawn(async move {
                syncer.work(id, &service, lock, order.extent).await;
            });
        }
        Ok(ids)
    }

    /// Waits until every run that this process began has ended.
    pub async fn finish(&self) {
        self.tasks.close();
        self.tasks.wait().await;
        self.tasks.reopen();
    }

    fn named(&self, codes: Option<&[String]>) -> Result<Vec<&Service>, SyncError> {
        let Some(codes) = codes else {
            return Ok(self.services.iter().collect());
        };
        let mut found = Vec::with_capacity(codes.len());
        for code in codes {
            let service = self.services.iter().find(|service| &service.code == code);
            let service = service.ok_or_else(|| SyncError::UnknownService(code.clone()))?;
            if !found.iter().any(|known: &&Service| known.id == service.id) {
                found.push(service);
            }
        }
        Ok(found)
    }

    async fn work(&self, id: Uuid, service: &Service, mut lock: lock::Lock, extent: Extent) {
        let conn = lock.connection();
        let outcome = run::execute(conn, id, service, extent, self.vanish_limit).await;
        match outcome {
            Ok(state) => tracing::info!(run = %id, service = service.code, state, "sync ended"),
            Err(error) => {
                tracing::warn!(run = %id, service = service.code, error = &error as &dyn std::error::Error, "sync failed");
                if let Err(error) = Run::fail(conn, id, &error.to_string()).await {
                    tracing::error!(run = %id, error = &error as &dyn std::error::Error, "a failed sync could not be recorded");
                }
            }
        }
    }

    /// Applies a stored plan: of a dry run, or of one that waits for approval.
    pub async fn approve(&self, id: Uuid, by: Option<Uuid>) -> Result<(), SyncError> {
        let mut conn = self.pool.get().await?;
        let run = Run::find(&mut conn, id)
            .await?
            .ok_or(SyncError::UnknownRun)?;
        let service = self
            .services
            .iter()
            .find(|service| service.id == run.service_id);
        let service = service.ok_or(SyncError::UnknownRun)?;
        let mut lock = lock::Lock::take(&self.pool, service).await?;
        run::approve(lock.connection(), id, by).await
    }

    /// Gives up a stored plan.
    pub async fn discard(&self, id: Uuid, by: Option<Uuid>) -> Result<(), SyncError> {
        let mut conn = self.pool.get().await?;
        run::discard(&mut conn, id, by).await
    }

    /// Marks runs whose process died.
    pub async fn mark_interrupted(&self) -> Result<(), SyncError> {
        lock::mark_interrupted(&mut *self.pool.get().await?).await
    }
}
