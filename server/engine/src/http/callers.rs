//! Who counts as one caller, and how many event streams a caller has open: each is an operation, and a socket counts its
//! operations, too.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::http::StatusCode;

use super::{OPERATIONS, respond::Refusal};
use crate::{Session, execute::limits};

/// A user, or else whoever sends from an address.
pub(super) fn caller(session: &Session, address: &str) -> String {
    match session.variable("x-hasura-user-id") {
        Some(user) => format!("user {user}"),
        None => format!("address {address}"),
    }
}

/// The open streams of callers who have any.
#[derive(Clone, Default)]
pub(super) struct Streams(Arc<Mutex<HashMap<String, usize>>>);

/// A stream that is open until this is dropped.
pub(super) struct Open {
    streams: Streams,
    caller: String,
}

impl Streams {
    fn counts(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens one more, unless the caller has too many.
    pub(super) fn open(&self, caller: String) -> Result<Open, Refusal> {
        let mut counts = self.counts();
        let count = counts.entry(caller.clone()).or_default();
        if *count >= OPERATIONS {
            let error = limits::exceeded("event streams of a caller", *count + 1, OPERATIONS);
            return Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, error));
        }
        *count += 1;
        Ok(Open {
            streams: self.clone(),
            caller,
        })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut counts = self.streams.counts();
        if let Some(count) = counts.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.caller);
            }
        }
    }
}
