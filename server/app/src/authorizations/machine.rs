//! What has become of a request: one pure function over its journal.
//!
//! Deliveries arrive late, twice and in any order, so nothing is concluded from the order of arrival. The journal is folded
//! anew in the order of `fired_at`; what was fired in the same second counts in the order of [`Event`], in which a
//! revocation outdoes an approval; what is equal in both, in the order of the payloads' digests.
//!
//! ```text
//!                 create, update              request_changes
//!                    ┌──┐               ┌────────────────────────┐
//!                    ▼  │    submit     ▼         approve        │
//!              ●──▶ draft ────────▶ submitted ──────────▶ validated ◀────────────┐
//!                    ▲                │ ▲  │                 │  ▲                │
//!                    │         refuse │ │  └─ request_changes│  │ approve        │ amendment: draft, submitted,
//!                    │                ▼ │         │          │  │ (an alert)     │ changes_requested; the status
//!                    │           refused│         ▼   revoke │  │                │ stands until approve,
//!       (repaired by │              │   └ changes_requested   ▼  │                │ refuse or cancel_reopening
//!         hand: an   │              │             │       revoked ───── reopen ──┘ (reopen, update, submit,
//!          alert)    │              ▼             │          │                      request_changes)
//!                    └────────── archived ◀───────┴──────────┘
//! ```
//!
//! - A **standing** request (validated or revoked) is never changed by edits: they belong to its *amendment*. Content,
//!   contacts and scopes change with an approval; content and contacts also with a transfer.
//! - Scopes come from approvals alone: payloads of `refuse` and `cancel_reopening` carry a rejected draft.
//! - `revoke` revokes when the state says so or no authorization is left in force. When one is left, it is a partial
//!   revocation: an alert, and nothing else. When nothing is said of either, it revokes: fail closed. So does any other
//!   event that shows the state revoked: the revocation itself was lost, or is late.
//! - Approvals between two revocations are one **grant**, and a grant yields one token, unless none of them is for the use
//!   of tokens. A revocation ends every grant before it; an approval after it begins a new one.
//! - `archive` archives from any state. Whatever gives another state afterwards is a repair by hand: an alert.
//! - `delete` and unknown events change nothing: an alert.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::delivery::{Contact, Content, Delivery, Event, Role, State};

/// A delivery in the journal.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its row.
    pub id: Uuid,
    /// The digest of its payload: no two entries of a request have the same.
    pub digest: String,
    /// What it says.
    pub delivery: Delivery,
}

/// What has become of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Where it stands.
    pub status: State,
    /// How far its amendment has come, while it stands and is reopened.
    pub amendment: Option<State>,
    /// What it asks for.
    pub content: Content,
    /// Who stands for it.
    pub contacts: BTreeMap<Role, Contact>,
    /// What it was granted last.
    pub scopes: BTreeSet<String>,
    /// The first time it was submitted.
    pub first_submitted_at: Option<DateTime<Utc>>,
    /// The last revocation.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was archived, if it is.
    pub archived_at: Option<DateTime<Utc>>,
    /// The time of its newest event.
    pub last_event_at: Option<DateTime<Utc>>,
    /// Its grants, oldest first.
    pub grants: Vec<Grant>,
    /// What somebody should look at, by the entry that raised it.
    pub alerts: Vec<(Uuid, Alert)>,
}

/// Approvals without a revocation between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// The entries that approved, in order.
    pub approvals: Vec<Uuid>,
    /// The first of them.
    pub first_approved_at: DateTime<Utc>,
    /// The last of them.
    pub last_approved_at: DateTime<Utc>,
    /// Those of them that issue or prolong its token.
    pub token_approvals: Vec<Uuid>,
    /// The last of these, from which the token's life is counted; none while the grant yields no token.
    pub token_from: Option<DateTime<Utc>>,
    /// The revocation that ended it.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Grant {
    fn beginning(at: DateTime<Utc>) -> Self {
        Self {
            approvals: Vec::new(),
            first_approved_at: at,
            last_approved_at: at,
            token_approvals: Vec::new(),
            token_from: None,
            revoked_at: None,
        }
    }
}

