//! What travels with one request through async-graphql: who asks, what was answered, what can be kept.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::transaction::Transaction;
use crate::{plan::Places, session::Session, sql::Compiled};

/// The state of one request.
pub(super) struct RequestState {
    pub(super) session: Session,
    pub(super) transaction: Transaction,
    /// Whether statements are only told, not run.
    pub(super) is_explaining: bool,
    notes: Mutex<Notes>,
}

/// What root fields leave behind.
#[derive(Default)]
pub(super) struct Notes {
    /// The JSON of table fields, which does not pass through async-graphql, by response key.
    pub(super) answers: BTreeMap<String, String>,
    /// Response keys that are being answered; a key that the document repeats is answered once.
    claimed: BTreeSet<String>,
    /// The statements of query fields, by response key.
    pub(super) statements: BTreeMap<String, Arc<Compiled>>,
    /// What the plans took from variables.
    pub(super) places: Places,
    /// Whether a mutation failed, so that all of them will be rolled back.
    has_failed: bool,
}

impl RequestState {
    pub(super) fn new(session: Session) -> Self {
        Self {
            session,
            transaction: Transaction::default(),
            is_explaining: false,
            notes: Mutex::default(),
        }
    }

    /// The state of a request whose statements are only told.
    pub(super) fn explaining(session: Session) -> Self {
        Self {
            is_explaining: true,
            ..Self::new(session)
        }
    }

    /// Notes the statement of a field; true when it is not to be run.
    pub(super) fn tell(&self, key: &str, statement: &Arc<Compiled>) -> bool {
        self.notes()
            .statements
            .insert(key.to_owned(), Arc::clone(statement));
        self.is_explaining
    }

    pub(super) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this field is the first of its response key.
    pub(super) fn claim(&self, key: &str) -> bool {
        self.notes().claimed.insert(key.to_owned())
    }

    pub(super) fn fail(&self) {
        self.notes().has_failed = true;
    }

    pub(super) fn has_failed(&self) -> bool {
        self.notes().has_failed
    }

    pub(super) fn answer(&self, key: &str, json: String) {
        self.notes().answers.insert(key.to_owned(), json);
    }
}
