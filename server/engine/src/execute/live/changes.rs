//! Who tells that tables have changed, and who is told.

use std::{collections::BTreeSet, sync::Arc};

use deadpool::managed::Manager;
use diesel_async::RunQueryDsl;
use futures::StreamExt;
use tokio::{
    sync::broadcast::{
        self,
        error::{RecvError, TryRecvError},
    },
    time::Instant,
};

use super::POLL;
use crate::Pool;

/// How many changes are remembered for those who are slow to look; whoever misses one looks at everything.
const REMEMBERED: usize = 1024;

/// Wakes live queries. Cloned freely; all clones are one.
#[derive(Debug, Clone)]
pub struct Changes(broadcast::Sender<Option<Arc<str>>>);

impl Default for Changes {
    fn default() -> Self {
        Self(broadcast::Sender::new(REMEMBERED))
    }
}

impl Changes {
    /// Says that this table, or any, may have changed. The name is PostgreSQL's, without its schema.
    pub fn announce(&self, table: Option<&str>) {
        // Nobody listens while there is no live query.
        let _ = self.0.send(table.map(Arc::from));
    }

    /// Waits for changes of these tables, or of any. Changes count from the call on.
    pub fn watch(&self, tables: Option<BTreeSet<String>>) -> Watch {
        Watch {
            changes: self.0.subscribe(),
            tables,
        }
    }
}

/// Waits for changes of certain tables.
#[derive(Debug)]
pub struct Watch {
    changes: broadcast::Receiver<Option<Arc<str>>>,
    tables: Option<BTreeSet<String>>,
}

impl Watch {
    /// Waits for a change, or until then.
    pub async fn changed(&mut self, latest: Instant) {
        let changed = async {
            loop {
                match self.changes.recv().await {
                    Ok(table) if self.concerns(table.as_deref()) => return,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => return,
                    Err(RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        // Whether a change or the time ended the wait, the answer is looked at again.
        let _ = tokio::time::timeout_at(latest, changed).await;
    }

    /// Forgets the changes so far: what is read from now on knows them.
    pub(super) fn forget(&mut self) {
        while !matches!(
            self.changes.try_recv(),
            Err(TryRecvError::Empty | TryRecvError::Closed)
        ) {}
    }

    fn concerns(&self, table: Option<&str>) -> bool {
        match (&self.tables, table) {
            (Some(tables), Some(table)) => tables.contains(table),
            _ => true,
        }
    }
}

/// Listens to a PostgreSQL channel whose payloads are names of tables, for as long as the process lives.
pub async fn follow_changes(pool: Pool, channel: &str, changes: Changes) {
    loop {
        if let Err(error) = listen(&pool, channel, &changes).await {
            tracing::warn!(%error, channel, "not following changes, trying again");
        }
        tokio::time::sleep(POLL).await;
        // What happened meanwhile was not heard.
        changes.announce(None);
    }
}

async fn listen(
    pool: &Pool,
    channel: &str,
    changes: &Changes,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut conn = pool.manager().create().await?;
    let name = channel.replace('"', "\"\"");
    diesel::sql_query(format!("listen \"{name}\""))
        .execute(&mut conn)
        .await?;
    let mut notifications = std::pin::pin!(conn.notifications_stream());
    while let Some(notification) = notifications.next().await {
        let table = notification?.payload;
        changes.announce(Some(table.as_str()).filter(|table| !table.is_empty()));
    }
    Ok(())
}
