//! `T_stream`: sends the rows after a cursor in batches, and moves the cursor on.

use std::sync::Arc;

use futures::{StreamExt, stream::BoxStream};
use tokio::time::Instant;

use super::{LiveQueries, PAUSE, POLL, Subscription, changes::Watch};
use crate::{
    error::GraphqlError,
    execute::{
        answer::text,
        rows,
        run::{Asked, limit},
        statement::{self, Preparation},
    },
    model::{Bind, Execution, Value},
    sql::{Statement, rows::RowPlan},
};

/// The batches of a stream; it ends with an error.
pub(super) fn batches(
    live: Arc<LiveQueries>,
    asked: Subscription,
) -> BoxStream<'static, Result<Arc<str>, GraphqlError>> {
    let streaming = match begin(live, asked) {
        Ok(streaming) => streaming,
        Err(error) => return futures::stream::once(async { Err(error) }).boxed(),
    };
    futures::stream::unfold(Some(streaming), |streaming| async {
        let mut streaming = streaming?;
        match streaming.next().await {
            Ok(json) => Some((Ok(json), Some(streaming))),
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed()
}

fn begin(live: Arc<LiveQueries>, asked: Subscription) -> Result<Streaming, GraphqlError> {
    let missing = || GraphqlError::new(crate::Code::Unexpected, "internal error");
    let begin = asked.planned.compiled.cursor.as_ref().ok_or_else(missing)?;
    let plan = asked.planned.compiled.rows.clone().ok_or_else(missing)?;
    let cursor = first_value(begin, &asked)?;
    let watch = live.changes.watch(asked.planned.compiled.tables.clone());
    Ok(Streaming {
        live,
        asked,
        plan,
        cursor,
        watch,
        is_behind: true,
    })
}

fn first_value(begin: &Bind, asked: &Subscription) -> Result<Value, GraphqlError> {
    let alone = Statement {
        pieces: Vec::new(),
        binds: vec![begin.clone()],
        shared: Vec::new(),
    };
    let mut values = statement::resolve(&alone, &asked.planned.variables, &asked.session)?;
    Ok(values.pop().flatten())
}

struct Streaming {
    live: Arc<LiveQueries>,
    asked: Subscription,
    plan: RowPlan,
    /// The place of the last row that was sent.
    cursor: Value,
    watch: Watch,
    /// Whether there may be rows already, so that nothing is waited for.
    is_behind: bool,
}

impl Streaming {
    /// Waits for the next rows.
    async fn next(&mut self) -> Result<Arc<str>, GraphqlError> {
        loop {
            if !self.is_behind {
                tokio::time::sleep(PAUSE).await;
                self.watch.changed(Instant::now() + POLL).await;
            }
            self.watch.forget();
            let batch = self.batch().await?;
            self.is_behind = batch.is_full;
            if let Some(cursor) = batch.cursor {
                self.cursor = Some(cursor);
                return Ok(Arc::from(batch.json));
            }
        }
    }

    async fn batch(&self) -> Result<Batch, GraphqlError> {
        let asked = Asked {
            variables: &self.asked.planned.variables,
            session: &self.asked.session,
            preparation: Preparation::Once,
            execution: Execution::Rows,
        };
        let size = limit(&self.asked.planned.compiled, asked);
        let cursor = self.cursor.as_deref();
        let mut json = Vec::new();
        let read =
            async |conn: &mut _| rows::read(conn, &self.plan, asked, cursor, &mut json).await;
        let list = self.live.turn(self.asked.time, read).await?;
        Ok(Batch {
            is_full: size.is_some_and(|size| list.count >= size as usize),
            json: text(json)?,
            cursor: list.place,
        })
    }
}

struct Batch {
    json: String,
    /// The place of its last row; none when it is empty.
    cursor: Option<String>,
    is_full: bool,
}
