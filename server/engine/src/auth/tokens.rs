//! Tokens of several issuers: whose it is, whether it holds, and what it grants. Verified ones are remembered until
//! they end or their issuer publishes other keys.

use std::{sync::Arc, time::Duration};

use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use futures::future::{BoxFuture, join_all};
use moka::sync::Cache;
use reqwest::Client;
use sha2::{Digest, Sha256};

use super::{
    Clock, Location,
    claims::Grant,
    config::{Issuer, KeySource},
    jwks::{Held, PublishedKeys},
    verify::{self, Problem},
};
use crate::{
    Session,
    error::{Code, GraphqlError},
    http::Authenticated,
};

/// How many verified tokens are remembered.
const REMEMBERED: u64 = 10_000;
/// How long a token is remembered that nobody sends.
const IDLE: Duration = Duration::from_mins(10);

/// Verifies tokens of trusted issuers.
pub struct Tokens {
    trusted: Vec<Trusted>,
    proven: Cache<[u8; 32], Arc<Proof>>,
    clock: Clock,
}

/// An issuer and its keys.
struct Trusted {
    issuer: Issuer,
    keys: Keys,
}

enum Keys {
    Fixed(Arc<Held>),
    Published(PublishedKeys),
}

/// A token that held.
struct Proof {
    grant: Grant,
    ends_at: Option<DateTime<Utc>>,
    /// The position of its issuer, and the key set that it held with.
    by: (usize, [u8; 32]),
}

impl Tokens {
    /// Trusts these issuers. `http` must not follow redirects.
    ///
    /// Installs the cryptography of `jsonwebtoken`, unless the program has done so before.
    pub fn new(issuers: Vec<Issuer>, http: &Client, clock: &Clock) -> Self {
        // Whoever installed one before has chosen.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let trusted = issuers.into_iter().map(|issuer| {
            let keys = match &issuer.keys {
                KeySource::Fixed(key) => Keys::Fixed(Arc::new(Held::fixed(key.0.clone()))),
                KeySource::Published { url, algorithms } => {
                    if issuer.audience.is_empty() {
                        tracing::warn!(%url, "tokens of this issuer for any audience are accepted");
                    }
                    Keys::Published(PublishedKeys::new(
                        url.clone(),
                        algorithms.clone(),
                        http.clone(),
                        Arc::clone(clock),
                    ))
                }
            };
            Trusted { issuer, keys }
        });
        Self {
            trusted: trusted.collect(),
            proven: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_idle(IDLE)
                .build(),
            clock: Arc::clone(clock),
        }
    }

    /// Whether there is no issuer.
    pub fn is_empty(&self) -> bool {
        self.trusted.is_empty()
    }

    /// Fetches all published keys. What fails is logged, and tried again when a token comes.
    pub async fn fetch_keys(&self) {
        join_all(self.trusted.iter().map(|trusted| async {
            trusted.keys.current().await;
        }))
        .await;
    }

    /// Whether a token says to come from an issuer that is trusted by name. Nothing is proven by that.
    pub fn knows_issuer_of(&self, token: &str) -> bool {
        let issuer = verify::claimed_issuer(token).ok().flatten();
        issuer.is_some_and(|issuer| {
            let mut names = self.trusted.iter().map(|trusted| &trusted.issuer.name);
            names.any(|name| name.as_ref() == Some(&issuer))
        })
    }

    /// The token of a request and where it stands, if one was sent.
    pub(super) fn find(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<(&Location, String)>, GraphqlError> {
        let mut places: Vec<&Location> = Vec::new();
        let mut found = None;
        for Trusted { issuer, .. } in &self.trusted {
            let place = &issuer.location;
            if places.contains(&place) {
                continue;
            }
            places.push(place);
            let Some(token) = place.find(headers)? else {
                continue;
            };
            if found.replace((place, token)).is_some() {
                let problem = "Could not verify JWT: Multiple JWTs found";
                return Err(GraphqlError::new(Code::InvalidHeaders, problem));
            }
        }
        Ok(found)
    }

    /// The session of a token that stands at a place, under the role that the headers ask for.
    pub async fn authenticate(
        &self,
        location: &Location,
        token: &str,
        headers: &HeaderMap,
    ) -> Result<Authenticated, GraphqlError> {
        let asked = Session::asked_role(headers)?;
        let proof = self.proof(location, token).await?;
        Ok(Authenticated {
            session: proof.grant.session(asked)?,
            ended: self.end(proof.ends_at),
        })
    }

    /// Resolves at a time, or never.
    fn end(&self, at: Option<DateTime<Utc>>) -> BoxFuture<'static, ()> {
        match at {
            None => Box::pin(std::future::pending()),
            Some(at) => {
                let left = (at - (self.clock)()).to_std().unwrap_or_default();
                Box::pin(tokio::time::sleep(left))
            }
        }
    }

    async fn proof(&self, location: &Location, token: &str) -> Result<Arc<Proof>, GraphqlError> {
        let name = format!("{location:?} {token}");
        let hash: [u8; 32] = Sha256::digest(name).into();
        if let Some(proof) = self.proven.get(&hash)
            && self.still_holds(&proof).await
        {
            return Ok(proof);
        }
        let proof = Arc::new(self.prove(location, token).await?);
        self.proven.insert(hash, Arc::clone(&proof));
        Ok(proof)
    }

    async fn still_holds(&self, proof: &Proof) -> bool {
        let (position, digest) = proof.by;
        let Some(trusted) = self.trusted.get(position) else {
            return false;
        };
        let held = trusted.keys.current().await;
        held.digest == digest && proof.ends_at.is_none_or(|ends_at| (self.clock)() < ends_at)
    }

    /// Tries the issuers that the token may come from.
    async fn prove(&self, location: &Location, token: &str) -> Result<Proof, GraphqlError> {
        let header = verify::header(token)?;
        let mut problem = None;
        for (position, trusted) in self.candidates(location, token)? {
            let held = trusted.keys.with_id(header.kid.as_deref()).await;
            let issuer = &trusted.issuer;
            let now = (self.clock)();
            match verify::verify(issuer, &held.keys, (token, &header), now) {
                Err(found) => problem = problem.or(Some(found)),
                Ok(verified) => {
                    let grant = issuer.claims.grant(&verified.content)?;
                    return Ok(Proof {
                        grant: match &issuer.roles {
                            Some(roles) => grant.limited_to(roles),
                            None => grant,
                        },
                        ends_at: verified.ends_at,
                        by: (position, held.digest),
                    });
                }
            }
        }
        Err(problem.unwrap_or(Problem::Issuer).into())
    }

    /// Those whom the token names, else those without a name, in their order.
    fn candidates(
        &self,
        location: &Location,
        token: &str,
    ) -> Result<Vec<(usize, &Trusted)>, Problem> {
        let claimed = verify::claimed_issuer(token)?;
        let named = |name: &Option<String>| {
            let all = self.trusted.iter().enumerate();
            all.filter(|(_, trusted)| {
                trusted.issuer.location == *location && trusted.issuer.name == *name
            })
            .collect::<Vec<_>>()
        };
        let found = named(&claimed);
        Ok(if found.is_empty() {
            named(&None)
        } else {
            found
        })
    }
}

impl Keys {
    async fn current(&self) -> Arc<Held> {
        match self {
            Self::Fixed(held) => Arc::clone(held),
            Self::Published(keys) => keys.current().await,
        }
    }

    async fn with_id(&self, id: Option<&str>) -> Arc<Held> {
        match self {
            Self::Fixed(held) => Arc::clone(held),
            Self::Published(keys) => keys.with_id(id).await,
        }
    }
}
