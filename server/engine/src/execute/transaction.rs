//! One transaction for all table mutations of a request, opened by the first of them.
//!
//! A request that is dropped in the middle takes its connection out of the pool and closes it; PostgreSQL notices
//! within a second, ends what runs and rolls back.

use diesel::QueryResult;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use super::{
    connection::Connection,
    statement::{self, Preparation, Text},
};
use crate::{
    Pool,
    error::{Code, GraphqlError},
    session::Session,
    trace::spans,
};

/// Its text before and after the session.
const SET_SESSION: [&str; 2] = [
    "select set_config('hasura.user', ",
    ", true), case when current_setting('server_version_num')::int >= 140000 and version() like '%linux%' \
     then set_config('client_connection_check_interval', '1s', true) end",
];

/// The transaction of a request; none until a mutation needs it.
#[derive(Default)]
pub(super) struct Transaction(Mutex<Option<Connection>>);

impl Transaction {
    /// The connection, with the transaction open and the session known to triggers.
    pub(super) async fn begin(
        &self,
        pool: &Pool,
        session: &Session,
    ) -> Result<MappedMutexGuard<'_, AsyncPgConnection>, GraphqlError> {
        let mut slot = self.0.lock().await;
        if slot.is_none() {
            let conn = slot.insert(Connection::get(pool).await?);
            if let Err(error) = open(conn, session).await {
                discard(slot.take());
                return Err(GraphqlError::fault(&error));
            }
        }
        MutexGuard::try_map(slot, Option::as_deref_mut)
            .map_err(|_| GraphqlError::new(Code::Unexpected, "internal error"))
    }

    /// Commits when every field succeeded, rolls back otherwise.
    pub(super) async fn end(&self, has_succeeded: bool) -> Result<(), GraphqlError> {
        let mut slot = self.0.lock().await;
        let Some(conn) = slot.as_deref_mut() else {
            return Ok(());
        };
        let ended = if has_succeeded {
            let committing = AnsiTransactionManager::commit_transaction(conn);
            spans::statement(|| "COMMIT".to_owned(), committing).await
        } else {
            let rolling_back = AnsiTransactionManager::rollback_transaction(conn);
            spans::statement(|| "ROLLBACK".to_owned(), rolling_back).await
        };
        let conn = slot.take();
        ended.map_err(|error| {
            discard(conn);
            super::statement::database_error(&error)
        })
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        discard(self.0.get_mut().take());
    }
}

/// Closes a connection whose transaction may be open still.
fn discard(conn: Option<Connection>) {
    if let Some(conn) = conn {
        conn.close();
    }
}

async fn open(conn: &mut AsyncPgConnection, session: &Session) -> QueryResult<()> {
    let beginning = AnsiTransactionManager::begin_transaction(conn);
    spans::statement(|| "BEGIN".to_owned(), beginning).await?;
    set_session(conn, session).await
}

/// Tells triggers of the current transaction who acts, as Hasura does: `current_setting('hasura.user')`.
///
/// PostgreSQL is also told to look every second whether somebody waits for the answer still, where it can.
pub async fn set_session(conn: &mut AsyncPgConnection, session: &Session) -> QueryResult<()> {
    let text = Text::constant(&SET_SESSION);
    let values = [Some(session.to_json())];
    statement::execute(conn, &text, &values, Preparation::Kept).await
}
