//! API gateways: programs that let calls through, and ask us whether the token of a call holds (design.md § 9).
//!
//! - [`check`]: about one call, for nginx's `auth_request` and its like.
//! - [`introspect`]: about one token, as RFC 7662 says.
//! - [`revoked`]: all tokens that are refused, and what has come since: for gateways that decide by themselves.
//!
//! Nothing is cached here: what a revocation has committed, the next question knows. A gateway proves itself by its id and
//! secret; over the API it has the session role `gateway` and can follow what is revoked.

mod check;
mod introspect;
mod rates;
mod revoked;
mod verdict;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use engine::{Pool, Session, execute::Changes};
use subtle::ConstantTimeEq;

use super::{AuthorizationError, tokens::jwt::Signer};
use crate::{
    config,
    http::{error::ApiError, request_id},
};
use rates::Rates;

/// The session role of gateways.
const ROLE: &str = "gateway";
/// Where a gateway's credentials stand when the token of the call stands in `Authorization`.
const CREDENTIALS: &str = "x-gateway-authorization";

/// The session of a gateway: its role, and its name in the audit log.
pub fn session(id: &str) -> Session {
    let variables = [
        ("x-hasura-gateway-id".to_owned(), id.to_owned()),
        ("x-actor".to_owned(), format!("gateway {id}")),
        request_id::variable(),
    ];
    Session::new(ROLE, variables)
}

/// The gateways that there are.
#[derive(Clone)]
pub struct Known(Arc<BTreeMap<String, config::Secret>>);

impl Known {
    /// The configured ones.
    pub fn new(gateways: &[config::Gateway]) -> Self {
        let known = gateways
            .iter()
            .map(|gateway| (gateway.id.clone(), gateway.secret.clone()));
        Self(Arc::new(known.collect()))
    }

    /// Whether there is one.
    pub fn are_any(&self) -> bool {
        !self.0.is_empty()
    }

    /// The gateway that proves itself by the credentials of a `Basic` header.
    pub fn prove(&self, header: &str) -> Option<&str> {
        let encoded = header
            .strip_prefix("Basic ")
            .or_else(|| header.strip_prefix("basic "))?;
        let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (id, sent) = decoded.split_once(':')?;
        let (id, secret) = self.0.get_key_value(id)?;
        bool::from(secret.expose().as_bytes().ct_eq(sent.as_bytes())).then_some(id)
    }

    fn of(
        &self,
        headers: &HeaderMap,
        name: impl header::AsHeaderName,
    ) -> Result<&str, GatewayError> {
        let sent = headers.get(name).and_then(|value| value.to_str().ok());
        sent.and_then(|sent| self.prove(sent))
            .ok_or(GatewayError::UnknownGateway)
    }
}

/// What the routes share.
#[derive(Clone)]
pub struct Gateways {
    /// The database.
    pub pool: Pool,
    /// Who may ask.
    pub known: Known,
    /// Verifies signed forms.
    pub signer: Signer,
    /// Says when tables change.
    pub changes: Changes,
    rates: Arc<Rates>,
}

impl Gateways {
    /// Answers these gateways.
    pub fn new(pool: Pool, known: Known, signer: Signer, changes: Changes) -> Self {
        Self {
            pool,
            known,
            signer,
            changes,
            rates: Arc::default(),
        }
    }
}

/// The routes.
pub fn routes(gateways: Gateways) -> Router {
    Router::new()
        .route("/tokens/check", get(check::check))
        .route("/tokens/introspect", post(introspect::introspect))
        .route("/tokens/revoked", get(revoked::revoked))
        .with_state(gateways)
}

/// Why a gateway gets no answer.
#[derive(Debug, thiserror::Error)]
enum GatewayError {
    #[error("send the gateway's id and secret as HTTP Basic")]
    UnknownGateway,
    #[error(transparent)]
    Fault(#[from] AuthorizationError),
}

impl From<diesel::result::Error> for GatewayError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Fault(error.into())
    }
}

impl From<diesel_async::pooled_connection::deadpool::PoolError> for GatewayError {
    fn from(error: diesel_async::pooled_connection::deadpool::PoolError) -> Self {
        Self::Fault(error.into())
    }
}

impl IntoResponse for GatewayError {
    fn into_response(self) -> Response {
        match self {
            Self::UnknownGateway => {
                let challenge = [(header::WWW_AUTHENTICATE, "Basic realm=\"gateways\"")];
                let refusal =
                    ApiError::expected(StatusCode::UNAUTHORIZED, "access-denied", self.to_string());
                (challenge, refusal).into_response()
            }
            Self::Fault(error) => error.into_response(),
        }
    }
}
