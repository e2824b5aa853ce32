//! Live queries over graphql-transport-ws.

use std::time::Duration;

use anyhow::{Context as _, Result};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tests::harness::{Server, World};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

const PATIENCE: Duration = Duration::from_secs(15);

/// A caller's end of a socket.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(server: &Server, headers: &[(&'static str, &str)]) -> Result<Self> {
        let url = format!("{}/v1/graphql", server.url().replace("http", "ws"));
        let mut request = url.into_client_request()?;
        request.headers_mut().insert(
            "sec-websocket-protocol",
            HeaderValue::from_static("graphql-transport-ws"),
        );
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(*name, HeaderValue::from_str(value)?);
        }
        Ok(Self(connect_async(request).await?.0))
    }

    /// Opens, and is let in with these headers in `connection_init`.
    pub async fn enter(
        server: &Server,
        headers: &[(&'static str, &str)],
        init: Value,
    ) -> Result<Self> {
        let mut socket = Self::open(server, headers).await?;
        socket
            .send(json!({ "type": "connection_init", "payload": { "headers": init } }))
            .await?;
        let answer = socket.next().await?.context("closed")?;
        anyhow::ensure!(answer["type"] == "connection_ack", "{answer}");
        Ok(socket)
    }

    pub async fn send(&mut self, message: Value) -> Result<()> {
        Ok(self.0.send(Message::text(message.to_string())).await?)
    }

    /// Begins an operation, the only one of this socket.
    pub async fn subscribe(&mut self, query: &str) -> Result<()> {
        self.send(json!({ "type": "subscribe", "id": "1", "payload": { "query": query } }))
            .await
    }

    /// The next message; `None` when the socket is closed.
    pub async fn next(&mut self) -> Result<Option<Value>> {
        // Pings do not count: they go on for ever.
        tokio::time::timeout(PATIENCE, self.heard())
            .await
            .context("nothing came in time")?
    }

    async fn heard(&mut self) -> Result<Option<Value>> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Ok(Some(serde_json::from_str(&text)?)),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(None),
                Some(Ok(_)) => {}
            }
        }
    }
}

const LIVE: &str = "subscription { users(where: {login: {_eq: \"adele\"}}) { id departure } }";

#[tokio::test]
async fn a_live_query_sends_the_present_and_then_what_changed() -> Result<()> {
    let world = World::synced().await?;
    let secret = json!({ "x-hasura-admin-secret": tests::harness::ADMIN_SECRET });
    let mut socket = Socket::enter(&world.server, &[], secret).await?;
    socket.subscribe(LIVE).await?;
    let first = socket.next().await?.context("closed")?;
    let user = &first["payload"]["data"]["users"][0];
    assert_eq!(user["departure"], Value::Null, "{first}");
    let edit = "mutation($id: uuid!) { update_users_by_pk(pk_columns: {id: $id}, _set: {departure: \"2031-05-01\"}) { id } }";
    world
        .server
        .operator()
        .data_with(edit, json!({ "id": user["id"] }))
        .await?;
    let second = socket.next().await?.context("closed")?;
    assert_eq!(
        second["payload"]["data"]["users"][0]["departure"], "2031-05-01",
        "{second}"
    );
    Ok(())
}

#[tokio::test]
async fn the_progress_of_a_sync_can_be_followed() -> Result<()> {
    let world = World::start().await?;
    let secret = json!({ "x-hasura-admin-secret": tests::harness::ADMIN_SECRET });
    let mut socket = Socket::enter(&world.server, &[], secret).await?;
    socket
        .subscribe("subscription { sync_runs { state fetched } }")
        .await?;
    assert_eq!(
        socket.next().await?.context("closed")?["payload"]["data"]["sync_runs"],
        json!([])
    );
    world
        .server
        .operator()
        .data("mutation { sync_services { id } }")
        .await?;
    loop {
        let message = socket.next().await?.context("closed")?;
        let run = &message["payload"]["data"]["sync_runs"][0];
        if run["state"] == "succeeded" {
            assert_eq!(run["fetched"], 40);
            return Ok(());
        }
    }
}

#[tokio::test]
async fn a_socket_sees_what_its_role_may_see() -> Result<()> {
    let world = World::synced().await?;
    let mut socket = Socket::enter(&world.server, &[], json!({})).await?;
    socket.subscribe(LIVE).await?;
    let refused = socket.next().await?.context("closed")?;
    assert_eq!(
        refused["payload"][0]["extensions"]["code"], "validation-failed",
        "{refused}"
    );
    assert_eq!(refused["type"], "error");
    let token = world
        .server
        .anonymous()
        .sign_in("adele", "user")
        .await?
        .token;
    let mut socket = Socket::enter(
        &world.server,
        &[],
        json!({ "Authorization": format!("Bearer {token}") }),
    )
    .await?;
    socket.subscribe("subscription { users { login } }").await?;
    let own = socket.next().await?.context("closed")?;
    assert_eq!(
        own["payload"]["data"]["users"],
        json!([{ "login": "adele" }]),
        "{own}"
    );
    Ok(())
}

#[tokio::test]
async fn a_socket_is_closed_when_its_session_ends() -> Result<()> {
    let world = World::synced().await?;
    let signed_in = world.server.anonymous().sign_in("adele", "user").await?;
    let mut socket =
        Socket::enter(&world.server, &[("cookie", &signed_in.cookie)], json!({})).await?;
    socket.subscribe("subscription { users { login } }").await?;
    socket.next().await?.context("closed")?;
    let own = world
        .server
        .anonymous()
        .with_header("cookie", &signed_in.cookie);
    assert_eq!(own.post("/auth/logout", &json!({})).await?.status(), 204);
    assert_eq!(socket.next().await?, None);
    Ok(())
}

#[tokio::test]
async fn another_site_may_not_open_a_socket_with_the_cookie() -> Result<()> {
    let world = World::start().await?;
    let cookie = world
        .server
        .anonymous()
        .sign_in("someone", "admin")
        .await?
        .cookie;
    let headers = [
        ("cookie", cookie.as_str()),
        ("origin", "https://evil.example"),
    ];
    for claimed in [
        json!({}),
        json!({ "sec-fetch-site": "same-origin", "origin": world.server.url() }),
    ] {
        let mut socket = Socket::open(&world.server, &headers).await?;
        let init = json!({ "type": "connection_init", "payload": { "headers": claimed } });
        socket.send(init).await?;
        assert_eq!(socket.next().await?, None);
    }
    Ok(())
}
