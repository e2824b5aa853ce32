//! The way of a request by HTTP: who asks, what is asked, may it be asked so, the answer.

use std::sync::Arc;

use async_graphql::{ObjectType, Request, parser::types::OperationType};
use axum::{
    body::{Body, to_bytes},
    extract::{RawQuery, State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    Authenticate, Authenticated, Channel, Door, accept,
    accept::Media,
    address,
    callers::caller,
    events,
    persisted::Persisted,
    read::{self, Asked},
    respond::{self, Refusal},
    socket,
};
use crate::{
    Session,
    error::{Code, GraphqlError},
    execute::{Answer, limits},
};

/// How many requests one body may hold where a role has no limit of its own.
const BATCH: usize = 100;

pub(super) async fn options() -> Response {
    let allowed = HeaderValue::from_static("GET, HEAD, POST, OPTIONS");
    (StatusCode::NO_CONTENT, [(header::ALLOW, allowed)]).into_response()
}

pub(super) async fn get<A: Authenticate, M: ObjectType + 'static>(
    State(door): State<Arc<Door<A, M>>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    extensions: Extensions,
) -> Response {
    let address = address(door.api.address_header.as_ref(), &headers, &extensions);
    if headers.contains_key(header::UPGRADE) {
        return match upgrade {
            Ok(upgrade) => socket::upgrade(door, upgrade, headers, address),
            Err(rejection) => rejection.into_response(),
        };
    }
    let asked = async || {
        let media = media(&headers)?;
        let request = read::query_string(&query.unwrap_or_default())?;
        let entered = door.enter(&headers, media, &address, 1).await?;
        let request = door
            .persisted
            .complete(request, &door.api.engine)
            .map_err(|error| Refusal::graphql(error, media))?;
        let kind = door.api.engine.kind(&entered.session, &request);
        if matches!(kind, Ok(OperationType::Mutation)) {
            let error = GraphqlError::new(Code::BadRequest, "a mutation is sent by POST");
            return Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, error));
        }
        door.one(entered, request, media, &address).await
    };
    asked().await.unwrap_or_else(Refusal::into_response)
}

pub(super) async fn post<A: Authenticate, M: ObjectType + 'static>(
    State(door): State<Arc<Door<A, M>>>,
    headers: HeaderMap,
    extensions: Extensions,
    body: Body,
) -> Response {
    let address = address(door.api.address_header.as_ref(), &headers, &extensions);
    let asked = async || {
        let media = media(&headers)?;
        read::is_json(&headers)?;
        let bytes = door.body(body).await?;
        match read::body(&bytes)? {
            Asked::One(request) => {
                let entered = door.enter(&headers, media, &address, 1).await?;
                let request = door
                    .persisted
                    .complete(*request, &door.api.engine)
                    .map_err(|error| Refusal::graphql(error, media))?;
                door.one(entered, request, media, &address).await
            }
            Asked::Batch(requests) => {
                let entered = door
                    .enter(&headers, media, &address, requests.len())
                    .await?;
                door.batch(entered.session, requests, media).await
            }
        }
    };
    asked().await.unwrap_or_else(Refusal::into_response)
}

fn media(headers: &HeaderMap) -> Result<Media, Refusal> {
    accept::preferred(headers).ok_or_else(|| {
        let problem = "answers are application/json, application/graphql-response+json or, of subscriptions, text/event-stream";
        Refusal::new(
            StatusCode::NOT_ACCEPTABLE,
            GraphqlError::new(Code::NotSupported, problem),
        )
    })
}

impl<A: Authenticate, M: ObjectType + 'static> Door<A, M> {
    /// Who asks, if they may ask so much now.
    pub(super) async fn enter(
        &self,
        headers: &HeaderMap,
        media: Media,
        address: &str,
        requests: usize,
    ) -> Result<Authenticated, Refusal> {
        let entered = self
            .api
            .authenticator
            .authenticate(headers, Channel::Request)
            .await
            .map_err(|error| Refusal::graphql(error, media))?;
        let limits = self.api.engine.limits(entered.session.role());
        self.rates
            .count(limits, &entered.session, address, requests)?;
        Ok(entered)
    }

    pub(super) async fn body(&self, body: Body) -> Result<axum::body::Bytes, Refusal> {
        let limit = self.api.body_limit;
        to_bytes(body, limit).await.map_err(|_| {
            let problem = format!("the body is larger than {limit} bytes");
            let error = GraphqlError::new(Code::LimitExceeded, problem);
            Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, error)
        })
    }

    async fn one(
        &self,
        entered: Authenticated,
        request: Request,
        media: Media,
        address: &str,
    ) -> Result<Response, Refusal> {
        if media == Media::Events {
            let open = self
                .streams
                .open(caller(&entered.session, address))
                .map_err(|error| Refusal::new(StatusCode::TOO_MANY_REQUESTS, error))?;
            let engine = &self.api.engine;
            return Ok(events::respond(engine, entered, request, open));
        }
        let answer = self.answer(entered.session, request).await;
        Ok(respond::answer(answer, media))
    }

    /// Answers a request whose document is at hand, and remembers it if it is to be called by its hash.
    async fn answer(&self, session: Session, request: Request) -> Answer {
        let named = Persisted::named(&request);
        let query = named.as_ref().map(|_| request.query.clone());
        let answer = self.api.engine.execute(session, request).await;
        if let (Some(hash), Some(query), true) = (named, query, answer.errors.is_empty()) {
            self.persisted.keep(hash, query);
        }
        answer
    }

    async fn batch(
        &self,
        session: Session,
        requests: Vec<Request>,
        media: Media,
    ) -> Result<Response, Refusal> {
        if media == Media::Events {
            let error = GraphqlError::new(Code::NotSupported, "a batch has no event stream");
            return Err(Refusal::new(StatusCode::NOT_ACCEPTABLE, error));
        }
        if let Some(limits) = self.api.engine.limits(session.role()) {
            let most = limits.batch.unwrap_or(BATCH);
            if requests.len() > most {
                let error = limits::exceeded("requests in a batch", requests.len(), most);
                return Err(Refusal::graphql(error, media));
            }
        }
        let mut answers = Vec::with_capacity(requests.len());
        for request in requests {
            answers.push(match self.persisted.complete(request, &self.api.engine) {
                Ok(request) => self.answer(session.clone(), request).await,
                Err(error) => Answer::failed(error),
            });
        }
        Ok(respond::batch(answers, media))
    }
}
