//! The messages of both subprotocols, and the codes with which a socket is closed.

use async_graphql::Request;
use serde_json::{Map, Value, json};

use crate::{error::GraphqlError, execute::Answer, http::read};

/// A subprotocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// `graphql-transport-ws`.
    Modern,
    /// `graphql-ws` of subscriptions-transport-ws.
    Legacy,
}

impl Protocol {
    pub(super) const NAMES: [&str; 2] = ["graphql-transport-ws", "graphql-ws"];

    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "graphql-transport-ws" => Some(Self::Modern),
            "graphql-ws" => Some(Self::Legacy),
            _ => None,
        }
    }
}

/// Why a socket is closed.
#[derive(Debug)]
pub(super) enum Close {
    /// The client left or is silent.
    Gone,
    /// A message that is none.
    Malformed(String),
    /// An operation before the client said who it is.
    Unauthorized,
    /// The client may not come in.
    Forbidden(String),
    /// No known subprotocol.
    Subprotocol,
    /// The client did not say in time who it is.
    Late,
    /// Two operations of one name.
    Taken(String),
    /// The caller has too many sockets.
    Crowded(String),
    /// The client said twice who it is.
    Again,
    /// The session that opened the socket is over.
    Ended,
}

impl Close {
    /// The code and the reason of the closing frame; `None` when there is nobody to tell.
    pub(super) fn frame(&self) -> Option<(u16, String)> {
        let (code, reason) = match self {
            Self::Gone => return None,
            Self::Malformed(problem) => (4400, problem.clone()),
            Self::Unauthorized => (4401, "Unauthorized".to_owned()),
            Self::Ended => (4401, "The session has ended".to_owned()),
            Self::Forbidden(problem) => (4403, format!("Forbidden: {problem}")),
            Self::Subprotocol => (4406, "Subprotocol not acceptable".to_owned()),
            Self::Late => (4408, "Connection initialisation timeout".to_owned()),
            Self::Taken(id) => (4409, format!("Subscriber for {id} already exists")),
            Self::Crowded(problem) => (4429, format!("Too many sockets: {problem}")),
            Self::Again => (4429, "Too many initialisation requests".to_owned()),
        };
        Some((code, shortened(reason)))
    }
}

/// A closing frame has room for 123 bytes of reason.
fn shortened(mut reason: String) -> String {
    while reason.len() > 123 {
        reason.pop();
    }
    reason
}

/// What a client asks of the socket.
pub(super) enum Command {
    Init(Value),
    Ping,
    Pong,
    Start { id: String, request: Box<Request> },
    Stop(String),
    Terminate,
}

impl Command {
    /// Reads a message.
    pub(super) fn read(protocol: Protocol, text: &str) -> Result<Self, Close> {
        let malformed = |problem: &str| Close::Malformed(format!("Invalid message: {problem}"));
        let mut message: Map<String, Value> =
            serde_json::from_str(text).map_err(|error| malformed(&error.to_string()))?;
        let Some(Value::String(kind)) = message.remove("type") else {
            return Err(malformed("it has no type"));
        };
        let id = |message: &mut Map<String, Value>| match message.remove("id") {
            Some(Value::String(id)) if !id.is_empty() => Ok(id),
            _ => Err(malformed("it has no id")),
        };
        match (protocol, kind.as_str()) {
            (_, "connection_init") => Ok(Self::Init(message.remove("payload").unwrap_or_default())),
            (Protocol::Modern, "ping") => Ok(Self::Ping),
            (Protocol::Modern, "pong") => Ok(Self::Pong),
            (Protocol::Modern, "subscribe") | (Protocol::Legacy, "start") => {
                let id = id(&mut message)?;
                let Some(Value::Object(payload)) = message.remove("payload") else {
                    return Err(malformed("its payload is no request"));
                };
                let request =
                    read::request(payload).map_err(|refusal| malformed(&refusal.error.message))?;
                Ok(Self::Start {
                    id,
                    request: Box::new(request),
                })
            }
            (Protocol::Modern, "complete") | (Protocol::Legacy, "stop") => {
                Ok(Self::Stop(id(&mut message)?))
            }
            (Protocol::Legacy, "connection_terminate") => Ok(Self::Terminate),
            (_, kind) => Err(malformed(&format!("{kind:?} is not known"))),
        }
    }
}

/// The message of an answer; one that failed ends its operation.
pub(super) fn next(protocol: Protocol, id: &str, answer: Answer) -> String {
    if !answer.errors.is_empty() {
        return error(protocol, id, &answer.errors);
    }
    let kind = match protocol {
        Protocol::Modern => "next",
        Protocol::Legacy => "data",
    };
    let id = Value::from(id);
    let body = answer.into_json();
    format!("{{\"type\":\"{kind}\",\"id\":{id},\"payload\":{body}}}")
}

pub(super) fn error(protocol: Protocol, id: &str, errors: &[GraphqlError]) -> String {
    let errors: Vec<Value> = errors.iter().map(GraphqlError::to_json).collect();
    let payload = match protocol {
        Protocol::Modern => json!(errors),
        Protocol::Legacy => json!({ "errors": errors }),
    };
    json!({ "type": "error", "id": id, "payload": payload }).to_string()
}

pub(super) fn complete(id: &str) -> String {
    json!({ "type": "complete", "id": id }).to_string()
}
