//! API tokens: what grants yield. A token is a row, never deleted; its JWT is made when it is shown.
//!
//! - **life**: issued, prolonged, blacklisted at once or from a day on, replaced ([`life`]).
//! - **JWT**: its signed form, by keys, issuer and audience of its own ([`jwt`]). What it may do is read from the row: a
//!   prolonged token is signed anew under the same `jti`, and its older forms go on working.
//! - **link**: shows a token once ([`links`]).
//! - **notice**: a letter before, and when, a token ends ([`expiry`]).
//! - **prolongation**: an applicant's answers when asking for a longer life ([`prolongation`]).

pub mod actions;
pub mod expiry;
pub mod jwt;
pub mod life;
pub mod links;
mod prolongation;
pub mod routes;

use chrono::{DateTime, Months, Utc};

/// How long a token lives after the approval that issued or prolonged it, in months (reference/datapass.md § 3.2).
pub(super) const LIFETIME: Months = Months::new(18);

/// When a token ends that was approved then.
pub(super) fn end(approved_at: DateTime<Utc>, lifetime: Months) -> DateTime<Utc> {
    approved_at
        .checked_add_months(lifetime)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
