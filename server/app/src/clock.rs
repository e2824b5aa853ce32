//! The only place that reads the clock; everything else is told the time.

use chrono::{DateTime, Utc};

/// The present time.
#[expect(clippy::disallowed_methods, reason = "this module is the clock")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}
