//! `[retention]`: how long what is only kept for the record is kept.

use chrono::TimeDelta;
use serde::Deserialize;

/// How long what is only kept for the record is kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Days for which jobs that are done are kept.
    pub jobs_days: u32,
    /// Days for which the body and the source of a delivery are kept that says nothing more: a duplicate, a test, one that
    /// cannot be read. Those of which requests are folded stay.
    pub deliveries_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            jobs_days: 30,
            deliveries_days: 365,
        }
    }
}

impl Retention {
    /// For how long jobs that are done are kept.
    pub fn jobs(&self) -> TimeDelta {
        TimeDelta::days(self.jobs_days.into())
    }

    /// For how long deliveries are kept that say nothing more.
    pub fn deliveries(&self) -> TimeDelta {
        TimeDelta::days(self.deliveries_days.into())
    }
}
