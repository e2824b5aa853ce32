//! The only place that speaks to the server: queries and mutations over HTTP, subscriptions over one socket.
//! It knows no page.

mod decode;
mod http;
pub mod live;

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use graphql_client::{GraphQLQuery, QueryBody};
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use decode::decode_text;
pub use http::{Answer, Request, send};

/// Where GraphQL is served, over HTTP and over the socket.
const GRAPHQL: &str = "/v1/graphql";

thread_local! {
    /// The session role under which this tab asks.
    static ROLE: RefCell<Option<String>> = const { RefCell::new(None) };
    /// Called when an answer suggests that the session has ended.
    static DOUBT: RefCell<Option<Rc<dyn Fn()>>> = const { RefCell::new(None) };
}

/// Says what to do when an answer suggests that the session has ended.
pub fn on_doubt(ask: impl Fn() + 'static) {
    DOUBT.set(Some(Rc::new(ask)));
}

fn doubt() {
    if let Some(ask) = DOUBT.with_borrow(Clone::clone) {
        ask();
    }
}

/// Chooses the session role of everything asked from now on.
pub fn set_role(role: Option<String>) {
    ROLE.with_borrow_mut(|held| *held = role);
    live::restart();
}

fn role() -> Option<String> {
    ROLE.with_borrow(Clone::clone)
}

/// Why a request gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// Stable, for programs: the server's code, or `network` and `unreadable`.
    pub code: String,
    /// For people, in the server's words.
    pub message: String,
    /// What an operator looks for in the log.
    pub request_id: Option<String>,
}

impl ApiError {
    /// What was typed cannot be sent; `message` says how to mend it.
    pub fn mistake(message: String) -> Self {
        Self::new("mistake", message, None)
    }

    /// A part of the page did not come.
    pub fn part_missing() -> Self {
        Self::new("part_missing", "", None)
    }

    fn new(code: &str, message: impl Into<String>, request_id: Option<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            request_id,
        }
    }
}

/// Runs a query or a mutation.
pub async fn run<Q: GraphQLQuery>(variables: Q::Variables) -> Result<Q::ResponseData, ApiError> {
    let body = serde_json::to_string(&Q::build_query(variables))
        .map_err(|error| unreadable(&error, None))?;
    let answer = post(body).await?;
    let request_id = answer.request_id;
    match decode_text::<Payload<Q::ResponseData>>(&answer.body) {
        Ok(payload) => payload.into_result(request_id),
        Err(_) if answer.status >= 400 => Err(ApiError::new(
            "unexpected",
            format!("HTTP {}", answer.status),
            request_id,
        )),
        Err(error) => Err(unreadable(&error, request_id)),
    }
}

/// Sends a document. Boxed, so that the machinery of a request is in the page once and not once for each document.
fn post(body: String) -> Pin<Box<dyn Future<Output = Result<Answer, ApiError>>>> {
    let request = Request {
        method: "POST",
        address: GRAPHQL,
        body: Some(body),
        role: role(),
    };
    Box::pin(send(request))
}

/// The text of a subscription with its variables, as the socket sends it.
fn operation<Q: GraphQLQuery>(variables: Q::Variables) -> Option<serde_json::Value> {
    let body: QueryBody<Q::Variables> = Q::build_query(variables);
    serde_json::to_value(&body).ok()
}

fn unreadable(error: &serde_json::Error, request_id: Option<String>) -> ApiError {
    ApiError::new("unreadable", error.to_string(), request_id)
}

/// GraphQL's answer: data, or errors of which the first is shown.
#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Payload<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Vec<GraphqlError>,
}

#[derive(Deserialize)]
struct GraphqlError {
    message: String,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Deserialize, Default)]
struct Extensions {
    #[serde(default)]
    code: String,
}

impl<T> Payload<T> {
    fn into_result(self, request_id: Option<String>) -> Result<T, ApiError> {
        match (self.errors.into_iter().next(), self.data) {
            (Some(error), _) => {
                // To whoever is nobody any more, the document asks for what is not in their schema.
                if matches!(
                    error.extensions.code.as_str(),
                    "access-denied" | "invalid-jwt" | "validation-failed"
                ) {
                    doubt();
                }
                Err(ApiError::new(
                    &error.extensions.code,
                    error.message,
                    request_id,
                ))
            }
            (None, Some(data)) => Ok(data),
            (None, None) => Err(ApiError::new("unreadable", "no data", request_id)),
        }
    }
}
