//! Subscriptions over graphql-transport-ws. The socket is closed when the session that opened it ends.

use std::sync::Arc;

use async_graphql::{Data, Executor, ObjectType, Request, Response as GraphqlResponse};
use async_graphql_axum::{GraphQLProtocol, GraphQLWebSocket};
use axum::{
    extract::{State, WebSocketUpgrade, ws::WebSocket},
    http::{HeaderMap, HeaderName, HeaderValue},
    response::Response,
};
use futures::{StreamExt, future::BoxFuture, stream::BoxStream};
use tokio::sync::oneshot;

use super::{Api, Authenticate, Channel};
use crate::{
    Engine, Session,
    error::{Code, GraphqlError},
};

pub(super) async fn upgrade<A: Authenticate, M: ObjectType + 'static>(
    State(api): State<Arc<Api<A, M>>>,
    protocol: GraphQLProtocol,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade
        .protocols(async_graphql::http::ALL_WEBSOCKET_PROTOCOLS)
        .max_message_size(api.body_limit)
        .on_upgrade(move |socket| serve(api, socket, protocol, headers))
}

async fn serve<A: Authenticate, M: ObjectType + 'static>(
    api: Arc<Api<A, M>>,
    socket: WebSocket,
    protocol: GraphQLProtocol,
    headers: HeaderMap,
) {
    let (report, ended) = oneshot::channel::<BoxFuture<'static, ()>>();
    let executor = SocketExecutor(Arc::clone(&api.engine));
    let served = GraphQLWebSocket::new(socket, executor, protocol)
        .on_connection_init(move |payload| async move {
            let headers = with_init_headers(headers, &payload);
            let authenticated = api
                .authenticator
                .authenticate(&headers, Channel::Socket)
                .await
                .map_err(|error| async_graphql::Error::new(error.message))?;
            // The receiver lives as long as the socket.
            let _ = report.send(authenticated.ended);
            let mut data = Data::default();
            data.insert(authenticated.session);
            Ok(data)
        })
        .serve();
    let session_ended = async {
        match ended.await {
            Ok(ended) => ended.await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = served => {}
        () = session_ended => {}
    }
}

/// The headers of the upgrade, with credentials and session variables of `connection_init` (`{"headers": {…}}`) over
/// them. Others are the browser's word on where the page comes from, and not the page's to change.
fn with_init_headers(mut headers: HeaderMap, payload: &serde_json::Value) -> HeaderMap {
    let given = payload
        .get("headers")
        .and_then(serde_json::Value::as_object);
    for (name, value) in given.into_iter().flatten() {
        let name = HeaderName::try_from(name.as_str());
        let value = value.as_str().map(HeaderValue::from_str);
        if let (Ok(name), Some(Ok(value))) = (name, value)
            && (name == "authorization" || name.as_str().starts_with("x-hasura-"))
        {
            headers.insert(name, value);
        }
    }
    headers
}

/// Runs the operations of a socket; shared by all of them.
struct SocketExecutor<M>(Arc<Engine<M>>);

impl<M> Clone for SocketExecutor<M> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<M: ObjectType + 'static> Executor for SocketExecutor<M> {
    async fn execute(&self, request: Request) -> GraphqlResponse {
        let mut answers = self.execute_stream(request, None);
        answers.next().await.unwrap_or_default()
    }

    fn execute_stream(
        &self,
        request: Request,
        session_data: Option<Arc<Data>>,
    ) -> BoxStream<'static, GraphqlResponse> {
        let session = session_data.as_ref().and_then(|data| {
            data.get(&std::any::TypeId::of::<Session>())?
                .downcast_ref::<Session>()
                .cloned()
        });
        let Some(session) = session else {
            let error = GraphqlError::new(Code::AccessDenied, "the connection has no session");
            return futures::stream::once(async {
                GraphqlResponse::from_errors(vec![error.into()])
            })
            .boxed();
        };
        self.0.stream(session, request)
    }
}
