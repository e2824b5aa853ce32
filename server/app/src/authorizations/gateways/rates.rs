//! How often tokens are used. Counted by each server process for itself: with two of them a token may be used twice as
//! often in the worst case.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use moka::sync::Cache;
use uuid::Uuid;

/// How many tokens are counted at a time; of the longest unused the count is forgotten.
const TOKENS: u64 = 100_000;
/// A full minute's count is empty again after a minute.
const IDLE: Duration = Duration::from_mins(2);

/// The counts.
pub(super) struct Rates(Cache<(Uuid, NonZeroU32), Arc<DefaultDirectRateLimiter>>);

impl Default for Rates {
    fn default() -> Self {
        Self(
            Cache::builder()
                .max_capacity(TOKENS)
                .time_to_idle(IDLE)
                .build(),
        )
    }
}

impl Rates {
    /// Counts one use of a token that may be used so often in a minute; whether that was not too often.
    pub(super) fn count(&self, token: Uuid, per_minute: Option<i32>) -> bool {
        let Some(most) = per_minute
            .and_then(|most| u32::try_from(most).ok())
            .and_then(NonZeroU32::new)
        else {
            return true;
        };
        let limiter = self.0.get_with((token, most), || {
            Arc::new(RateLimiter::direct(Quota::per_minute(most)))
        });
        limiter.check().is_ok()
    }
}
