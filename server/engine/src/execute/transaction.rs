//! One transaction for all table mutations of a request, opened by the first of them.
//!
//! A request that is dropped in the middle drops its connection with the transaction open; the pool does not reuse
//! such a connection, and PostgreSQL rolls back when it closes.

use diesel::{QueryResult, sql_types::Text};
use diesel_async::{
    AnsiTransactionManager, AsyncPgConnection, RunQueryDsl, TransactionManager,
    pooled_connection::deadpool::Object,
};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use crate::{Pool, error::GraphqlError, session::Session};

/// The transaction of a request; none until a mutation needs it.
#[derive(Default)]
pub(super) struct Transaction(Mutex<Option<Object<AsyncPgConnection>>>);

impl Transaction {
    /// The connection, with the transaction open and the session known to triggers.
    pub(super) async fn begin(
        &self,
        pool: &Pool,
        session: &Session,
    ) -> Result<MappedMutexGuard<'_, AsyncPgConnection>, GraphqlError> {
        let mut slot = self.0.lock().await;
        let conn = match slot.take() {
            Some(conn) => conn,
            None => {
                let mut conn = pool
                    .get()
                    .await
                    .map_err(|error| GraphqlError::fault(&error))?;
                open(&mut conn, session)
                    .await
                    .map_err(|error| GraphqlError::fault(&error))?;
                conn
            }
        };
        Ok(MutexGuard::map(slot, |slot| &mut **slot.insert(conn)))
    }

    /// Commits when every field succeeded, rolls back otherwise.
    pub(super) async fn end(&self, has_succeeded: bool) -> Result<(), GraphqlError> {
        let Some(mut conn) = self.0.lock().await.take() else {
            return Ok(());
        };
        let ended = if has_succeeded {
            AnsiTransactionManager::commit_transaction(&mut *conn).await
        } else {
            AnsiTransactionManager::rollback_transaction(&mut *conn).await
        };
        ended.map_err(|error| super::statement::database_error(&error))
    }
}

async fn open(conn: &mut AsyncPgConnection, session: &Session) -> QueryResult<()> {
    AnsiTransactionManager::begin_transaction(conn).await?;
    set_session(conn, session).await
}

/// Tells triggers of the current transaction who acts, as Hasura does: `current_setting('hasura.user')`.
pub async fn set_session(conn: &mut AsyncPgConnection, session: &Session) -> QueryResult<()> {
    diesel::sql_query("select set_config('hasura.user', $1, true)")
        .bind::<Text, _>(session.to_json())
        .execute(conn)
        .await?;
    Ok(())
}
