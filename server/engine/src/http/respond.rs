//! Answers as responses: media type, status, headers.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::accept::Media;
use crate::{
    error::{Code, GraphqlError},
    execute::{Answer, observe},
};

/// A request that is refused before GraphQL looks at it: its status does not depend on the media type.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) error: Box<GraphqlError>,
    /// After how many seconds it may be tried again.
    pub(super) retry_after: Option<u64>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, error: GraphqlError) -> Self {
        Self {
            status,
            error: Box::new(error),
            retry_after: None,
        }
    }

    /// An error whose status depends on the media type.
    pub(super) fn graphql(error: GraphqlError, media: Media) -> Self {
        Self::new(status(&error, media), error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        observe::refused(&self.error.code_text());
        let body = Answer::failed(*self.error).into_json();
        let mut response = json(self.status, Media::Json, body);
        let set = response.headers_mut();
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            set.insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        if let Some(seconds) = self.retry_after {
            set.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The status of an error: always 200 in `application/json`, as Hasura answers.
fn status(error: &GraphqlError, media: Media) -> StatusCode {
    if media == Media::Json {
        return StatusCode::OK;
    }
    match error.code {
        Code::AccessDenied
        | Code::InvalidHeaders
        | Code::InvalidJwt
        | Code::JwtInvalidClaims
        | Code::JwtMissingRoleClaims => StatusCode::UNAUTHORIZED,
        Code::PermissionError => StatusCode::FORBIDDEN,
        Code::ConstraintViolation => StatusCode::CONFLICT,
        Code::Unexpected => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// One answer.
pub(super) fn answer(answer: Answer, media: Media) -> Response {
    let status = answer
        .errors
        .first()
        .map_or(StatusCode::OK, |error| status(error, media));
    json(status, media, answer.into_json())
}

/// The answers of a batch.
pub(super) fn batch(answers: Vec<Answer>, media: Media) -> Response {
    let bodies: Vec<String> = answers.into_iter().map(Answer::into_json).collect();
    json(StatusCode::OK, media, format!("[{}]", bodies.join(",")))
}

fn json(status: StatusCode, media: Media, body: String) -> Response {
    let kind = match media {
        Media::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        Media::Json | Media::Events => "application/json; charset=utf-8",
    };
    let kind = HeaderValue::from_static(kind);
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}
