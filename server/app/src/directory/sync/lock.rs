//! One run at a time for each service, whichever process: a session-level advisory lock on a connection of its own.
//!
//! The lock lives and dies with that connection. So a run in a working state whose lock is free has lost its process.

use diesel::sql_types::{Bool, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use engine::Pool;

use super::SyncError;
use crate::{
    db::{self, sql},
    directory::services::Service,
};

/// The right to sync a service, held until dropped.
pub(super) struct Lock(AsyncPgConnection);

#[derive(diesel::QueryableByName)]
struct Taken {
    #[diesel(sql_type = Bool)]
    taken: bool,
}

impl Lock {
    pub(super) async fn take(pool: &Pool, service: &Service) -> Result<Self, SyncError> {
        let mut conn = db::dedicated(pool).await?;
        let statement =
            "select pg_try_advisory_lock(hashtextextended('sync:' || $1::text, 0)) as taken";
        let row: Taken = sql(statement)
            .bind::<SqlUuid, _>(service.id)
            .get_result(&mut conn)
            .await?;
        if row.taken {
            Ok(Self(conn))
        } else {
            Err(SyncError::AlreadyRunning(service.code.clone()))
        }
    }

    /// The connection that holds the lock.
    pub(super) fn connection(&mut self) -> &mut AsyncPgConnection {
        &mut self.0
    }
}

/// Marks the runs that lost their process: those at work whose lock is free, and those whose lock the caller holds.
pub(super) async fn mark_interrupted(conn: &mut AsyncPgConnection) -> Result<(), SyncError> {
    let marked = sql(
        "with at_work as materialized ( \
           select id, service_id from sync_runs where state in ('queued', 'fetching', 'planning', 'applying') \
         ) \
         update sync_runs r set state = 'interrupted', finished_at = now(), \
         error = 'the server stopped during this run; nothing of it was applied' \
         from at_work w \
         where r.id = w.id and r.state in ('queued', 'fetching', 'planning', 'applying') \
         and pg_try_advisory_xact_lock(hashtextextended('sync:' || w.service_id::text, 0))",
    )
    .execute(conn)
    .await?;
    if marked > 0 {
        tracing::warn!(runs = marked, "marked interrupted sync runs");
    }
    Ok(())
}
