//! `[retention]`: how long what is only kept for the record is kept.

use chrono::TimeDelta;
use serde::Deserialize;

use super::ConfigError;

/// A letter about the end of a token is due for 30 days at most, from 90 to 60 days before it, and only its job says that
/// it was sent.
const FEWEST_JOBS_DAYS: u32 = 31;

/// How long what is only kept for the record is kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Days for which jobs that are done, and links of contacts that have ended, are kept.
    pub jobs_days: u32,
    /// Days for which the body and the source of a delivery are kept that says nothing more: a duplicate, a test, one that
    /// cannot be read. Those of which requests are folded stay.
    pub deliveries_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            jobs_days: FEWEST_JOBS_DAYS,
            deliveries_days: 365,
        }
    }
}

impl Retention {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.jobs_days < FEWEST_JOBS_DAYS {
            return Err(ConfigError::Contradictory(format!(
                "retention.jobs_days: {} is fewer than {FEWEST_JOBS_DAYS}: jobs that are done remember which letters \
                 about the end of a token were sent, and would be forgotten before the next one is due",
                self.jobs_days
            )));
        }
        Ok(())
    }

    /// For how long jobs that are done, and links of contacts that have ended, are kept.
    pub fn jobs(&self) -> TimeDelta {
        TimeDelta::days(self.jobs_days.into())
    }

    /// For how long deliveries are kept that say nothing more.
    pub fn deliveries(&self) -> TimeDelta {
        TimeDelta::days(self.deliveries_days.into())
    }
}
