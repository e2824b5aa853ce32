//! The life of one run, from its row to its end.

use diesel::{prelude::*, sql_types::Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::{Extent, Order, SyncError, stage};
use crate::{
    db::{schema::sync_runs, sql},
    directory::services::Service,
};

/// What set a run off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// The schedule.
    Cron,
    /// `secretariat sync`.
    Cli,
    /// The action `sync_services`.
    Action,
    /// `POST /api/sync`.
    Http,
}

impl Trigger {
    fn as_str(self) -> &'static str {
        match self {
            Self::Cron => "cron",
            Self::Cli => "cli",
            Self::Action => "action",
            Self::Http => "http",
        }
    }
}

/// A row of `sync_runs`, as far as code decides on it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sync_runs)]
pub struct Run {
    /// The service.
    pub service_id: Uuid,
    /// Where it stands.
    pub state: String,
    /// The accounts that are new.
    pub created: i32,
    /// New accounts that join a known user.
    pub linked: i32,
    /// Accounts that changed.
    pub changed: i32,
    /// Accounts that came back.
    pub re_enabled: i32,
    /// Accounts that vanished.
    pub gone: i32,
    /// Accounts that are as they were.
    pub unchanged: i32,
    /// Which share of the live accounts would vanish.
    pub vanish_share: Option<f32>,
    /// Why it failed.
    pub error: Option<String>,
    planned_at: Option<chrono::DateTime<chrono::Utc>>,
}

impl Run {
    /// A new run, queued, with its audit row.
    pub async fn create(
        conn: &mut AsyncPgConnection,
        service_id: Uuid,
        order: Order,
    ) -> QueryResult<Uuid> {
        conn.transaction(async |conn| {
            set_actor(conn, order.requested_by).await?;
            let id = diesel::insert_into(sync_runs::table)
                .values((
                    sync_runs::service_id.eq(service_id),
                    sync_runs::trigger.eq(order.trigger.as_str()),
                    sync_runs::requested_by.eq(order.requested_by),
                    sync_runs::dry_run.eq(order.extent == Extent::DryRun),
                ))
                .returning(sync_runs::id)
                .get_result(conn)
                .await?;
            note(conn, "sync_services", id).await?;
            Ok(id)
        })
        .await
    }

    /// The run of an id.
    pub async fn find(conn: &mut AsyncPgConnection, id: Uuid) -> QueryResult<Option<Self>> {
        sync_runs::table
            .find(id)
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()
    }

    /// Ends a run with the reason why nothing was applied.
    pub(super) async fn fail(
        conn: &mut AsyncPgConnection,
        id: Uuid,
        reason: &str,
    ) -> QueryResult<()> {
        diesel::update(sync_runs::table.find(id))
            .set((
                sync_runs::state.eq("failed"),
                sync_runs::error.eq(reason),
                sync_runs::finished_at.eq(diesel::dsl::now),
            ))
            .execute(conn)
            .await?;
        Ok(())
    }

    async fn set_state(conn: &mut AsyncPgConnection, id: Uuid, state: &str) -> QueryResult<()> {
        diesel::update(sync_runs::table.find(id))
            .set(sync_runs::state.eq(state))
            .execute(conn)
            .await?;
        Ok(())
    }

    async fn lock(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Self, SyncError> {
        let run = sync_runs::table
            .find(id)
            .select(Self::as_select())
            .for_update()
            .first(conn)
            .await
            .optional()?;
        run.ok_or(SyncError::UnknownRun)
    }

    fn is_undecided(&self) -> bool {
        matches!(self.state.as_str(), "planned" | "waiting")
    }
}

/// Fetches, plans and, when nothing speaks against it, applies. Returns the state in which the run ends.
pub(super) async fn execute(
    conn: &mut AsyncPgConnection,
    id: Uuid,
    service: &Service,
    extent: Extent,
    vanish_limit: f32,
) -> Result<&'static str, SyncError> {
    diesel::update(sync_runs::table.find(id))
        .set((
            sync_runs::state.eq("fetching"),
            sync_runs::started_at.eq(diesel::dsl::now),
        ))
        .execute(conn)
        .await?;
    stage::stage(conn, id, service).await?;
    Run::set_state(conn, id, "planning").await?;
    let run = conn
        .transaction(async |conn| plan(conn, id, service.id).await)
        .await?;
    let state = next_state(&run, extent, vanish_limit);
    if state == "applying" {
        Run::set_state(conn, id, state).await?;
        conn.transaction(async |conn| {
            let actor = engine::Session::new("sync", []);
            engine::execute::set_session(conn, &actor).await?;
            apply(conn, id, service.id).await
        })
        .await?;
        return Ok("succeeded");
    }
    diesel::update(sync_runs::table.find(id))
        .set((
            sync_runs::state.eq(state),
            sync_runs::finished_at.eq(diesel::dsl::now),
        ))
        .execute(conn)
        .await?;
    Ok(state)
}

