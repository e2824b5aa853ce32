//! Ended sessions, told to every server process by PostgreSQL, so that nothing remembered outlives them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use diesel_async::SimpleAsyncConnection;
use engine::Pool;
use futures::StreamExt;
use moka::sync::Cache;
use tokio::sync::broadcast;
use uuid::Uuid;

use super::session::Session;
use crate::db;

/// Stands for every session.
const ANY: Uuid = Uuid::nil();
const REMEMBERED: u64 = 10_000;
const MEMORY: Duration = Duration::from_mins(1);
const BACKLOG: usize = 256;
const RETRY: Duration = Duration::from_secs(1);

/// Sessions that were found live a moment ago, and word of those that ended.
#[derive(Clone)]
pub struct LiveSessions {
    remembered: Cache<Vec<u8>, Arc<Session>>,
    ended: broadcast::Sender<Uuid>,
    /// Whether word of ended sessions reaches this process; without it nothing is remembered.
    is_following: Arc<AtomicBool>,
    epoch: Arc<AtomicU64>,
}

impl Default for LiveSessions {
    fn default() -> Self {
        Self {
            remembered: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(MEMORY)
                .build(),
            ended: broadcast::Sender::new(BACKLOG),
            is_following: Arc::default(),
            epoch: Arc::default(),
        }
    }
}

impl LiveSessions {
    /// The session that a credential of this hash was found to open, unless it has ended since.
    pub fn recall(&self, hash: &[u8], now: DateTime<Utc>) -> Option<Arc<Session>> {
        let is_following = self.is_following.load(Ordering::Acquire);
        let session = is_following.then(|| self.remembered.get(hash)).flatten()?;
        (session.expires_at > now).then_some(session)
    }

    /// How often something was forgotten: taken before a session is looked up, and handed to [`Self::remember`].
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Remembers what a credential opens, unless some session ended since `epoch`: it may have been this one.
    pub fn remember(&self, hash: &[u8], session: Arc<Session>, epoch: u64) {
        self.remembered.insert(hash.to_vec(), session);
        if self.epoch() != epoch {
            self.remembered.invalidate(hash);
        }
    }

    fn forget(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        self.remembered.invalidate_all();
    }

    /// Resolves when a session ends, or whatever a user came in by, as the id says; also when word of it may have been
    /// missed. Word counts from the call on.
    pub fn ended(&self, id: Uuid) -> impl Future<Output = ()> + Send + use<> {
        let mut ended = self.ended.subscribe();
        async move {
            while ended
                .recv()
                .await
                .is_ok_and(|ended| ended != id && ended != ANY)
            {}
        }
    }

    /// Listens for as long as the process lives.
    pub async fn follow(self, pool: Pool) {
        loop {
            if let Err(error) = self.listen(&pool).await {
                tracing::warn!(error, "not following ended sessions, trying again");
            }
            self.is_following.store(false, Ordering::Release);
            tokio::time::sleep(RETRY).await;
        }
    }

    async fn listen(&self, pool: &Pool) -> Result<(), String> {
        let mut conn = db::dedicated(pool)
            .await
            .map_err(|error| error.to_string())?;
        conn.batch_execute("listen session_ended")
            .await
            .map_err(|error| error.to_string())?;
        self.forget();
        // Whoever ended while nobody listened is not known, so every socket proves itself anew.
        let _ = self.ended.send(ANY);
        self.is_following.store(true, Ordering::Release);
        let mut notifications = std::pin::pin!(conn.notifications_stream());
        while let Some(notification) = notifications.next().await {
            let notification = notification.map_err(|error| error.to_string())?;
            if let Ok(id) = notification.payload.parse::<Uuid>() {
                self.forget();
                // Nobody may be waiting.
                let _ = self.ended.send(id);
            }
        }
        Ok(())
    }
}