/// What somebody should look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alert {
    /// An archived request has another state again.
    Revived,
    /// DataPass deletes a request, which it should not.
    Deleted,
    /// An event that we do not know.
    UnknownEvent,
    /// An authorization was revoked while another one is in force.
    PartialRevocation,
    /// A revoked request was approved again: it has a new token.
    ApprovedAfterRevocation,
    /// DataPass calls a request validated whose approval we never got.
    ApprovalMissing,
    /// Archived, while a token of it lives.
    ArchivedWithLiveToken,
}

impl Alert {
    /// The name in our tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Revived => "revived",
            Self::Deleted => "deleted",
            Self::UnknownEvent => "unknown_event",
            Self::PartialRevocation => "partial_revocation",
            Self::ApprovedAfterRevocation => "approved_after_revocation",
            Self::ApprovalMissing => "approval_missing",
            Self::ArchivedWithLiveToken => "archived_with_live_token",
        }
    }
}

/// Folds the journal of one request, given in any order.
pub fn fold(entries: &[Entry]) -> Outcome {
    let mut order: Vec<&Entry> = entries.iter().collect();
    order.sort_by_key(|entry| {
        (
            entry.delivery.fired_at,
            &entry.delivery.event,
            &entry.digest,
        )
    });
    let mut outcome = Outcome::default();
    for entry in order {
        outcome.take(entry);
    }
    outcome
}

impl Default for Outcome {
    fn default() -> Self {
        Self {
            status: State::Draft,
            amendment: None,
            content: Content::default(),
            contacts: BTreeMap::new(),
            scopes: BTreeSet::new(),
            first_submitted_at: None,
            revoked_at: None,
            archived_at: None,
            last_event_at: None,
            grants: Vec::new(),
            alerts: Vec::new(),
        }
    }
}

impl Outcome {
    fn take(&mut self, entry: &Entry) {
        let delivery = &entry.delivery;
        self.last_event_at = Some(delivery.fired_at);
        match &delivery.event {
            Event::Delete => self.alert(entry, Alert::Deleted),
            Event::Unknown(_) => self.alert(entry, Alert::UnknownEvent),
            Event::Approve => self.approve(entry),
            Event::Revoke => self.revoke(entry),
            Event::Archive => self.archive(delivery),
            Event::Transfer => {
                self.hand_over(delivery);
                self.advance(entry);
            }
            Event::Create
            | Event::Update
            | Event::Notify
            | Event::Reopen
            | Event::Submit
            | Event::RequestChanges
            | Event::Refuse
            | Event::CancelReopening => {
                if !self.is_standing() {
                    self.show(delivery);
                }
                self.advance(entry);
            }
        }
    }

    /// Whether there is a grant that no revocation has ended.
    pub fn is_granted(&self) -> bool {
        self.grants
            .last()
            .is_some_and(|grant| grant.revoked_at.is_none())
    }

    /// Whether a decision was taken that edits do not undo.
    fn is_standing(&self) -> bool {
        matches!(self.status, State::Validated | State::Revoked)
    }

    /// Shows what a delivery says the request is. Nobody is removed by a delivery that names nobody at all, nor an
    /// organization by one that names none.
    fn show(&mut self, delivery: &Delivery) {
        let snapshot = &delivery.snapshot;
        let before = std::mem::replace(&mut self.content, snapshot.content.clone());
        if self.content.siret.is_none() {
            self.content.siret = before.siret;
            self.content.organization = before.organization;
        }
        if !snapshot.contacts.is_empty() {
            self.contacts = snapshot.contacts.clone();
        }
    }

    /// Gives a request to other people or to another organization. What else the delivery shows may be a draft.
    fn hand_over(&mut self, delivery: &Delivery) {
        if !self.is_standing() {
            return self.show(delivery);
        }
        let snapshot = &delivery.snapshot;
        if snapshot.content.siret.is_some() {
            self.content.siret.clone_from(&snapshot.content.siret);
            self.content
                .organization
                .clone_from(&snapshot.content.organization);
        }
        if !snapshot.contacts.is_empty() {
            self.contacts = snapshot.contacts.clone();
        }
    }

