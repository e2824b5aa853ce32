//! Who counts as one caller, and how many sockets or event streams a caller has open. An event stream is one operation;
//! a socket counts its operations itself.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{GraphqlError, Session, execute::limits};

/// How many sockets, and how many event streams, a caller may have open.
const OPEN: usize = 100;

/// A user, or else whoever sends from an address.
pub(super) fn caller(session: &Session, address: &str) -> String {
    match session.variable("x-hasura-user-id") {
        Some(user) => format!("user {user}"),
        None => format!("address {address}"),
    }
}

/// What callers have open who have anything open.
#[derive(Clone)]
pub(super) struct Counter {
    /// What is counted.
    what: &'static str,
    counts: Arc<Mutex<HashMap<String, usize>>>,
}

/// Something that is open until this is dropped.
pub(super) struct Open {
    counter: Counter,
    caller: String,
}

impl Counter {
    pub(super) fn new(what: &'static str) -> Self {
        Self {
            what,
            counts: Arc::default(),
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens one more, unless the caller has too many.
    pub(super) fn open(&self, caller: String) -> Result<Open, GraphqlError> {
        let mut counts = self.counts();
        let count = counts.entry(caller.clone()).or_default();
        if *count >= OPEN {
            return Err(limits::exceeded(self.what, *count + 1, OPEN));
        }
        *count += 1;
        Ok(Open {
            counter: self.clone(),
            caller,
        })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut counts = self.counter.counts();
        if let Some(count) = counts.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.caller);
            }
        }
    }
}