/// What follows a plan.
fn next_state(run: &Run, extent: Extent, vanish_limit: f32) -> &'static str {
    if extent == Extent::DryRun {
        "planned"
    } else if run.vanish_share.unwrap_or(0.0) > vanish_limit {
        "waiting"
    } else {
        "applying"
    }
}

async fn plan(conn: &mut AsyncPgConnection, id: Uuid, service_id: Uuid) -> Result<Run, SyncError> {
    sql("analyze staged").execute(conn).await?;
    for statement in [include_str!("sql/plan.sql"), include_str!("sql/count.sql")] {
        step(conn, statement, id, service_id).await?;
    }
    Ok(sync_runs::table
        .find(id)
        .select(Run::as_select())
        .first(conn)
        .await?)
}

/// Applies the stored plan of a run and ends it.
async fn apply(conn: &mut AsyncPgConnection, id: Uuid, service_id: Uuid) -> Result<(), SyncError> {
    step(conn, include_str!("sql/apply_users.sql"), id, service_id).await?;
    step(conn, include_str!("sql/apply_accounts.sql"), id, service_id).await?;
    step(conn, include_str!("sql/apply_changes.sql"), id, service_id).await?;
    step(conn, include_str!("sql/apply_names.sql"), id, service_id).await?;
    // The planner knows nothing yet of rows that this transaction brought.
    sql("analyze users, accounts, sync_changes")
        .execute(conn)
        .await?;
    step(
        conn,
        include_str!("sql/apply_suggestions.sql"),
        id,
        service_id,
    )
    .await?;
    step(conn, include_str!("sql/apply_end.sql"), id, service_id).await?;
    Ok(())
}

async fn step(
    conn: &mut AsyncPgConnection,
    statement: &'static str,
    id: Uuid,
    service_id: Uuid,
) -> QueryResult<usize> {
    sql(statement)
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(service_id)
        .execute(conn)
        .await
}

/// Applies a plan that waits for a decision. Refused when a later run changed the same accounts.
pub(super) async fn approve(
    conn: &mut AsyncPgConnection,
    id: Uuid,
    by: Option<Uuid>,
) -> Result<(), SyncError> {
    conn.transaction(async |conn| {
        let run = decide(conn, id, by, "approve_sync_run").await?;
        let later = sync_runs::table
            .filter(sync_runs::service_id.eq(run.service_id))
            .filter(sync_runs::state.eq("succeeded"))
            .filter(sync_runs::finished_at.gt(run.planned_at));
        let is_outdated: bool = diesel::select(diesel::dsl::exists(later))
            .get_result(conn)
            .await?;
        if is_outdated {
            return Err(SyncError::OutOfDate);
        }
        diesel::update(sync_runs::table.find(id))
            .set(sync_runs::approved_by.eq(by))
            .execute(conn)
            .await?;
        apply(conn, id, run.service_id).await
    })
    .await
}

/// Gives up a plan that waits for a decision.
pub(super) async fn discard(
    conn: &mut AsyncPgConnection,
    id: Uuid,
    by: Option<Uuid>,
) -> Result<(), SyncError> {
    conn.transaction(async |conn| {
        decide(conn, id, by, "discard_sync_run").await?;
        Run::set_state(conn, id, "discarded").await?;
        Ok(())
    })
    .await
}

/// A run that waits for a decision, locked, with the audit row of the decision.
async fn decide(
    conn: &mut AsyncPgConnection,
    id: Uuid,
    by: Option<Uuid>,
    action: &'static str,
) -> Result<Run, SyncError> {
    set_actor(conn, by).await?;
    let run = Run::lock(conn, id).await?;
    if !run.is_undecided() {
        return Err(SyncError::NothingToDecide(run.state));
    }
    note(conn, action, id).await?;
    Ok(run)
}

async fn set_actor(conn: &mut AsyncPgConnection, by: Option<Uuid>) -> QueryResult<()> {
    let variables = by.map(|user| ("x-hasura-user-id".to_owned(), user.to_string()));
    let actor =
        engine::Session::new("admin", variables).with([crate::http::request_id::variable()]);
    engine::execute::set_session(conn, &actor).await
}

/// An audit row for what is no row change of its own.
async fn note(conn: &mut AsyncPgConnection, action: &'static str, id: Uuid) -> QueryResult<()> {
    sql(
        "insert into audit_log (actor_id, actor, session_role, request_id, action, object_type, object_id) \
         select (s ->> 'x-hasura-user-id')::uuid, coalesce(s ->> 'x-hasura-user-id', 'operator'), \
         s ->> 'x-hasura-role', s ->> 'x-request-id', $1, 'sync_runs', $2::text from current_session() s",
    )
    .bind::<diesel::sql_types::Text, _>(action)
    .bind::<SqlUuid, _>(id)
    .execute(conn)
    .await?;
    Ok(())
}
