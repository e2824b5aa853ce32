//! Short reads on a few connections that requests share: statements are sent without waiting for earlier answers, and
//! the kernel carries several at once.
//!
//! Nothing that could take long may run here, as it would hold up its neighbours: a row by its key, and what object
//! relationships lead to from it. Nothing here has a transaction or settings of its own.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use deadpool::managed::Manager;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::AsyncPgConnection;
use tokio::sync::Mutex;

use super::{run::Asked, statement};
use crate::{Pool, error::GraphqlError, sql::Statement};

/// How many connections are shared.
const LANES: usize = 2;
/// How many statements a connection may have prepared before a new one takes its place.
const MOST_PREPARED: usize = 2_000;

/// The shared connections; each is opened when it is first needed, and again when it broke.
pub(super) struct Express {
    pool: Pool,
    lanes: [Mutex<Option<Lane>>; LANES],
    turn: AtomicUsize,
}

/// A shared connection and the statements, by their places in memory, that it has prepared.
struct Lane {
    conn: Arc<AsyncPgConnection>,
    prepared: HashSet<usize>,
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
        let conn = self.connection(lane, short).await?;
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
        lane: &Mutex<Option<Lane>>,
        short: &Statement,
    ) -> Option<Arc<AsyncPgConnection>> {
        let place = std::ptr::from_ref(short).addr();
        let mut lane = lane.lock().await;
        if let Some(lane) = lane.as_mut() {
            lane.prepared.insert(place);
            if lane.prepared.len() <= MOST_PREPARED {
                return Some(Arc::clone(&lane.conn));
            }
        }
        let conn = Arc::new(self.pool.manager().create().await.ok()?);
        *lane = Some(Lane {
            conn: Arc::clone(&conn),
            prepared: HashSet::from([place]),
        });
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
