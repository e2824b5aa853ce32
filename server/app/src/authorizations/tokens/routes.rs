//! `POST /tokens/show`: shows a token to whoever holds a link to it, once. `GET /tokens/jwks.json`: the public keys.
//!
//! The link itself leads to the page, which asks before it shows: programs that open links in mails use nothing up.

use axum::{
    Json, Router,
    extract::State,
    response::Response,
    routing::{get, post},
};
use engine::Pool;
use serde::Deserialize;
use serde_json::json;

use super::{super::AuthorizationError, jwt::Signer, links};
use crate::clock;

/// What the routes share.
#[derive(Clone)]
pub struct Tokens {
    /// The database.
    pub pool: Pool,
    /// Makes the signed form.
    pub signer: Signer,
}

/// The routes.
pub fn routes(tokens: Tokens) -> Router {
    Router::new()
        .route("/tokens/show", post(show))
        .route("/tokens/jwks.json", get(jwks))
        .with_state(tokens)
}

#[derive(Deserialize)]
struct Shown {
    secret: String,
}

async fn show(
    State(Tokens { pool, signer }): State<Tokens>,
    Json(Shown { secret }): Json<Shown>,
) -> Result<Response, AuthorizationError> {
    let token = links::use_up(&mut *pool.get().await?, &secret, clock::now()).await?;
    let token = token.ok_or(AuthorizationError::NotFound(
        "link, or it was used, or it is too old",
    ))?;
    let body = json!({
        "token": signer.sign(&token)?,
        "token_id": token.id,
        "title": token.title,
        "scopes": token.scopes,
        "expires_at": token.expires_at,
    });
    let uncached = [(axum::http::header::CACHE_CONTROL, "no-store")];
    Ok(axum::response::IntoResponse::into_response((
        uncached,
        Json(body),
    )))
}

async fn jwks(State(Tokens { signer, .. }): State<Tokens>) -> Json<serde_json::Value> {
    Json(signer.jwks())
}
