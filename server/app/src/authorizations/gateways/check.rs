//! `GET /tokens/check`: whether the token of a call holds. For nginx's `auth_request`, Caddy's `forward_auth` and their like.
//!
//! The call's own `Authorization: Bearer` comes along; the gateway proves itself in `X-Gateway-Authorization: Basic …`, and
//! says in `X-Real-IP` from where the call came. `?scope=…` asks whether that was granted, too.
//!
//! 204 with `X-Token-Id`, `X-Token-Scopes`, `X-Token-Siret`; 401 when there is no token, or none that is known and not
//! ended; 403 when it is blacklisted, or not for this. `X-Token-Refusal` says which.

use std::net::IpAddr;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    CREDENTIALS, GatewayError, Gateways,
    verdict::{Refusal, Standing},
};
use crate::clock;

const REFUSAL: HeaderName = HeaderName::from_static("x-token-refusal");

#[derive(Deserialize)]
pub(super) struct Wish {
    scope: Option<String>,
}

pub(super) async fn check(
    State(gateways): State<Gateways>,
    Query(Wish { scope }): Query<Wish>,
    headers: HeaderMap,
) -> Result<Response, GatewayError> {
    let gateway = gateways.known.of(&headers, CREDENTIALS)?;
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let bearer = text(header::AUTHORIZATION).and_then(|sent| sent.strip_prefix("Bearer "));
    let Some(id) = bearer.and_then(|jwt| gateways.signer.verify(jwt)) else {
        return Ok(refused(Refusal::Unknown));
    };
    let address: Option<IpAddr> =
        text(HeaderName::from_static("x-real-ip")).and_then(|ip| ip.trim().parse().ok());
    let mut conn = gateways.pool.get().await?;
    let Some(standing) = Standing::find(&mut conn, id).await? else {
        return Ok(refused(Refusal::Unknown));
    };
    if let Err(refusal) = standing.judge(address, scope.as_deref(), clock::now()) {
        return Ok(refused(refusal));
    }
    if !gateways
        .rates
        .count(standing.id, standing.requests_per_minute)
    {
        return Ok(refused(Refusal::Rate));
    }
    standing.note_use(&mut conn, gateway).await?;
    Ok(granted(&standing))
}

fn granted(standing: &Standing) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let facts = [
        ("x-token-id", standing.id.to_string()),
        ("x-token-scopes", standing.scopes.join(" ")),
        ("x-token-siret", standing.siret.clone().unwrap_or_default()),
    ];
    for (name, value) in facts {
        // A scope that does not fit into a header is not told.
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn refused(refusal: Refusal) -> Response {
    let status = match refusal {
        Refusal::Unknown | Refusal::Expired => StatusCode::UNAUTHORIZED,
        Refusal::Blacklisted | Refusal::Network | Refusal::Scope | Refusal::Rate => {
            StatusCode::FORBIDDEN
        }
    };
    let mut response = (status, [(REFUSAL, refusal.as_str())]).into_response();
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
