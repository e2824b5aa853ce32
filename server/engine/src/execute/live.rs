//! Live queries: run again when a table may have changed and at most every second, sent when the answer changed.

use std::{pin::Pin, sync::Arc, time::Duration};

use async_graphql::{Context, Name, Response, Value, indexmap::IndexMap};
use deadpool::managed::Manager;
use diesel_async::RunQueryDsl;
use futures::{Stream, StreamExt};
use tokio::sync::watch;

use super::{
    roots::{EngineCore, failed},
    statement::{self, Preparation},
};
use crate::{
    Pool,
    error::{Code, GraphqlError},
    model,
    session::Session,
    sql::Statement,
};

/// How long a live query waits for a change before it looks by itself.
const POLL: Duration = Duration::from_secs(1);
/// The shortest time between two looks, so that a burst of changes is one look.
const PAUSE: Duration = Duration::from_millis(100);

/// Wakes live queries. Cloned freely; all clones are one.
#[derive(Debug, Clone)]
pub struct Changes(watch::Sender<u64>);

impl Default for Changes {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Changes {
    /// Says that some table may have changed.
    pub fn announce(&self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }
}

/// Listens to a PostgreSQL channel and announces its notifications, for as long as the process lives.
pub async fn follow_changes(pool: Pool, channel: &'static str, changes: Changes) {
    loop {
        if let Err(error) = listen(&pool, channel, &changes).await {
            tracing::warn!(%error, channel, "not following changes, trying again");
        }
        tokio::time::sleep(POLL).await;
    }
}

async fn listen(
    pool: &Pool,
    channel: &'static str,
    changes: &Changes,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut conn = pool.manager().create().await?;
    diesel::sql_query(format!("listen {channel}"))
        .execute(&mut conn)
        .await?;
    let mut notifications = std::pin::pin!(conn.notifications_stream());
    while let Some(notification) = notifications.next().await {
        notification?;
        changes.announce();
    }
    Ok(())
}

/// The answers of a live query, beginning with the present one.
pub(super) fn stream<'a>(
    core: Arc<EngineCore>,
    ctx: &'a Context<'_>,
    planned: Result<Statement, GraphqlError>,
) -> Pin<Box<dyn Stream<Item = Response> + Send + 'a>> {
    let prepared = planned.and_then(|statement| {
        let session = ctx.data_opt::<Session>().ok_or_else(|| {
            GraphqlError::new(Code::AccessDenied, "the connection has no session")
        })?;
        let values = statement::resolve(&statement, &ctx.query_env.variables, session)?;
        Ok((statement, values))
    });
    let (statement, values) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => return Box::pin(futures::stream::once(async { failed(error) })),
    };
    let key = ctx.item.node.response_key().node.clone();
    let changed = core.changes.0.subscribe();
    let live = Live {
        core,
        statement,
        values,
        key,
        changed,
        last: None,
    };
    Box::pin(futures::stream::unfold(Some(live), |live| async {
        let mut live = live?;
        match live.next().await {
            Ok(response) => Some((response, Some(live))),
            Err(error) => Some((failed(error), None)),
        }
    }))
}

struct Live {
    core: Arc<EngineCore>,
    statement: Statement,
    values: Vec<model::Value>,
    key: Name,
    changed: watch::Receiver<u64>,
    last: Option<String>,
}

impl Live {
    /// Waits until the answer differs from the last one.
    async fn next(&mut self) -> Result<Response, GraphqlError> {
        loop {
            if self.last.is_some() {
                tokio::time::sleep(PAUSE).await;
                // Whether a change or the time ended the wait, the answer is looked at again.
                let _ = tokio::time::timeout(POLL, self.changed.changed()).await;
            }
            self.changed.mark_unchanged();
            let json = self.run().await?;
            if self.last.as_ref() != Some(&json) {
                let response = response(&self.key, &json)?;
                self.last = Some(json);
                return Ok(response);
            }
        }
    }

    async fn run(&self) -> Result<String, GraphqlError> {
        let mut conn = self
            .core
            .pool
            .get()
            .await
            .map_err(|error| GraphqlError::fault(&error))?;
        statement::run(&mut conn, &self.statement, &self.values, Preparation::Kept).await
    }
}

/// A response of one field whose JSON is passed on untouched.
fn response(key: &Name, json: &str) -> Result<Response, GraphqlError> {
    let mut data = IndexMap::new();
    data.insert(key.clone(), raw(json)?);
    Ok(Response::new(Value::Object(data)))
}

/// JSON as a value that serializes to the very same text.
pub(super) fn raw(json: &str) -> Result<Value, GraphqlError> {
    let raw = serde_json::value::RawValue::from_string(json.to_owned())
        .map_err(|error| GraphqlError::fault(&error))?;
    async_graphql::to_value(&raw).map_err(|error| GraphqlError::fault(&error))
}
