//! Subscriptions: one socket for the tab, speaking `graphql-transport-ws`, opened when somebody listens and closed
//! when nobody does. When it breaks it is opened again with growing patience and every listener is subscribed anew;
//! a live query sends its whole result first, so nothing is missed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use graphql_client::GraphQLQuery;
use serde::Deserialize;
use serde_json::{Value, json};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{MessageEvent, WebSocket};

use super::decode::{decode, decode_text};
use super::{ApiError, GRAPHQL, Payload, operation, role, unreadable};

const LONGEST_WAIT_MS: u32 = 15_000;

/// What a listener is told.
pub enum Event<T> {
    /// The whole result, again after each change.
    Data(T),
    /// The server refused the subscription; it will not be tried again.
    Refused(ApiError),
    /// The connection is lost and being sought.
    Interrupted,
}

/// Listens until it is dropped.
pub struct Subscription(u64);

impl Drop for Subscription {
    fn drop(&mut self) {
        SOCKET.with_borrow_mut(|socket| socket.leave(self.0));
    }
}

/// Subscribes to a document; `tell` is called with each event.
pub fn subscribe<Q>(
    variables: Q::Variables,
    tell: impl Fn(Event<Q::ResponseData>) + 'static,
) -> Subscription
where
    Q: GraphQLQuery + 'static,
    Q::ResponseData: 'static,
{
    let tell = move |event: Event<Value>| {
        tell(match event {
            Event::Interrupted => Event::Interrupted,
            Event::Refused(error) => Event::Refused(error),
            Event::Data(value) => match decode::<Payload<Q::ResponseData>>(value)
                .map_err(|error| unreadable(&error, None))
                .and_then(|payload| payload.into_result(None))
            {
                Ok(data) => Event::Data(data),
                Err(error) => Event::Refused(error),
            },
        });
    };
    let operation = operation::<Q>(variables).unwrap_or_default();
    SOCKET.with_borrow_mut(|socket| Subscription(socket.join(operation, Rc::new(tell))))
}

/// Closes the socket and opens it again, under the role of now.
pub fn restart() {
    SOCKET.with_borrow_mut(|socket| {
        socket.close();
        if !socket.listeners.is_empty() {
            socket.open();
        }
    });
}

thread_local! {
    static SOCKET: RefCell<Socket> = RefCell::new(Socket::default());
}

type Tell = Rc<dyn Fn(Event<Value>)>;

struct Listener {
    operation: Value,
    tell: Tell,
}

#[derive(Default)]
struct Socket {
    listeners: BTreeMap<u64, Listener>,
    last_id: u64,
    connection: Option<Connection>,
    retry: Option<Timeout>,
    failures: u32,
}

struct Connection {
    socket: WebSocket,
    acknowledged: bool,
    _on_open: Closure<dyn Fn()>,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_close: Closure<dyn Fn()>,
}

#[derive(Deserialize)]
struct Message {
    r#type: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    payload: Value,
}

