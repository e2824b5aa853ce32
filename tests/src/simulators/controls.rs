//! What every simulator offers to whoever tests against it.
//!
//! - `POST /_control` `{"status": 500 | "delay_ms": n | "truncate": true | "malformed": true, "path": prefix, "after": n,
//!   "times": n}` adds a fault: of the calls whose path begins with `path` (default: all) the first `after` (default 0)
//!   pass, then `times` (default: all that follow) fail. `truncate` breaks the connection in the middle of the body,
//!   `malformed` gives half a body as if it were whole. `{"reset": true}` ends all faults.
//! - `GET /_calls` lists the calls received, oldest first: `[{"method", "path", "operation", "cost"}]`; the latter two are
//!   GraphQL's. The journal keeps the last 100,000.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::stream;
use serde::{Deserialize, Serialize};
use serde_json::json;

const JOURNAL: usize = 100_000;
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// The faults and the journal of one simulator.
#[derive(Debug, Default)]
struct Controls {
    faults: Mutex<Vec<Fault>>,
    calls: Mutex<VecDeque<Call>>,
}

/// A call that was received.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Call {
    method: String,
    path: String,
    #[serde(flatten)]
    graphql: GraphQlCall,
}

/// What a GraphQL handler adds to the journal, as an extension of its response.
#[derive(Debug, Clone, Default, Serialize)]
pub struct GraphQlCall {
    /// The operation's name.
    pub operation: Option<String>,
    /// What the service charges for it.
    pub cost: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Control {
    status: Option<u16>,
    delay_ms: Option<u64>,
    #[serde(default)]
    truncate: bool,
    #[serde(default)]
    malformed: bool,
    #[serde(default)]
    path: String,
    #[serde(default)]
    after: u64,
    times: Option<u64>,
    #[serde(default)]
    reset: bool,
}

#[derive(Debug)]
struct Fault {
    effect: Effect,
    path: String,
    passing: u64,
    failing: Option<u64>,
}

#[derive(Debug, Clone, Copy)]
enum Effect {
    Status(StatusCode),
    Delay(Duration),
    Truncate,
    Malformed,
}

/// Adds the control endpoints to a simulator, and subjects its other routes to them.
pub fn with_controls(router: Router) -> Router {
    let controls = Arc::new(Controls::default());
    router
        .layer(from_fn_with_state(Arc::clone(&controls), observe))
        .merge(
            Router::new()
                .route("/_control", post(control))
                .route("/_calls", get(calls))
                .with_state(controls),
        )
}

/// A lock that does not care whether another holder panicked.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn control(State(controls): State<Arc<Controls>>, Json(control): Json<Control>) -> Response {
    if control.reset {
        lock(&controls.faults).clear();
        return StatusCode::NO_CONTENT.into_response();
    }
    let status = control
        .status
        .and_then(|status| StatusCode::from_u16(status).ok());
    let effect = match (
        status,
        control.delay_ms,
        control.truncate,
        control.malformed,
    ) {
        (Some(status), None, false, false) => Effect::Status(status),
        (None, Some(delay), false, false) => Effect::Delay(Duration::from_millis(delay)),
        (None, None, true, false) => Effect::Truncate,
        (None, None, false, true) => Effect::Malformed,
        _ => {
            return (
                StatusCode::BAD_REQUEST,
                "one of status, delay_ms, truncate, malformed, reset\n",
            )
                .into_response();
        }
    };
    lock(&controls.faults).push(Fault {
        effect,
        path: control.path,
        passing: control.after,
        failing: control.times,
    });
    StatusCode::NO_CONTENT.into_response()
}

async fn calls(State(controls): State<Arc<Controls>>) -> Response {
    let calls: Vec<Call> = lock(&controls.calls).iter().cloned().collect();
    Json(calls).into_response()
}

async fn observe(State(controls): State<Arc<Controls>>, request: Request, next: Next) -> Response {
    let mut call = Call {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        ..Call::default()
    };
    if call.path == "/_data" {
        return next.run(request).await;
    }
    let effect = controls.effect_on(&call.path);
    let response = match effect {
        Some(Effect::Status(status)) => {
            (status, Json(json!({ "message": "a fault was ordered" }))).into_response()
        }
        Some(Effect::Delay(delay)) => {
            tokio::time::sleep(delay).await;
            next.run(request).await
        }
        Some(Effect::Truncate | Effect::Malformed) | None => next.run(request).await,
    };
    if let Some(graphql) = response.extensions().get::<GraphQlCall>() {
        call.graphql = graphql.clone();
    }
    controls.record(call);
    match effect {
        Some(Effect::Truncate) => half(response, Rest::Missing).await,
        Some(Effect::Malformed) => half(response, Rest::Denied).await,
        _ => response,
    }
}

impl Controls {
    /// The first fault that hits a call; every fault counts the calls it matches.
    fn effect_on(&self, path: &str) -> Option<Effect> {
        let mut hit = None;
        for fault in lock(&self.faults)
            .iter_mut()
            .filter(|fault| path.starts_with(&fault.path))
        {
            if fault.passing > 0 {
                fault.passing -= 1;
            } else if hit.is_none() && fault.failing != Some(0) {
                fault.failing = fault.failing.map(|left| left - 1);
                hit = Some(fault.effect);
            }
        }
        hit
    }

    fn record(&self, call: Call) {
        let mut calls = lock(&self.calls);
        if calls.len() == JOURNAL {
            calls.pop_front();
        }
        calls.push_back(call);
    }
}

/// What is said of the half of a body that does not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// It is announced, and the connection breaks before it.
    Missing,
    /// There is no more.
    Denied,
}

async fn half(response: Response, rest: Rest) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, LARGEST_ANSWER).await.unwrap_or_default();
    let half = whole.slice(..whole.len() / 2);
    parts.headers.remove(CONTENT_LENGTH);
    parts
        .headers
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("application/json"));
    if rest == Rest::Denied {
        return Response::from_parts(parts, Body::from(half));
    }
    parts.headers.insert(CONTENT_LENGTH, whole.len().into());
    let chunks: [Result<Bytes, std::io::Error>; 2] = [
        Ok(half),
        Err(std::io::Error::other("the connection was ordered to break")),
    ];
    Response::from_parts(parts, Body::from_stream(stream::iter(chunks)))
}
