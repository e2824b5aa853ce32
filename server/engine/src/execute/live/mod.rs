//! Live queries: run again when a table that they read has changed and at most every second, sent when the answer
//! changed.
//!
//! Subscriptions that differ only in variables and session share one statement over the table of their values, and
//! those that do not differ at all share its answer: see [`poller`].

mod apart;
mod changes;
mod poller;
mod streaming;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_graphql::{Name, Variables};
use futures::{Stream, StreamExt, stream::BoxStream};
use tokio::sync::Semaphore;

pub use changes::{Changes, Watch, follow_changes};
use poller::{Poller, PollerKey};

use super::{
    answer::{Answer, Body},
    connection::Connection,
    deadline::{self, Canceller},
    statement,
};
use crate::{Pool, error::GraphqlError, model, session::Session, sql::Compiled};

/// How long a live query waits for a change before it looks by itself.
const POLL: Duration = Duration::from_secs(1);
/// The shortest time between two looks, so that a burst of changes is one look.
const PAUSE: Duration = Duration::from_millis(100);
/// How many statements of live queries run at the same time, so that other requests find connections.
const AT_ONCE: usize = 4;

/// All live queries of an engine.
pub(super) struct LiveQueries {
    pool: Pool,
    changes: Changes,
    cancel: Canceller,
    pollers: Mutex<HashMap<PollerKey, Arc<Poller>>>,
    turns: Semaphore,
    /// The turn of those who may have made others wait, one after the other and shortly.
    short_turn: Semaphore,
    /// The turn of those who have made others wait, one after the other.
    last_turn: Semaphore,
}

impl LiveQueries {
    pub(super) fn new(pool: Pool, changes: Changes, cancel: Canceller) -> Arc<Self> {
        Arc::new(Self {
            pool,
            changes,
            cancel,
            pollers: Mutex::default(),
            turns: Semaphore::new(AT_ONCE),
            short_turn: Semaphore::new(1),
            last_turn: Semaphore::new(1),
        })
    }

    /// How many statements are run again and again.
    pub(super) fn statements(&self) -> usize {
        let pollers = self.pollers.lock().unwrap_or_else(PoisonError::into_inner);
        pollers.len()
    }

    /// The answers of a live query with these values, beginning with the present one; it ends with an error.
    fn follow(
        self: &Arc<Self>,
        compiled: &Compiled,
        values: &[model::Value],
        time: Option<Duration>,
    ) -> impl Stream<Item = Result<Arc<str>, GraphqlError>> + use<> {
        let (key, own) = PollerKey::new(&compiled.json, values, time);
        let mut pollers = self.pollers.lock().unwrap_or_else(PoisonError::into_inner);
        let poller = pollers.entry(key.clone()).or_insert_with(|| {
            let poller = Arc::new(Poller::new(compiled, &key));
            tokio::spawn(Arc::clone(&poller).run(Arc::clone(self), key));
            poller
        });
        poller.subscribe(own)
    }

    /// Runs statements when it is the turn of a live query; waiting for it does not count.
    async fn turn<T>(
        &self,
        time: Option<Duration>,
        run: impl AsyncFnOnce(&mut diesel_async::AsyncPgConnection) -> Result<T, GraphqlError>,
    ) -> Result<T, GraphqlError> {
        let turn = self.turns.acquire().await;
        let _turn = turn.map_err(|error| GraphqlError::fault(&error))?;
        self.work(time, run).await
    }

    /// Runs statements on a connection. What takes too long is cancelled.
    async fn work<T>(
        &self,
        time: Option<Duration>,
        run: impl AsyncFnOnce(&mut diesel_async::AsyncPgConnection) -> Result<T, GraphqlError>,
    ) -> Result<T, GraphqlError> {
        let work = async {
            let mut conn = Connection::get(&self.pool).await?;
            run(&mut conn).await
        };
        match time {
            Some(time) => deadline::within(time, &self.cancel, work).await,
            None => work.await,
        }
    }
}

/// What travels with a subscription through async-graphql, which plans it and has no part in its answers.
pub(super) struct Planning {
    session: Session,
    /// How long a statement of it may take.
    time: Option<Duration>,
    planned: Mutex<Option<Planned>>,
}

/// What a subscription asks for, as the root field planned it.
pub(super) struct Planned {
    /// The name in the answers.
    pub(super) key: Name,
    pub(super) compiled: Compiled,
    pub(super) variables: Variables,
}

impl Planning {
    pub(super) fn new(session: Session, time: Option<Duration>) -> Self {
        Self {
            session,
            time,
            planned: Mutex::default(),
        }
    }

    fn slot(&self) -> MutexGuard<'_, Option<Planned>> {
        self.planned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn leave(&self, planned: Planned) {
        *self.slot() = Some(planned);
    }

    /// What was planned; `None` when the request was refused.
    pub(super) fn planned(&self) -> Option<Subscription> {
        let planned = self.slot().take()?;
        Some(Subscription {
            planned,
            session: self.session.clone(),
            time: self.time,
        })
    }
}

/// What a subscription asks for, and for whom.
pub(super) struct Subscription {
    planned: Planned,
    session: Session,
    time: Option<Duration>,
}

/// The answers of a subscription, the JSON of its field untouched.
pub(super) fn stream(live: &Arc<LiveQueries>, asked: Subscription) -> BoxStream<'static, Answer> {
    let planned = &asked.planned;
    let key = planned.key.clone();
    let answers = if planned.compiled.cursor.is_some() {
        streaming::batches(Arc::clone(live), asked)
    } else {
        match statement::resolve(&planned.compiled.json, &planned.variables, &asked.session) {
            Ok(values) => live.follow(&planned.compiled, &values, asked.time).boxed(),
            Err(error) => futures::stream::once(async { Err(error) }).boxed(),
        }
    };
    answers
        .map(move |answer| match answer {
            Ok(json) => {
                let mut body = Body::with_capacity(json.len());
                body.member(&key).extend(json.as_bytes());
                body.finish().unwrap_or_else(Answer::failed)
            }
            Err(error) => Answer::failed(error),
        })
        .boxed()
}
