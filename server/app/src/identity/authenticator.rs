//! From a request's headers to the engine's session. Nothing else decides who asks.
//!
//! In this order: a gateway's id and secret, a bearer token, ours or that of an issuer whom the operator trusts, the operator's secret, the session cookie, nobody. A credential that is sent and
//! does not hold is an error; it never falls back to a weaker one.

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderMap, HeaderValue, header};
use chrono::{DateTime, Utc};
use engine::{
    Code, GraphqlError, Pool,
    http::{Authenticate, Authenticated, Channel},
};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{
    events::LiveSessions,
    keys::Keys,
    outside::{self, Outsiders},
    session::{self, Holder, Session},
    token,
};
use crate::{authorizations::gateways, clock, config::Secret, http::request_id};

/// The header in which operators send their secret.
pub const ADMIN_SECRET: &str = "x-hasura-admin-secret";

/// What proving a caller needs.
#[derive(Clone)]
pub struct Authenticator {
    /// Where sessions are.
    pub pool: Pool,
    /// What tokens are verified with.
    pub keys: Arc<Keys>,
    /// Who our tokens are signed by.
    pub issuer: String,
    /// Whose tokens count beside ours.
    pub outsiders: Outsiders,
    /// What operators send.
    pub admin_secret: Option<Secret>,
    /// Sessions known to be live.
    pub live: LiveSessions,
    /// Programs that ask whether API tokens hold.
    pub gateways: gateways::Known,
}

/// What opens a session.
enum Credential {
    /// The value of the cookie.
    Cookie(String),
    /// The session that a verified token names.
    Token(Uuid),
}

impl Authenticate for Authenticator {
    async fn authenticate(
        &self,
        headers: &HeaderMap,
        _: Channel,
    ) -> Result<Authenticated, GraphqlError> {
        if let Some(value) = headers.get(header::AUTHORIZATION) {
            if value.as_bytes().starts_with(b"Basic ") && self.gateways.are_any() {
                return self.gateway(value);
            }
            let token = value
                .to_str()
                .ok()
                .and_then(|value| {
                    value
                        .strip_prefix("Bearer ")
                        .or_else(|| value.strip_prefix("bearer "))
                })
                .ok_or_else(|| invalid_token("the authorization header is not a bearer token"))?;
            return self.by_token(headers, token).await;
        }
        if let Some(sent) = headers.get(ADMIN_SECRET) {
            return self.by_secret(headers, sent.as_bytes());
        }
        match self.by_cookie(headers).await? {
            Some(session) => {
                let ends_at = session.expires_at;
                Ok(self.authenticated(person(headers, &session)?, &session, ends_at))
            }
            None => {
                let anonymous = engine::Session::new("anonymous", [request_id::variable()]);
                Ok(Authenticated {
                    session: anonymous,
                    ended: Box::pin(std::future::pending()),
                })
            }
        }
    }
}

