//! A caller's end of a socket.

use std::time::Duration;

use anyhow::{Context as _, Result};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

use crate::world::{SECRET, World};

const PATIENCE: Duration = Duration::from_secs(10);

/// What comes from a socket.
#[derive(Debug, PartialEq)]
pub enum Came {
    Said(Value),
    Closed(u16),
}

pub struct Socket(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub async fn open(world: &World, protocol: &'static str) -> Result<Self> {
        let mut request = world.url().replace("http", "ws").into_client_request()?;
        request
            .headers_mut()
            .insert("sec-websocket-protocol", HeaderValue::from_static(protocol));
        Ok(Self(connect_async(request).await?.0))
    }

    pub async fn enter(world: &World) -> Result<Self> {
        let mut socket = Self::open(world, "graphql-transport-ws").await?;
        socket.init(SECRET).await?;
        assert_eq!(
            socket.next().await?,
            Came::Said(json!({ "type": "connection_ack" }))
        );
        Ok(socket)
    }

    pub async fn init(&mut self, secret: &str) -> Result<()> {
        let headers = json!({ "x-hasura-admin-secret": secret });
        self.say(json!({ "type": "connection_init", "payload": { "headers": headers } }))
            .await
    }

    pub async fn say(&mut self, message: Value) -> Result<()> {
        Ok(self.0.send(Message::text(message.to_string())).await?)
    }

    pub async fn subscribe(&mut self, id: &str, query: &str) -> Result<()> {
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query } }))
            .await
    }

    pub async fn next(&mut self) -> Result<Came> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.0.next())
                .await
                .context("nothing came")?;
            match message.context("no farewell")?? {
                Message::Text(text) => return Ok(Came::Said(serde_json::from_str(&text)?)),
                Message::Close(frame) => {
                    return Ok(Came::Closed(frame.map_or(0, |frame| frame.code.into())));
                }
                _ => {}
            }
        }
    }

    /// What is said next, to the letter.
    pub async fn text(&mut self) -> Result<String> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.0.next()).await?;
            if let Message::Text(text) = message.context("no farewell")?? {
                return Ok(text.to_string());
            }
        }
    }

    pub async fn said(&mut self) -> Result<Value> {
        match self.next().await? {
            Came::Said(message) => Ok(message),
            Came::Closed(code) => anyhow::bail!("closed with {code}"),
        }
    }
}
