//! `/metrics`: numbers for Prometheus, for whoever sends the metrics secret as a bearer token or the operator's secret.
//!
//! Without either in the configuration nothing is counted, and the path does not exist.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use engine::{Engine, execute::SECONDS_OF_BUCKETS};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use subtle::ConstantTimeEq;

use crate::{
    actions::Mutations,
    config::{Secret, Server},
    identity::authenticator::ADMIN_SECRET,
};

/// How often what was measured is summed up, so that its memory is bounded when nobody asks.
const UPKEEP: Duration = Duration::from_secs(5);

/// Counts from now on, if somebody may see it. To be called before the engine is made, which says what the numbers
/// mean.
pub fn recorder(server: &Server) -> Result<Option<PrometheusHandle>, BuildError> {
    if server.metrics_secret.is_none() && server.admin_secret.is_none() {
        return Ok(None);
    }
    PrometheusBuilder::new()
        .set_buckets(&SECONDS_OF_BUCKETS)?
        .install_recorder()
        .map(Some)
}

/// Sums up what was measured, for ever.
pub async fn keep_up(recorder: Option<PrometheusHandle>) {
    let Some(recorder) = recorder else { return };
    loop {
        tokio::time::sleep(UPKEEP).await;
        recorder.run_upkeep();
    }
}

struct Numbers {
    recorder: PrometheusHandle,
    engine: Arc<Engine<Mutations>>,
    metrics_secret: Option<Secret>,
    admin_secret: Option<Secret>,
}

/// The route.
pub(super) fn routes(
    server: &Server,
    engine: Arc<Engine<Mutations>>,
    recorder: Option<PrometheusHandle>,
) -> Router {
    let numbers = recorder.map(|recorder| Numbers {
        recorder,
        engine,
        metrics_secret: server.metrics_secret.clone(),
        admin_secret: server.admin_secret.clone(),
    });
    // The path is taken in any case: it would be one of the page's otherwise.
    Router::new()
        .route("/metrics", get(answer))
        .with_state(Arc::new(numbers))
}

async fn answer(State(numbers): State<Arc<Option<Numbers>>>, headers: HeaderMap) -> Response {
    let Some(numbers) = numbers.as_ref() else {
        return (StatusCode::NOT_FOUND, "not found").into_response();
    };
    if !numbers.may_see(&headers) {
        let problem = "the metrics secret is sent as a bearer token";
        return (StatusCode::FORBIDDEN, problem).into_response();
    }
    numbers.engine.observe();
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], numbers.recorder.render()).into_response()
}

impl Numbers {
    fn may_see(&self, headers: &HeaderMap) -> bool {
        let sent = |name| headers.get(name).map(HeaderValue::as_bytes);
        let bearer = sent(header::AUTHORIZATION).and_then(|sent| sent.strip_prefix(b"Bearer "));
        let operator = headers.get(ADMIN_SECRET).map(HeaderValue::as_bytes);
        is(self.metrics_secret.as_ref(), bearer) || is(self.admin_secret.as_ref(), operator)
    }
}

/// Whether what was sent is the secret, in constant time.
fn is(secret: Option<&Secret>, sent: Option<&[u8]>) -> bool {
    let Some((secret, sent)) = secret.zip(sent) else {
        return false;
    };
    secret.expose().as_bytes().ct_eq(sent).into()
}
