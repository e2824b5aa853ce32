//! One socket: what is heard on it, from the client and from the operations that run for it.

use std::{collections::HashMap, time::Duration};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures::{
    SinkExt, StreamExt,
    stream::{self, AbortHandle, Abortable, BoxStream, SelectAll, SplitSink, SplitStream},
};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::message::{self, Close, Command, Protocol};
use crate::{
    error::GraphqlError,
    execute::{Answer, limits},
    http::OPERATIONS,
};

/// How often the other side is asked whether it is there.
const ALIVE: Duration = Duration::from_secs(15);
/// How long it may be silent.
const SILENCE: Duration = Duration::from_secs(45);
/// How long the last frame may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// What an operation says.
pub(super) enum Said {
    Next(String, Answer),
    Done(String),
}

/// What is heard on a socket.
pub(super) enum Heard {
    Command(Command),
    Answer(Said),
}

/// A socket and its operations.
pub(super) struct Connection {
    protocol: Protocol,
    sink: SplitSink<WebSocket, Message>,
    source: SplitStream<WebSocket>,
    answers: SelectAll<Abortable<BoxStream<'static, Said>>>,
    running: HashMap<String, AbortHandle>,
    alive: Interval,
    last_heard: Instant,
}

impl Connection {
    pub(super) fn new(
        (sink, source): (SplitSink<WebSocket, Message>, SplitStream<WebSocket>),
        protocol: Protocol,
    ) -> Self {
        let mut alive = interval_at(Instant::now() + ALIVE, ALIVE);
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            protocol,
            sink,
            source,
            answers: SelectAll::new(),
            running: HashMap::new(),
            alive,
            last_heard: Instant::now(),
        }
    }

    /// The next thing that somebody says.
    pub(super) async fn hear(&mut self) -> Result<Heard, Close> {
        loop {
            tokio::select! {
                message = self.source.next() => {
                    let Some(Ok(message)) = message else {
                        return Err(Close::Gone);
                    };
                    self.last_heard = Instant::now();
                    match message {
                        Message::Text(text) => {
                            return Command::read(self.protocol, &text).map(Heard::Command);
                        }
                        Message::Binary(_) => {
                            return Err(Close::Malformed("Invalid message: it is not text".to_owned()));
                        }
                        Message::Close(_) => return Err(Close::Gone),
                        Message::Ping(_) | Message::Pong(_) => {}
                    }
                }
                Some(said) = self.answers.next() => return Ok(Heard::Answer(said)),
                _ = self.alive.tick() => {
                    if self.last_heard.elapsed() > SILENCE {
                        return Err(Close::Gone);
                    }
                    self.say_alive().await?;
                }
            }
        }
    }

    async fn say_alive(&mut self) -> Result<(), Close> {
        if self.protocol == Protocol::Legacy {
            self.text("{\"type\":\"ka\"}".to_owned()).await?;
        }
        self.sink
            .send(Message::Ping(Vec::new().into()))
            .await
            .map_err(|_| Close::Gone)
    }

    async fn text(&mut self, text: String) -> Result<(), Close> {
        self.sink
            .send(Message::Text(text.into()))
            .await
            .map_err(|_| Close::Gone)
    }

    /// Lets the client in.
    pub(super) async fn welcome(&mut self) -> Result<(), Close> {
        self.text("{\"type\":\"connection_ack\"}".to_owned())
            .await?;
        match self.protocol {
            Protocol::Modern => Ok(()),
            Protocol::Legacy => self.text("{\"type\":\"ka\"}".to_owned()).await,
        }
    }

    pub(super) async fn pong(&mut self) -> Result<(), Close> {
        self.text("{\"type\":\"pong\"}".to_owned()).await
    }

    /// Passes on what an operation says.
    pub(super) async fn send(&mut self, said: Said) -> Result<(), Close> {
        match said {
            Said::Next(id, answer) => {
                if !answer.errors.is_empty() {
                    self.stop(&id);
                }
                self.text(message::next(self.protocol, &id, answer)).await
            }
            Said::Done(id) => {
                self.stop(&id);
                self.text(message::complete(&id)).await
            }
        }
    }

    /// Answers an operation that is not begun.
    pub(super) async fn refuse(&mut self, id: &str, error: &GraphqlError) -> Result<(), Close> {
        let errors = std::slice::from_ref(error);
        self.text(message::error(self.protocol, id, errors)).await
    }

    pub(super) fn is_free(&self, id: &str) -> Result<(), Close> {
        if self.running.contains_key(id) {
            return Err(Close::Taken(id.to_owned()));
        }
        Ok(())
    }

    pub(super) fn has_room(&self) -> Result<(), GraphqlError> {
        if self.running.len() < OPERATIONS {
            return Ok(());
        }
        let found = self.running.len() + 1;
        Err(limits::exceeded(
            "operations on a socket",
            found,
            OPERATIONS,
        ))
    }

    pub(super) fn start(&mut self, id: String, answers: BoxStream<'static, Answer>) {
        let (name, last) = (id.clone(), id.clone());
        let said = answers
            .map(move |answer| Said::Next(name.clone(), answer))
            .chain(stream::once(async move { Said::Done(last) }))
            .boxed();
        let (handle, registration) = AbortHandle::new_pair();
        self.answers.push(Abortable::new(said, registration));
        self.running.insert(id, handle);
    }

    pub(super) fn stop(&mut self, id: &str) {
        if let Some(handle) = self.running.remove(id) {
            handle.abort();
        }
    }

    /// Says farewell.
    pub(super) async fn close(mut self, close: Close) {
        let Some((code, reason)) = close.frame() else {
            return;
        };
        let farewell = async {
            if let (Protocol::Legacy, Close::Forbidden(problem)) = (self.protocol, &close) {
                let message = serde_json::json!({ "type": "connection_error", "payload": problem });
                self.text(message.to_string()).await?;
            }
            let frame = CloseFrame {
                code,
                reason: Utf8Bytes::from(reason),
            };
            self.sink
                .send(Message::Close(Some(frame)))
                .await
                .map_err(|_| Close::Gone)?;
            // The other side closes, too; until then its messages are of no interest.
            while let Some(Ok(_)) = self.source.next().await {}
            Ok::<_, Close>(())
        };
        // Whoever does not listen to the farewell is left without it.
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
    }
}
