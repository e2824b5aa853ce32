//! Ends requests that take too long: their statements are cancelled in PostgreSQL, their transactions rolled back.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use diesel_async::AsyncPgConnection;
use futures::{FutureExt, future::BoxFuture};
use tokio_postgres::{CancelToken, NoTls};

use crate::error::{Code, GraphqlError};

/// How a cancelled request may still end by itself before it is dropped.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How often cancelling is tried: a request may begin another statement meanwhile.
const REPEAT: Duration = Duration::from_millis(100);

/// Asks PostgreSQL to cancel a statement.
pub type Canceller = Arc<dyn Fn(CancelToken) -> BoxFuture<'static, ()> + Send + Sync>;

/// Cancels over a connection without TLS.
pub fn cancel_plainly() -> Canceller {
    Arc::new(|token| {
        async move {
            if let Err(error) = token.cancel_query(NoTls).await {
                tracing::warn!(%error, "a statement could not be cancelled");
            }
        }
        .boxed()
    })
}

tokio::task_local! {
    static CURRENT: Arc<Deadline>;
}

/// When the time of a request is over.
#[derive(Default)]
pub(super) struct Deadline(Mutex<State>);

#[derive(Default)]
struct State {
    is_over: bool,
    next: usize,
    running: Vec<(usize, CancelToken)>,
}

impl Deadline {
    /// Of the request that is being served, if its time is limited.
    pub(super) fn current() -> Option<Arc<Self>> {
        CURRENT.try_with(Arc::clone).ok()
    }

    pub(super) fn is_over(&self) -> bool {
        self.state().is_over
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A statement that is running, known to the deadline of its request.
pub(super) struct Running(Option<(Arc<Deadline>, usize)>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some((deadline, number)) = &self.0 {
            deadline
                .state()
                .running
                .retain(|(other, _)| other != number);
        }
    }
}

/// Says that a statement begins; refused when the request's time is over.
pub(super) fn begin(conn: &AsyncPgConnection) -> Result<Running, GraphqlError> {
    let Some(deadline) = Deadline::current() else {
        return Ok(Running(None));
    };
    let number = {
        let mut state = deadline.state();
        if state.is_over {
            return Err(over());
        }
        state.next += 1;
        let number = state.next;
        state.running.push((number, conn.cancel_token()));
        number
    };
    Ok(Running(Some((deadline, number))))
}

fn over() -> GraphqlError {
    GraphqlError::new(
        Code::LimitExceeded,
        "the request took too long and was cancelled",
    )
}

/// Does work within its time. Work that succeeded all the same is not undone.
pub(super) async fn within<T, E: From<GraphqlError>>(
    time: Duration,
    cancel: &Canceller,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let deadline = Arc::new(Deadline::default());
    let mut work = std::pin::pin!(CURRENT.scope(Arc::clone(&deadline), work));
    if let Ok(done) = tokio::time::timeout(time, &mut work).await {
        return done;
    }
    deadline.state().is_over = true;
    let cancelling = async {
        loop {
            let tokens: Vec<CancelToken> = deadline
                .state()
                .running
                .iter()
                .map(|(_, token)| token.clone())
                .collect();
            for token in tokens {
                cancel(token).await;
            }
            tokio::time::sleep(REPEAT).await;
        }
    };
    tokio::select! {
        done = work => done.map_err(|_| over().into()),
        () = cancelling => Err(over().into()),
        () = tokio::time::sleep(LAST_WORDS) => Err(over().into()),
    }
}
