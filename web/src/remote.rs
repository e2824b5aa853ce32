//! What the page shows of the server: a value that is asked for, asked again when what it depends on changes, and kept
//! on screen meanwhile so that nothing jumps. Leaving the page aborts the request.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;

use futures::future::abortable;
use graphql_client::GraphQLQuery;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{ApiError, live};

/// A value of the server: not there yet, there, or refused.
pub struct Remote<T: Send + Sync + 'static> {
    value: RwSignal<Option<Result<T, ApiError>>>,
    busy: RwSignal<bool>,
    again: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Remote<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Remote<T> {}

impl<T: Clone + Send + Sync + 'static> Remote<T> {
    fn new() -> Self {
        Self {
            value: RwSignal::new(None),
            busy: RwSignal::new(true),
            again: RwSignal::new(0),
        }
    }

    /// The latest answer, tracked.
    pub fn get(self) -> Option<Result<T, ApiError>> {
        self.value.get()
    }

    /// The latest value, tracked, if the latest answer was one.
    pub fn ok(self) -> Option<T> {
        self.value.with(|value| {
            value
                .as_ref()
                .and_then(|value| value.as_ref().ok().cloned())
        })
    }

    /// Why the latest answer was a refusal, tracked.
    pub fn error(self) -> Option<ApiError> {
        self.value.with(|value| {
            value
                .as_ref()
                .and_then(|value| value.as_ref().err().cloned())
        })
    }

    /// Whether a newer answer is awaited, tracked.
    pub fn is_busy(self) -> bool {
        self.busy.get()
    }

    /// Counts the answers after the first one: what was asked for at the same time need not be asked for again.
    pub fn moves(self) -> Signal<u32> {
        let moves = RwSignal::new(0);
        Effect::new(move |was_there: Option<bool>| {
            let is_there = self.value.with(Option::is_some);
            if was_there == Some(true) {
                moves.update(|moves| *moves += 1);
            }
            is_there
        });
        moves.into()
    }

    /// Asks again.
    pub fn reload(self) {
        self.again.update(|again| *again += 1);
    }
}

/// Asks now, and again whenever a signal that `ask` reads changes.
pub fn remote<T, Fut>(ask: impl Fn() -> Fut + 'static) -> Remote<T>
where
    T: Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<T, ApiError>> + 'static,
{
    remote_of(Box::new(move || Box::pin(ask())))
}

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// Erases the question's type, so that this is in the page once for each kind of answer.
fn remote_of<T: Clone + Send + Sync + 'static>(ask: Box<dyn Fn() -> Answer<T>>) -> Remote<T> {
    let remote = Remote::new();
    Effect::new(move |_| {
        remote.again.track();
        let (answer, abort) = abortable(ask());
        on_cleanup(move || abort.abort());
        remote.busy.set(true);
        spawn_local(async move {
            if let Ok(answer) = answer.await {
                remote.busy.try_set(false);
                remote.value.try_set(Some(answer));
            }
        });
    });
    remote
}

/// Subscribes now, and anew whenever a signal that `variables` reads changes. Busy while the connection is sought.
pub fn live<Q>(variables: impl Fn() -> Q::Variables + 'static) -> Remote<Q::ResponseData>
where
    Q: GraphQLQuery + 'static,
    Q::ResponseData: Clone + Send + Sync + 'static,
{
    let remote = Remote::new();
    let held = StoredValue::new_local(RefCell::new(None));
    Effect::new(move |_| {
        remote.again.track();
        let subscription = live::subscribe::<Q>(variables(), move |event| {
            remote
                .busy
                .try_set(matches!(event, live::Event::Interrupted));
            match event {
                live::Event::Data(data) => drop(remote.value.try_set(Some(Ok(data)))),
                live::Event::Refused(error) => drop(remote.value.try_set(Some(Err(error)))),
                live::Event::Interrupted => {}
            }
        });
        held.with_value(|held| held.replace(Some(subscription)));
    });
    remote
}
