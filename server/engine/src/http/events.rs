//! Answers as server-sent events, for clients without sockets: one stream for each operation (graphql-sse, "distinct
//! connections").

use std::{convert::Infallible, sync::Arc, time::Duration};

use async_graphql::{ObjectType, Request};
use axum::response::{
    IntoResponse, Response, Sse,
    sse::{Event, KeepAlive},
};
use futures::{StreamExt, stream};

use super::{Authenticated, callers::Open};
use crate::{Engine, execute::Answer};

/// How often a comment says that the stream is alive.
const ALIVE: Duration = Duration::from_secs(12);

/// The stream of an operation; it ends with the operation or with the caller's session. It is open for as long as it is
/// sent.
pub(super) fn respond<M: ObjectType + 'static>(
    engine: &Arc<Engine<M>>,
    entered: Authenticated,
    request: Request,
    open: Open,
) -> Response {
    let answers = engine
        .stream(entered.session, request)
        .map(Answer::into_json)
        .map(|body| Event::default().event("next").data(body));
    let complete = stream::once(async { Event::default().event("complete").data("") });
    let events = answers
        .chain(complete)
        .take_until(entered.ended)
        .map(move |event| {
            let _held = &open;
            Ok::<_, Infallible>(event)
        });
    Sse::new(events)
        .keep_alive(KeepAlive::new().interval(ALIVE))
        .into_response()
}
