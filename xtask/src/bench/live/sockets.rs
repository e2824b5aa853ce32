//! Clients over graphql-transport-ws.

use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, bail};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long all may take to hear something.
const PATIENCE: Duration = Duration::from_mins(1);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
type Heard = Result<(SystemTime, Utf8Bytes)>;

/// Sockets whose operations run.
pub struct Sockets {
    heard: UnboundedReceiver<Heard>,
}

impl Sockets {
    /// Enters so often, with these headers of `connection_init`.
    pub async fn enter(url: &str, headers: &Value, count: usize) -> Result<Vec<Socket>> {
        let mut sockets = Vec::with_capacity(count);
        for _ in 0..count {
            sockets.push(enter(url, headers).await?);
        }
        Ok(sockets)
    }

    /// Subscribes to all of these, the same number on each socket, and listens from then on.
    pub fn subscribe(sockets: Vec<Socket>, payloads: &[String]) -> Self {
        let (sender, heard) = mpsc::unbounded_channel();
        let each = payloads.len().div_ceil(sockets.len().max(1));
        for (socket, payloads) in sockets.into_iter().zip(payloads.chunks(each)) {
            tokio::spawn(listen(socket, payloads.to_vec(), sender.clone()));
        }
        Self { heard }
    }

    /// Waits until so many messages with this mark have come; when each of them did.
    pub async fn hear(&mut self, mark: &str, count: usize) -> Result<Vec<SystemTime>> {
        let mut times = Vec::with_capacity(count);
        while times.len() < count {
            let heard = tokio::time::timeout(PATIENCE, self.heard.recv()).await;
            let heard = heard.with_context(|| format!("{} of {count} answers", times.len()))?;
            let (time, text) = heard.context("no socket is left")??;
            if !text.starts_with("{\"type\":\"next\"") {
                bail!("unexpected: {text}");
            }
            if text.contains(mark) {
                times.push(time);
            }
        }
        Ok(times)
    }
}

async fn enter(url: &str, headers: &Value) -> Result<Socket> {
    let mut request = url.replacen("http", "ws", 1).into_client_request()?;
    request.headers_mut().insert(
        "sec-websocket-protocol",
        HeaderValue::from_static("graphql-transport-ws"),
    );
    let (mut socket, _) = connect_async(request).await?;
    let init = json!({ "type": "connection_init", "payload": { "headers": headers } });
    socket.send(Message::text(init.to_string())).await?;
    let answer = socket.next().await.context("closed")??;
    if !answer
        .to_text()
        .is_ok_and(|text| text.contains("connection_ack"))
    {
        bail!("not let in: {answer:?}");
    }
    Ok(socket)
}

async fn listen(mut socket: Socket, payloads: Vec<String>, heard: UnboundedSender<Heard>) {
    let listening = async {
        for (id, payload) in payloads.iter().enumerate() {
            let text = format!("{{\"type\":\"subscribe\",\"id\":\"{id}\",\"payload\":{payload}}}");
            socket.feed(Message::text(text)).await?;
        }
        socket.flush().await?;
        while let Some(message) = socket.next().await {
            if let Message::Text(text) = message?
                && heard.send(Ok((SystemTime::now(), text))).is_err()
            {
                return Ok(());
            }
        }
        bail!("a socket was closed")
    };
    if let Err(error) = listening.await {
        // Nobody listens any more when the measurement is over.
        let _ = heard.send(Err(error));
    }
}
