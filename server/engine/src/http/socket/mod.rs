//! Operations over sockets: graphql-transport-ws, and the older subprotocol that is named graphql-ws.
//!
//! The socket is closed when the session that opened it ends, however busy or slow the other side is.

mod connection;
mod message;

use std::{sync::Arc, time::Duration};

use async_graphql::ObjectType;
use axum::{
    extract::{WebSocketUpgrade, ws::WebSocket},
    http::{HeaderMap, HeaderName, HeaderValue},
    response::Response,
};
use futures::StreamExt;

use super::{
    Authenticate, Authenticated, Channel, Door,
    callers::{Open, caller},
};
use crate::Session;
use connection::{Connection, Heard};
use message::{Close, Command, Protocol};

/// How long a client may take to say who it is.
const INIT: Duration = Duration::from_secs(3);

pub(super) fn upgrade<A: Authenticate, M: ObjectType + 'static>(
    door: Arc<Door<A, M>>,
    upgrade: WebSocketUpgrade,
    headers: HeaderMap,
    address: String,
) -> Response {
    upgrade
        .protocols(Protocol::NAMES)
        .max_message_size(door.api.body_limit)
        .max_frame_size(door.api.body_limit)
        .on_upgrade(move |socket| serve(door, socket, headers, address))
}

async fn serve<A: Authenticate, M: ObjectType + 'static>(
    door: Arc<Door<A, M>>,
    socket: WebSocket,
    headers: HeaderMap,
    address: String,
) {
    let protocol = socket
        .protocol()
        .and_then(|name| Protocol::named(name.to_str().ok()?));
    let mut connection = Connection::new(socket.split(), protocol.unwrap_or(Protocol::Modern));
    if protocol.is_none() {
        return connection.close(Close::Subprotocol).await;
    }
    let entering = enter(&door, &mut connection, headers, &address);
    let entered = match tokio::time::timeout(INIT, entering).await {
        Ok(entered) => entered,
        Err(_) => Err(Close::Late),
    };
    let (Authenticated { session, ended }, _open) = match entered {
        Ok(entered) => entered,
        Err(close) => return connection.close(close).await,
    };
    let close = tokio::select! {
        close = operate(&door, &mut connection, &session, &address) => close,
        () = ended => Close::Ended,
    };
    connection.close(close).await;
}

/// Waits until the client has said who it is. The socket counts as the caller's from then on.
async fn enter<A: Authenticate, M: ObjectType + 'static>(
    door: &Door<A, M>,
    connection: &mut Connection,
    headers: HeaderMap,
    address: &str,
) -> Result<(Authenticated, Open), Close> {
    loop {
        match connection.hear().await? {
            Heard::Command(Command::Init(payload)) => {
                let headers = with_init_headers(headers, &payload, &door.api.authenticator);
                let entered = door
                    .api
                    .authenticator
                    .authenticate(&headers, Channel::Socket)
                    .await
                    .map_err(|error| Close::Forbidden(error.message))?;
                let open = door
                    .sockets
                    .open(caller(&entered.session, address))
                    .map_err(|error| Close::Crowded(error.message))?;
                connection.welcome().await?;
                return Ok((entered, open));
            }
            Heard::Command(Command::Ping) => connection.pong().await?,
            Heard::Command(Command::Pong) | Heard::Answer(_) => {}
            Heard::Command(Command::Terminate) => return Err(Close::Gone),
            Heard::Command(Command::Start { .. } | Command::Stop(_)) => {
                return Err(Close::Unauthorized);
            }
        }
    }
}

/// Runs the client's operations until the socket is to be closed.
async fn operate<A: Authenticate, M: ObjectType + 'static>(
    door: &Door<A, M>,
    connection: &mut Connection,
    session: &Session,
    address: &str,
) -> Close {
    loop {
        let step = match connection.hear().await {
            Ok(Heard::Answer(answer)) => connection.send(answer).await,
            Ok(Heard::Command(command)) => obey(door, connection, session, address, command).await,
            Err(close) => Err(close),
        };
        if let Err(close) = step {
            return close;
        }
    }
}

async fn obey<A: Authenticate, M: ObjectType + 'static>(
    door: &Door<A, M>,
    connection: &mut Connection,
    session: &Session,
    address: &str,
    command: Command,
) -> Result<(), Close> {
    match command {
        Command::Init(_) => Err(Close::Again),
        Command::Ping => connection.pong().await,
        Command::Pong => Ok(()),
        Command::Terminate => Err(Close::Gone),
        Command::Stop(id) => {
            connection.stop(&id);
            Ok(())
        }
        Command::Start { id, request } => {
            connection.is_free(&id)?;
            let limits = door.api.engine.limits(session.role());
            let accepted = connection
                .has_room()
                .and_then(|()| {
                    door.rates
                        .count(limits, session, address, 1)
                        .map_err(|refusal| *refusal.error)
                })
                .and_then(|()| door.persisted.complete(*request, &door.api.engine));
            match accepted {
                Ok(request) => {
                    let answers = door.api.engine.stream(session.clone(), request);
                    connection.start(id, answers);
                    Ok(())
                }
                Err(error) => connection.refuse(&id, &error).await,
            }
        }
    }
}

/// The headers of the upgrade, with credentials and session variables of `connection_init` (`{"headers": {…}}`) over
/// them. Others are the browser's word on where the page comes from, and not the page's to change.
fn with_init_headers<A: Authenticate>(
    mut headers: HeaderMap,
    payload: &serde_json::Value,
    authenticator: &A,
) -> HeaderMap {
    let given = payload
        .get("headers")
        .and_then(serde_json::Value::as_object);
    for (name, value) in given.into_iter().flatten() {
        let name = HeaderName::try_from(name.as_str());
        let value = value.as_str().map(HeaderValue::from_str);
        if let (Ok(name), Some(Ok(value))) = (name, value)
            && authenticator.is_credential(&name)
        {
            headers.insert(name, value);
        }
    }
    headers
}