impl Authenticator {
    /// The live session of the request's cookie; `None` without a cookie.
    ///
    /// A browser sends the cookie whoever wrote the page, so a request from another site is refused.
    pub async fn by_cookie(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<Arc<Session>>, GraphqlError> {
        let Some(secret) = cookie_value(headers, session::COOKIE) else {
            return Ok(None);
        };
        if is_cross_site(headers) {
            let problem = "a request from another site may not use the session cookie";
            return Err(GraphqlError::new(Code::AccessDenied, problem));
        }
        self.live_session(session::hash(&secret), Credential::Cookie(secret))
            .await
            .map(Some)
    }

    /// The live session that a credential of this hash opens.
    async fn live_session(
        &self,
        hash: Vec<u8>,
        credential: Credential,
    ) -> Result<Arc<Session>, GraphqlError> {
        if let Some(session) = self.live.recall(&hash, clock::now()) {
            return Ok(session);
        }
        let epoch = self.live.epoch();
        let mut conn = self
            .pool
            .get()
            .await
            .map_err(|error| GraphqlError::fault(&error))?;
        let found = match credential {
            Credential::Cookie(secret) => Session::find_by_secret(&mut conn, &secret).await,
            Credential::Token(id) => Session::find(&mut conn, id).await,
        };
        let found = found.map_err(|error| GraphqlError::fault(&error))?;
        let session = Arc::new(found.ok_or_else(session_ended)?);
        self.live.remember(&hash, Arc::clone(&session), epoch);
        Ok(session)
    }

    async fn by_token(
        &self,
        headers: &HeaderMap,
        token: &str,
    ) -> Result<Authenticated, GraphqlError> {
        if let Some(tokens) = self.outsiders.of(token) {
            return outside::authenticate(tokens, &self.pool, &self.live, headers, token).await;
        }
        let claims = token::verify(&self.keys, &self.issuer, token)
            .map_err(|error| invalid_token(&format!("could not verify JWT: {error}")))?;
        let credential = Credential::Token(claims.hasura.session_id);
        let session = self.live_session(session::hash(token), credential).await?;
        let ends_at = DateTime::from_timestamp(claims.exp, 0).unwrap_or_default();
        Ok(self.authenticated(person(headers, &session)?, &session, ends_at))
    }

    /// A gateway, by its id and secret.
    fn gateway(&self, sent: &HeaderValue) -> Result<Authenticated, GraphqlError> {
        let known = sent
            .to_str()
            .ok()
            .and_then(|sent| self.gateways.prove(sent));
        let Some(id) = known else {
            let problem = "no gateway has this id and secret";
            return Err(GraphqlError::new(Code::AccessDenied, problem));
        };
        Ok(Authenticated {
            session: gateways::session(id),
            ended: Box::pin(std::future::pending()),
        })
    }

    fn by_secret(&self, headers: &HeaderMap, sent: &[u8]) -> Result<Authenticated, GraphqlError> {
        let holds = self
            .admin_secret
            .as_ref()
            .is_some_and(|secret| secret.expose().as_bytes().ct_eq(sent).into());
        if !holds {
            let problem = "invalid \"x-hasura-admin-secret\"";
            return Err(GraphqlError::new(Code::AccessDenied, problem));
        }
        let operator = engine::Session::from_operator_headers(headers)?.with([
            request_id::variable(),
            ("x-actor".to_owned(), "operator".to_owned()),
        ]);
        Ok(Authenticated {
            session: operator,
            ended: Box::pin(std::future::pending()),
        })
    }

    fn authenticated(
        &self,
        session: engine::Session,
        known: &Session,
        ends_at: DateTime<Utc>,
    ) -> Authenticated {
        let word = self.live.ended(known.id);
        let left = (ends_at.min(known.expires_at) - clock::now())
            .to_std()
            .unwrap_or(Duration::ZERO);
        let ended = async move {
            // Either ends the session; which one does not matter.
            let _ = tokio::time::timeout(left, word).await;
        };
        Authenticated {
            session,
            ended: Box::pin(ended),
        }
    }
}

/// The engine's session of a user, under the role that was asked for or the strongest.
fn person(headers: &HeaderMap, session: &Session) -> Result<engine::Session, GraphqlError> {
    let asked = engine::Session::asked_role(headers)?;
    let role = match asked {
        Some(role) if session.roles.iter().any(|allowed| allowed == role) => role,
        Some(role) => {
            let problem = format!("your requested role {role:?} is not in allowed roles");
            return Err(GraphqlError::new(Code::AccessDenied, problem));
        }
        None => session.roles.last().map_or("anonymous", String::as_str),
    };
    let variables = [
        match session.holder() {
            Holder::User(id) => ("x-hasura-user-id".to_owned(), id.to_string()),
            Holder::Contact(email) => ("x-hasura-contact-email".to_owned(), email.to_owned()),
        },
        ("x-hasura-session-id".to_owned(), session.id.to_string()),
        request_id::variable(),
    ];
    Ok(engine::Session::new(role, variables))
}

/// The value of a cookie.
pub fn cookie_value(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(cookie::Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// Whether a browser says that another site made this request (Fetch Metadata, else Origin against Host).
pub fn is_cross_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => {
            origin.split_once("://").map(|(_, place)| place) != Some(host)
        }
        (Some(_), None) => true,
        (None, _) => false,
    }
}

fn invalid_token(problem: &str) -> GraphqlError {
    GraphqlError::new(Code::InvalidJwt, problem)
}

fn session_ended() -> GraphqlError {
    GraphqlError::new(Code::AccessDenied, "the session has ended, sign in again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unwrap_used, reason = "a test of constant names")]
    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn another_site_is_told_by_fetch_metadata_or_origin() {
        assert!(is_cross_site(&headers(&[("sec-fetch-site", "cross-site")])));
        assert!(is_cross_site(&headers(&[("sec-fetch-site", "same-site")])));
        assert!(!is_cross_site(&headers(&[(
            "sec-fetch-site",
            "same-origin"
        )])));
        assert!(is_cross_site(&headers(&[
            ("origin", "https://evil.example"),
            ("host", "here.example")
        ])));
        assert!(!is_cross_site(&headers(&[
            ("origin", "https://here.example"),
            ("host", "here.example")
        ])));
        assert!(is_cross_site(&headers(&[
            ("origin", "null"),
            ("host", "here.example")
        ])));
        assert!(!is_cross_site(&headers(&[("host", "here.example")])));
    }
}
