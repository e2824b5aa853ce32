//! The keys that an issuer publishes: fetched when they are due or when a token names one that is not known, and kept
//! while the issuer cannot be asked.
//!
//! Nobody asks twice at a time, and no stranger's token makes us ask more often than [`INTERVAL`].

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::Algorithm;
use reqwest::{Client, Url};
use sha2::{Digest, Sha256};

use super::{
    Clock, freshness,
    keys::{self, Key},
};

/// How long the issuer may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest key set, in bytes.
const LARGEST: usize = 1 << 20;
/// When an issuer that failed is asked again.
const RETRY: TimeDelta = TimeDelta::minutes(1);
/// The least time between two questions because of unknown keys.
const INTERVAL: TimeDelta = TimeDelta::seconds(10);

/// The keys behind a URL.
pub(super) struct PublishedKeys {
    url: Url,
    algorithms: Option<Vec<Algorithm>>,
    http: Client,
    clock: Clock,
    held: RwLock<Arc<Held>>,
    asking: tokio::sync::Mutex<()>,
}

/// What was published when it was last looked at.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) keys: Vec<Key>,
    /// Tells one key set from another.
    pub(super) digest: [u8; 32],
    due: DateTime<Utc>,
    asked: DateTime<Utc>,
}

impl Held {
    /// A key that is never asked for again.
    pub(super) fn fixed(key: Key) -> Self {
        Self {
            keys: vec![key],
            digest: [0; 32],
            due: DateTime::<Utc>::MAX_UTC,
            asked: DateTime::<Utc>::MAX_UTC,
        }
    }

    fn has_id(&self, id: Option<&str>) -> bool {
        self.keys.iter().any(|key| key.has_id(id))
    }
}

/// Why no keys came.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("the request failed")]
    Http(#[from] reqwest::Error),
    #[error("the answer has status {0}")]
    Status(StatusCode),
    #[error("the answer comes from another place")]
    Elsewhere,
    #[error("the answer is larger than {LARGEST} bytes")]
    TooLarge,
    #[error("the answer is no JWK set")]
    Unreadable(#[from] serde_json::Error),
}

impl PublishedKeys {
    pub(super) fn new(
        url: Url,
        algorithms: Option<Vec<Algorithm>>,
        http: Client,
        clock: Clock,
    ) -> Self {
        let none = Held {
            keys: Vec::new(),
            digest: [0; 32],
            due: DateTime::UNIX_EPOCH,
            asked: DateTime::UNIX_EPOCH,
        };
        Self {
            url,
            algorithms,
            http,
            clock,
            held: RwLock::new(Arc::new(none)),
            asking: tokio::sync::Mutex::new(()),
        }
    }

    /// The keys, asked for again if that is due. While somebody asks, those at hand serve the others.
    pub(super) async fn current(&self) -> Arc<Held> {
        let held = self.held();
        if (self.clock)() < held.due {
            return held;
        }
        let turn = if held.keys.is_empty() {
            self.asking.lock().await
        } else {
            match self.asking.try_lock() {
                Ok(turn) => turn,
                Err(_) => return held,
            }
        };
        let current = self.ask_if(|held, now| now >= held.due).await;
        drop(turn);
        current
    }

    /// The keys, asked for again if none has this id and they were not asked for just now.
    pub(super) async fn with_id(&self, id: Option<&str>) -> Arc<Held> {
        let current = self.current().await;
        let is_worth_asking = |held: &Held, now| !held.has_id(id) && now >= held.asked + INTERVAL;
        if !is_worth_asking(&current, (self.clock)()) {
            return current;
        }
        let turn = self.asking.lock().await;
        let current = self.ask_if(is_worth_asking).await;
        drop(turn);
        current
    }

    /// Asks, if it is still needed now that it is our turn.
    async fn ask_if(&self, is_needed: impl Fn(&Held, DateTime<Utc>) -> bool) -> Arc<Held> {
        let held = self.held();
        let now = (self.clock)();
        if !is_needed(&held, now) {
            return held;
        }
        let fetched = self.fetch(now).await;
        self.hold(fetched.unwrap_or_else(|error| {
            let error = &error as &(dyn std::error::Error + 'static);
            tracing::warn!(url = %self.url, error, "the keys of an issuer could not be fetched");
            Held {
                due: now + RETRY,
                asked: now,
                ..(*held).clone()
            }
        }))
    }

    async fn fetch(&self, now: DateTime<Utc>) -> Result<Held, FetchError> {
        let request = self.http.get(self.url.clone()).timeout(PATIENCE);
        let mut response = request.send().await?;
        if response.url().origin() != self.url.origin() {
            return Err(FetchError::Elsewhere);
        }
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status()));
        }
        let due = freshness::due(response.headers(), now);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > LARGEST {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let keys = keys::published(&body, self.algorithms.as_deref())?;
        if keys.is_empty() {
            tracing::warn!(url = %self.url, "an issuer publishes no key that can be used");
        }
        Ok(Held {
            keys,
            digest: Sha256::digest(&body).into(),
            due,
            asked: now,
        })
    }

    fn held(&self) -> Arc<Held> {
        Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn hold(&self, held: Held) -> Arc<Held> {
        let held = Arc::new(held);
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&held);
        held
    }
}
