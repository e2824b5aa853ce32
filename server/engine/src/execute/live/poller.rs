//! One statement, run again and again for all who subscribed to it.
//!
//! Subscribers with the same values share a slice: its answer is computed once and compared once.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use diesel_async::AsyncPgConnection;
use futures::Stream;
use tokio::{
    sync::{Notify, watch},
    time::Instant,
};

use super::{LiveQueries, PAUSE, POLL, statement};
use crate::{
    error::{Code, GraphqlError},
    execute::statement::Preparation,
    model::Value,
    sql::{Compiled, Statement, multiplexed::Multiplexed},
};

/// The most slices of one statement's run, as in Hasura.
const BATCH: usize = 100;
/// How many values are remembered that made others wait; finding so many takes their subscribers long.
const SUSPECTS: usize = 1000;

/// What subscriptions have in common that share a statement: its text, and the values that cannot differ.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct PollerKey {
    text: String,
    shared: Vec<Value>,
    /// How long it may take.
    time: Option<Duration>,
}

impl PollerKey {
    /// The key of a statement with these values, and the values of the subscriber's own.
    pub(super) fn new(
        statement: &Statement,
        values: &[Value],
        time: Option<Duration>,
    ) -> (Self, Vec<Value>) {
        let multiplexed = Multiplexed::new(statement);
        let key = Self {
            text: statement.text(),
            shared: multiplexed.shared_values(values),
            time,
        };
        (key, multiplexed.own_values(values))
    }
}

type Answer = Result<Arc<str>, GraphqlError>;

/// What the subscribers of a slice see.
#[derive(Debug, Clone, Default)]
pub(super) struct Published {
    /// In which round it was found.
    round: u64,
    answer: Option<Answer>,
}

pub(super) struct Slice {
    pub(super) sender: watch::Sender<Published>,
    /// Whether somebody came since it was last looked at.
    pub(super) is_awaited: bool,
    /// Whether it is looked at alone, so that rounds pass it by.
    pub(super) is_apart: bool,
}

pub(super) struct Slices {
    /// The number of the last round; a look at one slice alone is a round, too.
    pub(super) round: u64,
    pub(super) by_values: HashMap<Vec<Value>, Slice>,
    /// Values that PostgreSQL took long for or refused, also of subscribers who have left: they make nobody wait again.
    pub(super) suspects: HashSet<Vec<Value>>,
    /// How many slices are looked at together until then, when more took too long.
    pub(super) smaller: Option<(usize, Instant)>,
}

impl Slices {
    /// How many are looked at together.
    fn batch(&self) -> usize {
        match self.smaller {
            Some((size, end)) if Instant::now() < end => size,
            _ => BATCH,
        }
    }

    /// Remembers values of a slice that made others wait, or would have.
    pub(super) fn suspect(&mut self, values: Vec<Value>) {
        if self.suspects.len() >= SUSPECTS {
            self.suspects.clear();
        }
        self.suspects.insert(values);
    }
}

/// Whose answers are due.
struct Due {
    round: u64,
    together: Vec<Vec<Value>>,
    apart: Vec<Vec<Value>>,
}

pub(super) struct Poller {
    statement: Statement,
    multiplexed: Multiplexed,
    shared: Vec<Value>,
    pub(super) time: Option<Duration>,
    tables: Option<BTreeSet<String>>,
    slices: Mutex<Slices>,
    newcomer: Notify,
}

impl Poller {
    pub(super) fn new(compiled: &Compiled, key: &PollerKey) -> Self {
        Self {
            statement: compiled.json.clone(),
            multiplexed: Multiplexed::new(&compiled.json),
            shared: key.shared.clone(),
            time: key.time,
            tables: compiled.tables.clone(),
            slices: Mutex::new(Slices {
                round: 0,
                by_values: HashMap::new(),
                suspects: HashSet::new(),
                smaller: None,
            }),
            newcomer: Notify::new(),
        }
    }

    pub(super) fn slices(&self) -> MutexGuard<'_, Slices> {
        self.slices.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answers for these values: one of a round that begins from now on, then each that differs.
    pub(super) fn subscribe(&self, own: Vec<Value>) -> impl Stream<Item = Answer> + use<> {
        let mut slices = self.slices();
        let joined = slices.round;
        let slice = slices.by_values.entry(own).or_insert_with(|| Slice {
            sender: watch::Sender::default(),
            is_awaited: true,
            is_apart: false,
        });
        slice.is_awaited = true;
        let follower = Follower {
            published: slice.sender.subscribe(),
            joined,
            last: None,
        };
        drop(slices);
        self.newcomer.notify_one();
        futures::stream::try_unfold(follower, async |mut follower| {
            let answer = follower.next().await?;
            Ok(answer.map(|answer| (answer, follower)))
        })
    }

    /// Runs the statement for as long as somebody listens.
    pub(super) async fn run(self: Arc<Self>, live: Arc<LiveQueries>, key: PollerKey) {
        let mut watch = live.changes.watch(self.tables.clone());
        let mut last = Instant::now();
        loop {
            let is_for_newcomers = self.wait(&mut watch, last).await;
            if !is_for_newcomers {
                // Newcomers alone do not make the others' changes old.
                watch.forget();
                last = Instant::now();
            }
            let Some(due) = self.due(&live, &key, is_for_newcomers) else {
                return;
            };
            if !due.apart.is_empty() {
                tokio::spawn(Arc::clone(&self).look_apart(Arc::clone(&live), due.apart));
            }
            let size = self.slices().batch();
            for batch in due.together.chunks(size) {
                self.look(&live, due.round, batch).await;
            }
        }
    }