    fn approve(&mut self, entry: &Entry) {
        let delivery = &entry.delivery;
        match self.status {
            State::Archived => self.alert(entry, Alert::Revived),
            State::Revoked => self.alert(entry, Alert::ApprovedAfterRevocation),
            _ => {}
        }
        self.show(delivery);
        match &delivery.snapshot.scopes {
            Some(scopes) => self.scopes.clone_from(scopes),
            // An approval that says nothing of scopes leaves a grant as it is, and begins one without any.
            None if !self.is_granted() => self.scopes.clear(),
            None => {}
        }
        self.status = State::Validated;
        self.amendment = None;
        self.archived_at = None;
        if !self.is_granted() {
            self.grants.push(Grant::beginning(delivery.fired_at));
        }
        if let Some(grant) = self.grants.last_mut() {
            grant.last_approved_at = delivery.fired_at;
            grant.approvals.push(entry.id);
            if self.content.is_for_tokens() {
                grant.token_from = Some(delivery.fired_at);
                grant.token_approvals.push(entry.id);
            }
        }
        let snapshot = &delivery.snapshot;
        let is_active = snapshot.has_active_authorization == Some(true);
        if snapshot.state == Some(State::Revoked) && !is_active {
            // DataPass queued it before the revocation whose word is on its way.
            self.end_grants(delivery.fired_at);
            self.status = State::Revoked;
        }
    }

    fn revoke(&mut self, entry: &Entry) {
        let delivery = &entry.delivery;
        let snapshot = &delivery.snapshot;
        let is_left_in_force = match snapshot.has_active_authorization {
            Some(is_active) => is_active && snapshot.state != Some(State::Revoked),
            None => snapshot.state == Some(State::Validated),
        };
        if is_left_in_force {
            return self.alert(entry, Alert::PartialRevocation);
        }
        if self.grants.is_empty() {
            self.show(delivery);
        }
        self.end_grants(delivery.fired_at);
        if self.status != State::Archived {
            self.status = State::Revoked;
        }
        self.amendment = snapshot.state.filter(|state| is_open(*state));
    }

    fn end_grants(&mut self, at: DateTime<Utc>) {
        for grant in self
            .grants
            .iter_mut()
            .filter(|grant| grant.revoked_at.is_none())
        {
            grant.revoked_at = Some(at);
        }
        self.revoked_at = Some(at);
    }

    fn archive(&mut self, delivery: &Delivery) {
        if self.grants.is_empty() {
            self.show(delivery);
        }
        self.status = State::Archived;
        self.amendment = None;
        self.archived_at = Some(delivery.fired_at);
    }

    /// Moves a request on that is not decided, or the amendment of one that is.
    fn advance(&mut self, entry: &Entry) {
        let delivery = &entry.delivery;
        let Some(state) = delivery.snapshot.state.or_else(|| target(&delivery.event)) else {
            return;
        };
        if delivery.event == Event::Submit {
            self.first_submitted_at.get_or_insert(delivery.fired_at);
        }
        if self.is_standing() && state != State::Revoked {
            self.amendment = Some(state).filter(|state| is_open(*state));
            return;
        }
        if self.status == State::Archived && state != State::Archived {
            self.alert(entry, Alert::Revived);
            self.archived_at = None;
        }
        match state {
            State::Validated if !self.is_granted() => self.alert(entry, Alert::ApprovalMissing),
            // The revocation itself was lost, or is late.
            State::Revoked if self.is_granted() || self.status != State::Revoked => {
                self.end_grants(delivery.fired_at);
            }
            _ => {}
        }
        self.status = state;
    }

    fn alert(&mut self, entry: &Entry, alert: Alert) {
        self.alerts.push((entry.id, alert));
    }
}

/// Whether a request in this state is being worked on.
fn is_open(state: State) -> bool {
    matches!(
        state,
        State::Draft | State::Submitted | State::ChangesRequested
    )
}

/// Where an event leads that does not say the state.
fn target(event: &Event) -> Option<State> {
    match event {
        Event::Create | Event::Reopen => Some(State::Draft),
        Event::Submit => Some(State::Submitted),
        Event::RequestChanges => Some(State::ChangesRequested),
        Event::Refuse => Some(State::Refused),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
