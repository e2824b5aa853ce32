//! How many requests a caller may send in a minute.
//!
//! Who counts as one caller within a role, the role's limits say.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::StatusCode;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};

use super::{callers::caller, respond::Refusal};
use crate::{
    Session,
    error::{Code, GraphqlError},
    execute::limits::{Counted, Limits},
    model::array_literal,
};

/// How many callers are remembered before those who have been quiet are forgotten.
const CALLERS: usize = 10_000;

type Limiter = DefaultKeyedRateLimiter<String>;

/// The callers of each role.
#[derive(Default)]
pub(super) struct Rates(Mutex<HashMap<String, Arc<Limiter>>>);

impl Rates {
    /// Counts requests of a caller; refuses them when it sent too many.
    pub(super) fn count(
        &self,
        limits: Option<&Limits>,
        session: &Session,
        address: &str,
        requests: usize,
    ) -> Result<(), Refusal> {
        let Some((per_minute, counted)) =
            limits.and_then(|limits| Some((limits.per_minute?, &limits.counted)))
        else {
            return Ok(());
        };
        let limiter = self.of(session.role(), per_minute);
        if limiter.len() > CALLERS {
            limiter.retain_recent();
        }
        let caller = match counted {
            Counted::Person => caller(session, address),
            Counted::Role => String::new(),
            Counted::Address => address.to_owned(),
            // Those who lack a variable are one among themselves.
            Counted::Variables(names) => {
                let values = names.iter().map(|name| session.variable(name));
                array_literal(values)
            }
        };
        let requests = u32::try_from(requests).unwrap_or(u32::MAX);
        let requests = NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN);
        match limiter.check_key_n(&caller, requests) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(later)) => {
                let wait = later.wait_time_from(limiter.clock().now()).as_secs() + 1;
                Err(refused(per_minute, Some(wait)))
            }
            Err(_) => Err(refused(per_minute, None)),
        }
    }

    fn of(&self, role: &str, per_minute: NonZeroU32) -> Arc<Limiter> {
        let mut limiters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(limiter) = limiters.get(role) {
            return Arc::clone(limiter);
        }
        let limiter = Arc::new(RateLimiter::keyed(Quota::per_minute(per_minute)));
        limiters.insert(role.to_owned(), Arc::clone(&limiter));
        limiter
    }
}

fn refused(per_minute: NonZeroU32, retry_after: Option<u64>) -> Refusal {
    let problem = format!("more than {per_minute} requests in a minute");
    let error = GraphqlError::new(Code::LimitExceeded, problem);
    Refusal {
        retry_after,
        ..Refusal::new(StatusCode::TOO_MANY_REQUESTS, error)
    }
}
