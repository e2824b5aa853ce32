//! `POST /tokens/introspect`: what a token is, as RFC 7662 says. The gateway proves itself by HTTP Basic.

use axum::{
    Form, Json,
    extract::State,
    http::{HeaderMap, header},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{GatewayError, Gateways, verdict::Standing};
use crate::clock;

#[derive(Deserialize)]
pub(super) struct Question {
    token: String,
}

pub(super) async fn introspect(
    State(gateways): State<Gateways>,
    headers: HeaderMap,
    Form(Question { token }): Form<Question>,
) -> Result<Json<Value>, GatewayError> {
    let gateway = gateways.known.of(&headers, header::AUTHORIZATION)?;
    // Of a token that does not hold nothing more is said (RFC 7662 § 2.2).
    let inactive = Ok(Json(json!({ "active": false })));
    let Some(id) = gateways.signer.verify(&token) else {
        return inactive;
    };
    let mut conn = gateways.pool.get().await?;
    let Some(standing) = Standing::find(&mut conn, id).await? else {
        return inactive;
    };
    let now = clock::now();
    let is_over = standing.expires_at <= now || standing.blacklisted_at.is_some_and(|at| at <= now);
    if is_over {
        return inactive;
    }
    standing.note_use(&mut conn, gateway).await?;
    let (issuer, audience) = gateways.signer.parties();
    Ok(Json(json!({
        "active": true,
        "jti": standing.id,
        "sub": standing.title,
        "scope": standing.scopes.join(" "),
        "iss": issuer,
        "aud": audience,
        "iat": standing.issued_at.timestamp(),
        "exp": standing.expires_at.timestamp(),
        "token_type": "Bearer",
        "siret": standing.siret,
        "allowed_networks": standing.allowed_networks,
        "requests_per_minute": standing.requests_per_minute,
    })))
}
