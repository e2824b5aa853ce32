//! GitHub's points: so many in an hour, each query costs at least one.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use chrono::{DateTime, TimeDelta, Utc};

const LIMIT: u64 = 5_000;

/// The points of the current window.
#[derive(Debug)]
pub(super) struct RateLimit {
    pub(super) remaining: u64,
    pub(super) reset_at: DateTime<Utc>,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self {
            remaining: LIMIT,
            reset_at: Utc::now() + TimeDelta::hours(1),
        }
    }
}

impl RateLimit {
    /// Pays for a query; gives whether the points sufficed.
    pub(super) fn pay(&mut self, cost: u64) -> bool {
        if Utc::now() >= self.reset_at {
            *self = Self::default();
        }
        if cost > self.remaining {
            return false;
        }
        self.remaining -= cost;
        true
    }

    pub(super) fn limit() -> u64 {
        LIMIT
    }

    pub(super) fn used(&self) -> u64 {
        LIMIT.saturating_sub(self.remaining)
    }

    /// The headers of every answer.
    pub(super) fn headers(&self) -> HeaderMap {
        let values = [
            ("x-ratelimit-limit", LIMIT.to_string()),
            ("x-ratelimit-remaining", self.remaining.to_string()),
            ("x-ratelimit-used", self.used().to_string()),
            ("x-ratelimit-reset", self.reset_at.timestamp().to_string()),
            ("x-ratelimit-resource", "graphql".to_owned()),
        ];
        values
            .into_iter()
            .filter_map(|(name, value)| {
                Some((
                    HeaderName::from_static(name),
                    HeaderValue::try_from(value).ok()?,
                ))
            })
            .collect()
    }
}
