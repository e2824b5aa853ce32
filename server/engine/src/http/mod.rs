//! GraphQL over HTTP and WebSocket.
//!
//! Who asks is decided by an [`Authenticate`] that the caller brings; everything else of a request is here.

mod graphql;
mod websocket;

use std::{future::Future, sync::Arc};

use async_graphql::ObjectType;
use axum::{
    Router,
    http::HeaderMap,
    routing::{get, post},
};
use futures::future::BoxFuture;

use crate::{Engine, GraphqlError, Session};

/// The path of the API.
pub const PATH: &str = "/v1/graphql";

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
}

/// What the routes share.
pub struct Api<A, M> {
    /// The engine.
    pub engine: Arc<Engine<M>>,
    /// Who decides who asks.
    pub authenticator: A,
    /// The largest body in bytes.
    pub body_limit: usize,
}

/// The routes of the API.
pub fn routes<A: Authenticate, M: ObjectType + 'static>(api: Api<A, M>) -> Router {
    let methods = get(websocket::upgrade::<A, M>).merge(post(graphql::answer::<A, M>));
    Router::new()
        .route(PATH, methods.clone())
        .route("/graphql", methods)
        .with_state(Arc::new(api))
}
