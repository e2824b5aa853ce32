//! Short reads on a few connections that requests share: statements are sent without waiting for earlier answers, and
//! the kernel carries several at once.
//!
//! Nothing that could take long may run here, as it would hold up its neighbours: a row by its key, and what object
//! relationships lead to from it. Nothing here has a transaction or settings of its own.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use deadpool::managed::Manager;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::AsyncPgConnection;
use tokio::sync::Mutex;

use super::{run::Asked, statement};
use crate::{Pool, error::GraphqlError, sql::Statement};

/// How many connections are shared.
const LANES: usize = 2;

/// The shared connections; each is opened when it is first needed, and again when it broke.
pub(super) struct Express {
    pool: Pool,
    lanes: [Mutex<Option<Arc<AsyncPgConnection>>>; LANES],
    turn: AtomicUsize,
}

impl Express {
    pub(super) fn new(pool: Pool) -> Self {
        Self {
            pool,
            lanes: Default::default(),
            turn: AtomicUsize::new(0),
        }
    }

    /// The text that a short statement answers. `None` when the connection broke: nothing was read.
    pub(super) async fn one(
        &self,
        short: &Statement,
        asked: Asked<'_>,
    ) -> Option<Result<String, GraphqlError>> {
        let values = match statement::resolve(short, asked.variables, asked.session) {
            Ok(values) => values,
            Err(error) => return Some(Err(error)),
        };
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let lane = self.lanes.get(turn % LANES)?;
        let conn = self.connection(lane).await?;
        match statement::one_of_many(&conn, short, &values, asked.preparation).await {
            Ok(json) => Some(Ok(json)),
            Err(error) if is_broken(&error) => {
                lane.lock().await.take();
                None
            }
            Err(error) => Some(Err(statement::database_error(&error))),
        }
    }

    async fn connection(
        &self,
        lane: &Mutex<Option<Arc<AsyncPgConnection>>>,
    ) -> Option<Arc<AsyncPgConnection>> {
        let mut lane = lane.lock().await;
        if let Some(conn) = lane.as_ref() {
            return Some(Arc::clone(conn));
        }
        let conn = Arc::new(self.pool.manager().create().await.ok()?);
        *lane = Some(Arc::clone(&conn));
        Some(conn)
    }
}

/// Whether the connection is gone, and not just the statement refused.
fn is_broken(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(kind, information) => {
            *kind == DatabaseErrorKind::ClosedConnection
                // PostgreSQL's words when it ends a connection itself.
                || information.message().starts_with("terminating connection")
                || information.message() == "connection closed"
        }
        _ => true,
    }
}
