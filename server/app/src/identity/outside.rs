//! Tokens of issuers that an operator trusts beside us. Such a token names a user of ours, who must be active.

use std::sync::Arc;

use axum::http::HeaderMap;
use chrono::TimeDelta;
use diesel_async::AsyncPgConnection;
use engine::{
    Code, GraphqlError, Pool, Session,
    auth::{Clock, Location, Tokens},
    http::Authenticated,
};
use uuid::Uuid;

use super::{events::LiveSessions, person::User, token};
use crate::{clock, config::Jwt, http::request_id};

/// What a token of somebody else may say besides roles. Our own sessions are not theirs to name.
const VARIABLES: [&str; 3] = [
    "x-hasura-user-id",
    "x-hasura-organization-id",
    "x-hasura-application-id",
];

/// How long an issuer may take to tell its keys.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// The issuers that are trusted beside us.
#[derive(Clone)]
pub struct Outsiders {
    tokens: Option<Arc<Tokens>>,
}

impl Outsiders {
    /// Trusts those of the configuration.
    pub fn new(config: &Jwt) -> anyhow::Result<Self> {
        if config.issuers.is_empty() {
            return Ok(Self { tokens: None });
        }
        let skew = TimeDelta::seconds(token::LEEWAY.cast_signed());
        let issuers = config.issuers.iter().map(|issuer| issuer.trusted(skew));
        let http = connectors::http_client(PATIENCE)?;
        let now: Clock = Arc::new(clock::now);
        let tokens = Tokens::new(issuers.collect(), &http, &now);
        Ok(Self {
            tokens: Some(Arc::new(tokens)),
        })
    }

    /// Fetches their keys. While one cannot be reached its tokens are refused, and it is asked again later.
    pub async fn fetch_keys(self) {
        if let Some(tokens) = self.tokens {
            tokens.fetch_keys().await;
        }
    }

    /// Who verifies a token, if it says to come from one of them.
    pub fn of(&self, token: &str) -> Option<&Tokens> {
        self.tokens
            .as_deref()
            .filter(|tokens| tokens.knows_issuer_of(token))
    }
}

/// The session of a token. It ends with the token, and when its user may not come in any more.
pub async fn authenticate(
    tokens: &Tokens,
    pool: &Pool,
    live: &LiveSessions,
    headers: &HeaderMap,
    token: &str,
) -> Result<Authenticated, GraphqlError> {
    let Authenticated { session, ended } = tokens
        .authenticate(&Location::Authorization, token, headers)
        .await?;
    let user = session
        .variable("x-hasura-user-id")
        .and_then(|id| id.parse::<Uuid>().ok())
        .ok_or_else(|| {
            let problem = "x-hasura-user-id is not the id of a user";
            GraphqlError::new(Code::JwtInvalidClaims, problem)
        })?;
    // From before the user is looked at, so that no word is missed.
    let word = live.ended(user);
    let mut conn = pool
        .get()
        .await
        .map_err(|error| GraphqlError::fault(&error))?;
    is_active(&mut conn, user).await?;
    let variables = VARIABLES.iter().filter_map(|name| {
        let value = session.variable(name)?;
        Some(((*name).to_owned(), value.to_owned()))
    });
    let variables = variables.chain([request_id::variable()]);
    Ok(Authenticated {
        session: Session::new(session.role(), variables),
        ended: Box::pin(async move {
            // Either ends the session; which one does not matter.
            futures::future::select(ended, std::pin::pin!(word)).await;
        }),
    })
}

async fn is_active(conn: &mut AsyncPgConnection, user: Uuid) -> Result<(), GraphqlError> {
    let is_active = User::is_active(conn, user)
        .await
        .map_err(|error| GraphqlError::fault(&error))?;
    if is_active {
        return Ok(());
    }
    let problem = "the token names nobody who may come in";
    Err(GraphqlError::new(Code::AccessDenied, problem))
}
