//! Everything a browser or script reaches: the API, `/auth`, the page, health.

mod assets;
pub mod caller;
pub mod error;
mod health;
pub mod metrics;
pub mod request_id;
mod security;

use std::sync::Arc;

use axum::{Extension, Router, http::HeaderName, middleware, routing::get};
use engine::{
    Engine, Pool,
    http::{Api, Origins, routes as graphql_routes},
    trace::Traces,
};
use metrics_exporter_prometheus::PrometheusHandle;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

use crate::{
    actions::Mutations,
    authorizations::{
        self, Receiver,
        gateways::{self, Gateways},
        tokens::{self, routes::Tokens},
    },
    config::Config,
    directory::sync::{self, Syncer},
    identity::{self, authenticator::Authenticator, routes::Identity},
};
use caller::AddressHeader;

/// What the server is made of.
pub struct Parts {
    /// The configuration.
    pub config: Config,
    /// The database.
    pub pool: Pool,
    /// The API.
    pub engine: Arc<Engine<Mutations>>,
    /// What is counted, if somebody may see it.
    pub recorder: Option<PrometheusHandle>,
    /// Proves callers.
    pub authenticator: Authenticator,
    /// Signing in.
    pub identity: Arc<Identity>,
    /// Syncs.
    pub syncer: Syncer,
    /// Deliveries of DataPass.
    pub receiver: Receiver,
    /// Tokens that are shown.
    pub tokens: Tokens,
    /// Gateways' questions.
    pub gateways: Gateways,
    /// Where traces are sent, if they are.
    pub traces: Option<Traces>,
}

/// The whole server.
pub fn router(parts: Parts) -> Router {
    let policy = security::Policy::new(&parts.config);
    let numbers = metrics::routes(
        &parts.config.server,
        Arc::clone(&parts.engine),
        parts.recorder,
    );
    let address_header: Option<HeaderName> = parts
        .config
        .limits
        .address_header
        .as_ref()
        .and_then(|name| name.try_into().ok());
    let api = Api {
        engine: parts.engine,
        authenticator: parts.authenticator.clone(),
        body_limit: parts.config.limits.body_bytes,
        origins: Origins::parse(&parts.config.server.origins),
        address_header: address_header.clone(),
    };
    let told = Router::new()
        .merge(graphql_routes(api))
        .merge(identity::routes::routes(parts.identity))
        .merge(sync::routes::routes(parts.syncer, parts.authenticator))
        .merge(authorizations::routes::routes(parts.receiver))
        .merge(authorizations::apis::routes(&parts.config.datapass))
        .merge(tokens::routes::routes(parts.tokens))
        .merge(gateways::routes(parts.gateways))
        .layer(Extension(AddressHeader(address_header)));
    let told = match parts.traces {
        Some(traces) => traces.around(told),
        None => told,
    };
    told.merge(health::routes(parts.pool))
        .merge(numbers)
        .layer(CompressionLayer::new())
        .fallback_service(get(assets::serve))
        .layer(axum::extract::DefaultBodyLimit::max(
            parts.config.limits.body_bytes,
        ))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(
            Arc::new(policy),
            security::protect,
        ))
        .layer(middleware::from_fn(request_id::assign))
}