impl Socket {
    fn join(&mut self, operation: Value, tell: Tell) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        match &self.connection {
            Some(connection) if connection.acknowledged => connection.start(id, &operation),
            None if self.retry.is_none() => self.open(),
            _ => {}
        }
        self.listeners.insert(id, Listener { operation, tell });
        id
    }

    fn leave(&mut self, id: u64) {
        if self.listeners.remove(&id).is_none() {
            return;
        }
        if self.listeners.is_empty() {
            self.close();
        } else if let Some(connection) = &self.connection {
            connection.send(&json!({"type": "complete", "id": id.to_string()}));
        }
    }

    fn open(&mut self) {
        self.retry = None;
        let Some(location) = web_sys::window().map(|window| window.location()) else {
            return;
        };
        let scheme = if location
            .protocol()
            .is_ok_and(|protocol| protocol == "https:")
        {
            "wss"
        } else {
            "ws"
        };
        let address = format!(
            "{scheme}://{}{GRAPHQL}",
            location.host().unwrap_or_default()
        );
        let Ok(socket) = WebSocket::new_with_str(&address, "graphql-transport-ws") else {
            return;
        };
        let on_open = Closure::<dyn Fn()>::new(|| SOCKET.with_borrow(Socket::introduce));
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(|event: MessageEvent| {
            if let Some(message) = event
                .data()
                .as_string()
                .and_then(|text| decode_text(&text).ok())
            {
                receive(message);
            }
        });
        let on_close = Closure::<dyn Fn()>::new(lost);
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        self.connection = Some(Connection {
            socket,
            acknowledged: false,
            _on_open: on_open,
            _on_message: on_message,
            _on_close: on_close,
        });
    }

    fn introduce(&self) {
        if let Some(connection) = &self.connection {
            let headers = role().map_or_else(|| json!({}), |role| json!({"x-hasura-role": role}));
            connection.send(&json!({"type": "connection_init", "payload": {"headers": headers}}));
        }
    }

    fn close(&mut self) {
        self.retry = None;
        if let Some(connection) = self.connection.take() {
            connection.socket.set_onopen(None);
            connection.socket.set_onmessage(None);
            connection.socket.set_onclose(None);
            // Closing a socket that is already closed changes nothing.
            drop(connection.socket.close());
        }
    }

    fn acknowledge(&mut self) {
        self.failures = 0;
        if let Some(connection) = &mut self.connection {
            connection.acknowledged = true;
            for (id, listener) in &self.listeners {
                connection.start(*id, &listener.operation);
            }
        }
    }

    fn answer_ping(&self) {
        if let Some(connection) = &self.connection {
            connection.send(&json!({"type": "pong"}));
        }
    }

    fn tell(&self, id: &str) -> Option<Tell> {
        self.listeners
            .get(&id.parse().ok()?)
            .map(|listener| listener.tell.clone())
    }
}

impl Connection {
    fn start(&self, id: u64, operation: &Value) {
        self.send(&json!({"type": "subscribe", "id": id.to_string(), "payload": operation}));
    }

    fn send(&self, message: &Value) {
        // A socket that is not open loses the message; its listeners are subscribed again when it is.
        drop(self.socket.send_with_str(&message.to_string()));
    }
}

/// Listeners are called outside the borrow: they may subscribe or leave.
fn receive(message: Message) {
    match message.r#type.as_str() {
        "connection_ack" => SOCKET.with_borrow_mut(Socket::acknowledge),
        "ping" => SOCKET.with_borrow(Socket::answer_ping),
        "next" => {
            if let Some(tell) = SOCKET.with_borrow(|socket| socket.tell(&message.id)) {
                tell(Event::Data(message.payload));
            }
        }
        "error" => {
            let listener = SOCKET.with_borrow_mut(|socket| {
                let id = message.id.parse().ok()?;
                socket.listeners.remove(&id)
            });
            if let Some(listener) = listener {
                (listener.tell)(Event::Data(json!({"errors": message.payload})));
            }
        }
        _ => {}
    }
}

fn lost() {
    let listeners: Vec<Tell> = SOCKET.with_borrow_mut(|socket| {
        // The closure that runs this must outlive its own call.
        if let Some(connection) = socket.connection.take() {
            connection.socket.set_onclose(None);
            Timeout::new(0, move || drop(connection)).forget();
        }
        let wait = (500_u32 << socket.failures.min(5)).min(LONGEST_WAIT_MS);
        socket.failures += 1;
        if !socket.listeners.is_empty() {
            socket.retry = Some(Timeout::new(wait, || SOCKET.with_borrow_mut(Socket::open)));
        }
        socket
            .listeners
            .values()
            .map(|listener| listener.tell.clone())
            .collect()
    });
    for tell in listeners {
        tell(Event::Interrupted);
    }
    // The server closes the socket of a session that ends.
    super::doubt();
}