    /// Waits until there is a reason to look, after everybody was looked at; true when only newcomers are waiting.
    async fn wait(&self, watch: &mut super::changes::Watch, last: Instant) -> bool {
        let due = async {
            tokio::time::sleep_until(last + PAUSE).await;
            watch.changed(last + POLL).await;
        };
        tokio::select! {
            () = self.newcomer.notified() => true,
            () = due => false,
        }
    }

    /// Begins a round: whose answers are due. `None` when nobody listens any more; the poller is forgotten then.
    fn due(&self, live: &LiveQueries, key: &PollerKey, is_for_newcomers: bool) -> Option<Due> {
        let mut pollers = live.pollers.lock().unwrap_or_else(PoisonError::into_inner);
        let mut slices = self.slices();
        // Who is looked at apart is forgotten there.
        slices
            .by_values
            .retain(|_, slice| slice.is_apart || slice.sender.receiver_count() > 0);
        if slices.by_values.is_empty() {
            pollers.remove(key);
            return None;
        }
        drop(pollers);
        slices.round += 1;
        let mut due = Due {
            round: slices.round,
            together: Vec::new(),
            apart: Vec::new(),
        };
        let Slices {
            by_values,
            suspects,
            ..
        } = &mut *slices;
        let waiting = by_values
            .iter_mut()
            .filter(|(_, slice)| !slice.is_apart && (slice.is_awaited || !is_for_newcomers));
        for (values, slice) in waiting {
            slice.is_awaited = false;
            slice.is_apart = suspects.contains(values);
            if slice.is_apart {
                due.apart.push(values.clone());
            } else {
                due.together.push(values.clone());
            }
        }
        Some(due)
    }

    async fn look(self: &Arc<Self>, live: &Arc<LiveQueries>, round: u64, batch: &[Vec<Value>]) {
        let run = async |conn: &mut _| self.answers(conn, batch).await;
        match live.turn(self.time, run).await {
            Ok(answers) => {
                for (values, answer) in batch.iter().zip(answers) {
                    self.publish(round, values, Ok(answer));
                }
            }
            // One whose value PostgreSQL refuses, or takes too long for, must neither end the others nor keep them
            // waiting. A fault of ours is everybody's.
            Err(error) if batch.len() > 1 && error.code != Code::Unexpected => {
                self.set_apart(batch);
                let sorting = Arc::clone(self).sort_out(Arc::clone(live), batch.to_vec());
                tokio::spawn(sorting);
            }
            Err(error) => {
                for values in batch {
                    self.publish(round, values, Err(error.clone()));
                }
            }
        }
    }

    fn set_apart(&self, batch: &[Vec<Value>]) {
        let mut slices = self.slices();
        for values in batch {
            if let Some(slice) = slices.by_values.get_mut(values) {
                slice.is_apart = true;
            }
        }
    }

    pub(super) async fn answers(
        &self,
        conn: &mut AsyncPgConnection,
        batch: &[Vec<Value>],
    ) -> Result<Vec<String>, GraphqlError> {
        if !self.multiplexed.varies() {
            let kept = Preparation::Kept;
            let answer = statement::run(conn, &self.statement, &self.shared, kept).await?;
            return Ok(vec![answer]);
        }
        let values = self.multiplexed.values(batch, &self.shared);
        let pieces = &self.multiplexed.pieces;
        statement::texts(conn, pieces, &values, Preparation::Kept).await
    }

    /// Tells a slice its answer, if it differs or somebody waits for the first one. Rounds are for it again, but an
    /// error is the last that its followers hear.
    pub(super) fn publish(
        &self,
        round: u64,
        values: &[Value],
        answer: Result<String, GraphqlError>,
    ) {
        let mut slices = self.slices();
        if answer
            .as_ref()
            .is_err_and(|error| error.code != Code::Unexpected)
        {
            slices.suspect(values.to_vec());
        }
        let Some(slice) = slices.by_values.get_mut(values) else {
            return;
        };
        slice.is_apart = false;
        let (is_awaited, is_over) = (slice.is_awaited, answer.is_err());
        slice.sender.send_modify(|published| {
            let same = match (&published.answer, &answer) {
                (Some(Ok(last)), Ok(now)) if **last == **now => Some(Arc::clone(last)),
                _ => None,
            };
            published.round = round;
            published.answer = Some(match same {
                Some(same) => Ok(same),
                None => answer.map(Arc::from),
            });
        });
        if is_awaited {
            self.newcomer.notify_one();
        } else if is_over {
            slices.by_values.remove(values);
        }
    }
}

/// One subscriber.
struct Follower {
    published: watch::Receiver<Published>,
    /// Rounds up to this one began before the subscriber came.
    joined: u64,
    last: Option<Arc<str>>,
}

impl Follower {
    /// Waits for an answer that differs from the last one.
    async fn next(&mut self) -> Result<Option<Arc<str>>, GraphqlError> {
        while self.published.changed().await.is_ok() {
            let published = self.published.borrow_and_update().clone();
            let Some(answer) = published.answer.filter(|_| published.round > self.joined) else {
                continue;
            };
            let json = answer?;
            if self.last.as_ref() != Some(&json) {
                self.last = Some(Arc::clone(&json));
                return Ok(Some(json));
            }
        }
        Ok(None)
    }
}
