//! GraphQL over HTTP, WebSocket and server-sent events.
//!
//! Who asks is decided by an [`Authenticate`] that the caller brings; everything else of a request is here.

mod accept;
mod address;
mod callers;
mod cors;
mod entry;
mod events;
mod explain;
mod persisted;
mod rate;
mod read;
mod respond;
mod socket;
mod standalone;

use std::{future::Future, sync::Arc};

use async_graphql::ObjectType;
use axum::{
    Json, Router,
    http::{HeaderMap, HeaderName, header},
    routing::{get, post},
};
use futures::future::BoxFuture;

pub use address::address;
pub use cors::Origins;
pub(crate) use persisted::sha256;
pub use standalone::standalone;

use crate::{Engine, GraphqlError, Session};
use callers::Counter;
use persisted::Persisted;
use rate::Rates;

/// The path of the API.
pub const PATH: &str = "/v1/graphql";

/// How many operations may run on one socket.
const OPERATIONS: usize = 100;

/// How a request arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// One request with its own headers.
    Request,
    /// A WebSocket; headers of the upgrade and of `connection_init` together.
    Socket,
}

/// A proven session and when it ends.
pub struct Authenticated {
    /// Who asks.
    pub session: Session,
    /// Resolves when the session or its token ends; a socket is closed then.
    pub ended: BoxFuture<'static, ()>,
}

/// Decides who asks.
pub trait Authenticate: Send + Sync + 'static {
    /// The session of a request with these headers, or Hasura's error for it.
    fn authenticate(
        &self,
        headers: &HeaderMap,
        channel: Channel,
    ) -> impl Future<Output = Result<Authenticated, GraphqlError>> + Send;

    /// Whether `connection_init` of a socket may set a header: those that prove or say who asks, and no other.
    fn is_credential(&self, name: &HeaderName) -> bool {
        is_credential(name)
    }
}

/// The headers that prove or say who asks, wherever tokens have no place of their own.
pub(crate) fn is_credential(name: &HeaderName) -> bool {
    name == header::AUTHORIZATION || name.as_str().starts_with("x-hasura-")
}

/// What the routes share.
pub struct Api<A, M> {
    /// The engine.
    pub engine: Arc<Engine<M>>,
    /// Who decides who asks.
    pub authenticator: A,
    /// The largest body, and the largest message of a socket, in bytes.
    pub body_limit: usize,
    /// Pages of which other sites may call the API.
    pub origins: Origins,
    /// The header in which a proxy of ours says where a request came from; without it, the connection tells.
    pub address_header: Option<HeaderName>,
}

/// An API at work.
struct Door<A, M> {
    api: Api<A, M>,
    persisted: Persisted,
    rates: Rates,
    sockets: Counter,
    streams: Counter,
}

/// The routes of the API.
pub fn routes<A: Authenticate, M: ObjectType + 'static>(api: Api<A, M>) -> Router {
    let cors = api.origins.layer();
    let door = Arc::new(Door {
        api,
        persisted: Persisted::new(),
        rates: Rates::default(),
        sockets: Counter::new("sockets of a caller"),
        streams: Counter::new("event streams of a caller"),
    });
    let methods = get(entry::get::<A, M>)
        .post(entry::post::<A, M>)
        .options(entry::options);
    let routes = Router::new()
        .route(PATH, methods.clone())
        .route("/graphql", methods)
        .route("/v1/graphql/explain", post(explain::answer::<A, M>))
        .route("/v1/version", get(version))
        .with_state(door);
    match cors {
        Some(cors) => routes.layer(cors),
        None => routes,
    }
}

async fn version() -> Json<serde_json::Value> {
    Json(serde_json::json!({ "version": env!("CARGO_PKG_VERSION") }))
}
