//! Live queries: run again when a table that they read has changed and at most every second, sent when the answer
//! changed.
//!
//! Subscriptions that differ only in variables and session share one statement over the table of their values, and
//! those that do not differ at all share its answer: see [`poller`].

mod changes;
mod poller;
mod streaming;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_graphql::{Name, Response, Value, indexmap::IndexMap};
use futures::{Stream, StreamExt, stream::BoxStream};
use tokio::sync::Semaphore;

pub use changes::{Changes, follow_changes};
use poller::{Poller, PollerKey};

use super::{roots::failed, statement};
use crate::{Pool, error::GraphqlError, model, sql::Compiled};

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
    pollers: Mutex<HashMap<PollerKey, Arc<Poller>>>,
    turns: Semaphore,
}

impl LiveQueries {
    pub(super) fn new(pool: Pool, changes: Changes) -> Arc<Self> {
        Arc::new(Self {
            pool,
            changes,
            pollers: Mutex::default(),
            turns: Semaphore::new(AT_ONCE),
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
    ) -> impl Stream<Item = Result<Arc<str>, GraphqlError>> + use<> {
        let (key, own) = PollerKey::new(&compiled.json, values);
        let mut pollers = self.pollers.lock().unwrap_or_else(PoisonError::into_inner);
        let poller = pollers.entry(key.clone()).or_insert_with(|| {
            let poller = Arc::new(Poller::new(compiled, &key));
            tokio::spawn(Arc::clone(&poller).run(Arc::clone(self), key));
            poller
        });
        poller.subscribe(own)
    }

    /// A connection, when it is the turn of a live query.
    async fn turn<T>(
        &self,
        run: impl AsyncFnOnce(&mut diesel_async::AsyncPgConnection) -> T,
    ) -> Result<T, GraphqlError> {
        let fault = |error: &(dyn std::error::Error + 'static)| GraphqlError::fault(error);
        let _turn = self.turns.acquire().await.map_err(|error| fault(&error))?;
        let mut conn = self.pool.get().await.map_err(|error| fault(&error))?;
        Ok(run(&mut conn).await)
    }
}

/// What a subscription asks for.
pub(super) struct Subscription {
    /// The name in the answers.
    pub(super) key: Name,
    pub(super) compiled: Compiled,
    pub(super) session: crate::Session,
    pub(super) variables: async_graphql::Variables,
}

/// The answers of a subscription.
pub(super) fn stream(live: &Arc<LiveQueries>, asked: Subscription) -> BoxStream<'static, Response> {
    let key = asked.key.clone();
    let answers = if asked.compiled.cursor.is_some() {
        streaming::batches(Arc::clone(live), asked)
    } else {
        match statement::resolve(&asked.compiled.json, &asked.variables, &asked.session) {
            Ok(values) => live.follow(&asked.compiled, &values).boxed(),
            Err(error) => futures::stream::once(async { Err(error) }).boxed(),
        }
    };
    answers
        .map(move |answer| {
            answer
                .and_then(|json| response(&key, &json))
                .unwrap_or_else(failed)
        })
        .boxed()
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
