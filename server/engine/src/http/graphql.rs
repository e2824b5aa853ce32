//! One request, one answer. Errors of GraphQL are answered with 200, as Hasura does; a body that is no JSON with 400.

use std::sync::Arc;

use async_graphql::{ObjectType, Request};
use axum::{
    body::{Body, to_bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{Api, Authenticate, Channel};
use crate::{
    error::{Code, GraphqlError},
    execute::Answer,
};

pub(super) async fn answer<A: Authenticate, M: ObjectType + 'static>(
    State(api): State<Arc<Api<A, M>>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let authenticated = match api
        .authenticator
        .authenticate(&headers, Channel::Request)
        .await
    {
        Ok(authenticated) => authenticated,
        Err(error) => return respond(StatusCode::OK, &Answer::failed(error)),
    };
    let Ok(bytes) = to_bytes(body, api.body_limit).await else {
        let problem = format!("the body is larger than {} bytes", api.body_limit);
        let error = GraphqlError::new(Code::LimitExceeded, problem);
        return respond(StatusCode::PAYLOAD_TOO_LARGE, &Answer::failed(error));
    };
    let request: Request = match serde_json::from_slice(&bytes) {
        Ok(request) => request,
        Err(error) => {
            let error = GraphqlError::new(
                Code::InvalidJson,
                format!("the body is not a request: {error}"),
            );
            return respond(StatusCode::BAD_REQUEST, &Answer::failed(error));
        }
    };
    respond(
        StatusCode::OK,
        &api.engine.execute(authenticated.session, request).await,
    )
}

fn respond(status: StatusCode, answer: &Answer) -> Response {
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    (status, [(header::CONTENT_TYPE, json)], answer.to_json()).into_response()
}
