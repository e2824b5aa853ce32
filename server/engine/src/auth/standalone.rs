//! Who asks, where Hasura's settings decide it: admin secrets, tokens, and a role for everybody else.
//!
//! In this order, as Hasura's source has it: an admin secret that is sent decides alone, even beside a token; then a
//! token; then the role for those who send neither. What is sent and does not hold is an error and never less.

use axum::http::{HeaderMap, HeaderName, header};
use reqwest::Client;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Clock, Issuer, Location, Tokens};
use crate::{
    Session,
    error::{Code, GraphqlError},
    http::{Authenticate, Authenticated, Channel, Origins, is_credential},
};

const SECRET: &str = "x-hasura-admin-secret";
/// The name that the secret had long ago.
const ACCESS_KEY: &str = "x-hasura-access-key";

/// What an operator decides on who may ask.
#[derive(Default)]
pub struct Standalone {
    /// Any of them makes an operator. Without one, and without issuers, everybody is an operator.
    pub admin_secrets: Vec<String>,
    /// Whose tokens are accepted.
    pub issuers: Vec<Issuer>,
    /// The role of those who send neither; without it they are refused.
    pub unauthorized_role: Option<String>,
    /// Pages of which other sites may use a token in a cookie.
    pub origins: Origins,
}

/// Why nobody could be let in safely.
#[derive(Debug, thiserror::Error)]
pub enum StandaloneError {
    /// Tokens would be of no use: everybody would be an operator.
    #[error(
        "--jwt-secret (HASURA_GRAPHQL_JWT_SECRET) requires --admin-secret (HASURA_GRAPHQL_ADMIN_SECRET) to be set"
    )]
    TokensWithoutSecret,
    /// Nobody would be under that role: everybody would be an operator.
    #[error(
        "--unauthorized-role (HASURA_GRAPHQL_UNAUTHORIZED_ROLE) requires --admin-secret \
         (HASURA_GRAPHQL_ADMIN_SECRET) to be set"
    )]
    RoleWithoutSecret,
    /// Everybody could send it.
    #[error("an admin secret is empty (HASURA_GRAPHQL_ADMIN_SECRET, HASURA_GRAPHQL_ADMIN_SECRETS)")]
    EmptySecret,
}

/// Decides who asks, as [`Standalone`] says.
pub struct StandaloneAuthenticator {
    secrets: Vec<[u8; 32]>,
    tokens: Tokens,
    unauthorized_role: Option<String>,
    origins: Origins,
    token_headers: Vec<HeaderName>,
}

impl StandaloneAuthenticator {
    /// Decides who asks. `http` fetches published keys and must not follow redirects.
    pub fn new(
        settings: Standalone,
        http: &Client,
        clock: &Clock,
    ) -> Result<Self, StandaloneError> {
        if settings.admin_secrets.iter().any(String::is_empty) {
            return Err(StandaloneError::EmptySecret);
        }
        if settings.admin_secrets.is_empty() {
            if !settings.issuers.is_empty() {
                return Err(StandaloneError::TokensWithoutSecret);
            }
            if settings.unauthorized_role.is_some() {
                return Err(StandaloneError::RoleWithoutSecret);
            }
        }
        let places = settings.issuers.iter().map(|issuer| &issuer.location);
        let token_headers = places.filter_map(|place| match place {
            Location::Header(name) => Some(name.clone()),
            Location::Authorization | Location::Cookie(_) => None,
        });
        Ok(Self {
            token_headers: token_headers.collect(),
            secrets: settings.admin_secrets.iter().map(digest).collect(),
            tokens: Tokens::new(settings.issuers, http, clock),
            unauthorized_role: settings.unauthorized_role,
            origins: settings.origins,
        })
    }

    /// Fetches the issuers' keys, so that the first token need not wait for them.
    pub async fn fetch_keys(&self) {
        self.tokens.fetch_keys().await;
    }

    fn is_secret(&self, sent: &[u8]) -> bool {
        let sent = digest(sent);
        let matches = self.secrets.iter().map(|secret| secret.ct_eq(&sent));
        matches
            .fold(subtle::Choice::from(0), |any, one| any | one)
            .into()
    }

    fn nobody(&self) -> Result<Authenticated, GraphqlError> {
        if let Some(role) = &self.unauthorized_role {
            return Ok(endless(Session::new(role, [])));
        }
        let (code, problem) = if self.tokens.is_empty() {
            let problem = "x-hasura-admin-secret/x-hasura-access-key required, but not found";
            (Code::AccessDenied, problem)
        } else {
            let problem = "Missing 'Authorization' or 'Cookie' header in JWT authentication mode";
            (Code::InvalidHeaders, problem)
        };
        Err(GraphqlError::new(code, problem))
    }

    /// Refuses a cookie that a browser sent along for a page of another site.
    fn is_own_page(&self, headers: &HeaderMap) -> Result<(), GraphqlError> {
        let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or(""));
        let Some(origin) = text(header::ORIGIN) else {
            return Ok(());
        };
        let place = origin.split_once("://").map(|(_, place)| place);
        if self.origins.allow(origin) || (place.is_some() && place == text(header::HOST)) {
            return Ok(());
        }
        let problem = "a page of another site may not use the cookie";
        Err(GraphqlError::new(Code::AccessDenied, problem))
    }
}

impl Authenticate for StandaloneAuthenticator {
    async fn authenticate(
        &self,
        headers: &HeaderMap,
        _: Channel,
    ) -> Result<Authenticated, GraphqlError> {
        if self.secrets.is_empty() {
            return Session::from_operator_headers(headers).map(endless);
        }
        if let Some(sent) = headers.get(SECRET).or_else(|| headers.get(ACCESS_KEY)) {
            if self.is_secret(sent.as_bytes()) {
                return Session::from_operator_headers(headers).map(endless);
            }
            let problem = "invalid \"x-hasura-admin-secret\"/\"x-hasura-access-key\"";
            return Err(GraphqlError::new(Code::AccessDenied, problem));
        }
        let Some((place, token)) = self.tokens.find(headers)? else {
            return self.nobody();
        };
        if let Location::Cookie(_) = place {
            self.is_own_page(headers)?;
        }
        self.tokens.authenticate(place, &token, headers).await
    }

    fn is_credential(&self, name: &HeaderName) -> bool {
        is_credential(name) || self.token_headers.contains(name)
    }
}

fn digest(secret: impl AsRef<[u8]>) -> [u8; 32] {
    Sha256::digest(secret).into()
}

fn endless(session: Session) -> Authenticated {
    Authenticated {
        session,
        ended: Box::pin(std::future::pending()),
    }
}
