//! Looks at slices alone, when one of them made a statement of many fail or was slow before.
//!
//! The rounds of the others go on meanwhile. Everybody is looked at shortly first, so that nobody who is quick waits for
//! those who are slow; of these, one statement of all live queries runs at a time.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Semaphore, time::Instant};

use super::{LiveQueries, poller::Poller};
use crate::{
    error::{Code, GraphqlError},
    model::Value,
};

/// Which part of its time a slice may take that is not slow.
const QUICK: u32 = 10;
/// For how long batches are smaller after one that was too large.
const SMALLER: Duration = Duration::from_mins(1);

impl Poller {
    /// Looks at each of a batch that failed. Where nobody is to blame, it was too large.
    pub(super) async fn sort_out(self: Arc<Self>, live: Arc<LiveQueries>, batch: Vec<Vec<Value>>) {
        let size = batch.len();
        if Arc::clone(&self).look_apart(live, batch).await {
            let smaller = (size.div_ceil(2), Instant::now() + SMALLER);
            self.slices().smaller = Some(smaller);
        }
    }

    /// Looks at each alone; whether all were quick.
    pub(super) async fn look_apart(
        self: Arc<Self>,
        live: Arc<LiveQueries>,
        members: Vec<Vec<Value>>,
    ) -> bool {
        let quick = self.time.map(|time| time / QUICK);
        let mut slow = Vec::new();
        let mut is_quick = true;
        for values in members {
            let Some((round, answer)) = self.alone(&live, &live.short_turn, quick, &values).await
            else {
                continue;
            };
            is_quick &= answer.is_ok();
            match answer {
                Err(error) if error.code == Code::LimitExceeded => {
                    self.slices().suspect(values.clone());
                    slow.push(values);
                    continue;
                }
                Ok(_) => {
                    self.slices().suspects.remove(&values);
                }
                Err(_) => {}
            }
            self.publish(round, &values, answer);
        }
        for values in slow {
            let looked = self.alone(&live, &live.last_turn, self.time, &values).await;
            if let Some((round, answer)) = looked {
                self.publish(round, &values, answer);
            }
        }
        is_quick
    }

    /// Looks at a slice, if somebody still follows it.
    async fn alone(
        &self,
        live: &LiveQueries,
        turns: &Semaphore,
        time: Option<Duration>,
        values: &Vec<Value>,
    ) -> Option<(u64, Result<String, GraphqlError>)> {
        let _turn = turns.acquire().await.ok()?;
        let round = self.begin_alone(values)?;
        let alone = std::slice::from_ref(values);
        let answer = live
            .work(time, async |conn| self.answers(conn, alone).await)
            .await;
        Some((
            round,
            answer.map(|mut answers| answers.pop().unwrap_or_default()),
        ))
    }

    /// Begins a round of one; `None` when nobody follows any more, and the slice is forgotten.
    fn begin_alone(&self, values: &[Value]) -> Option<u64> {
        let mut slices = self.slices();
        let slice = slices.by_values.get_mut(values)?;
        if slice.sender.receiver_count() == 0 {
            slices.by_values.remove(values);
            return None;
        }
        slice.is_awaited = false;
        slices.round += 1;
        Some(slices.round)
    }
}
