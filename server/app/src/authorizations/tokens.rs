//! API tokens: what grants yield. A token is a row; its JWT is made when it is shown.

use chrono::{DateTime, Months, Utc};

/// How long a token lives after the approval that issued or prolonged it, in months (reference/datapass.md § 3.2).
pub(super) const LIFETIME: Months = Months::new(18);

/// When a token ends that was approved then.
pub(super) fn end(approved_at: DateTime<Utc>, lifetime: Months) -> DateTime<Utc> {
    approved_at
        .checked_add_months(lifetime)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
