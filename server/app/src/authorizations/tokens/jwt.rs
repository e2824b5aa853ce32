//! The signed form of API tokens. Neither the keys nor the audience are those of our own access tokens, so that none is
//! ever taken for the other.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryResult, QueryableByName,
    sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    config::{self, TokenAlgorithm},
    db::sql,
    identity::keys::Keys,
};

/// The version of the claims (reference/datapass.md § 3.2).
const VERSION: &str = "1.0";

/// The content of an API token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// Who signed it.
    pub iss: String,
    /// Who it is for.
    pub aud: String,
    /// The token's row.
    pub jti: Uuid,
    /// The same, under the name that older gateways read.
    pub uid: Uuid,
    /// The request, by its title.
    pub sub: String,
    /// What the last approval granted.
    pub scopes: Vec<String>,
    /// When the token was issued, in seconds since 1970.
    pub iat: i64,
    /// When it ends, as far as it was known when this form was signed, in seconds since 1970.
    pub exp: i64,
    /// Of the claims.
    pub version: String,
}

/// A token and what its claims tell of its request.
#[derive(Debug, QueryableByName)]
pub struct Token {
    /// Its row.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// When it was issued.
    #[diesel(sql_type = Timestamptz)]
    pub issued_at: DateTime<Utc>,
    /// When it ends.
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: DateTime<Utc>,
    /// From when on it is refused.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub blacklisted_at: Option<DateTime<Utc>>,
    /// What its request is called.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// What its request was granted.
    #[diesel(sql_type = Array<Text>)]
    pub scopes: Vec<String>,
}

impl Token {
    /// The token of an id.
    pub async fn find(conn: &mut AsyncPgConnection, id: Uuid) -> QueryResult<Option<Self>> {
        sql(
            "select t.id, t.issued_at, t.expires_at, t.blacklisted_at, r.scopes, \
             coalesce(r.title, r.api || ' ' || r.external_id) as title \
             from api_tokens t join authorization_requests r on r.id = t.request_id where t.id = $1",
        )
        .bind::<SqlUuid, _>(id)
        .get_result(conn)
        .await
        .optional()
    }

    /// Whether it opens anything then.
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.expires_at > now && self.blacklisted_at.is_none_or(|at| at > now)
    }
}

/// Signs and verifies API tokens.
#[derive(Clone)]
pub struct Signer {
    issuer: String,
    audience: String,
    means: Means,
}

#[derive(Clone)]
enum Means {
    Keys(Arc<Keys>),
    Secrets(Arc<[config::Secret]>),
}

impl Signer {
    /// Signs as the operator configured; `keys` are those of API tokens.
    pub fn new(tokens: &config::Tokens, keys: Keys, public_issuer: &str) -> Self {
        let means = match tokens.algorithm {
            TokenAlgorithm::EdDsa => Means::Keys(Arc::new(keys)),
            TokenAlgorithm::Hs256 => Means::Secrets(tokens.secrets.clone().into()),
        };
        let issuer = tokens.issuer.clone();
        Self {
            issuer: issuer.unwrap_or_else(|| format!("{public_issuer}/tokens")),
            audience: tokens.audience.clone(),
            means,
        }
    }

    /// Who signs, for whom.
    pub fn parties(&self) -> (&str, &str) {
        (&self.issuer, &self.audience)
    }

    /// The public halves of the keys; none with shared secrets.
    pub fn jwks(&self) -> serde_json::Value {
        match &self.means {
            Means::Keys(keys) => keys.jwks(),
            Means::Secrets(_) => serde_json::json!({ "keys": [] }),
        }
    }

    /// The signed form of a token.
    pub fn sign(&self, token: &Token) -> Result<String, jsonwebtoken::errors::Error> {
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            jti: token.id,
            uid: token.id,
            sub: token.title.clone(),
            scopes: token.scopes.clone(),
            iat: token.issued_at.timestamp(),
            exp: token.expires_at.timestamp(),
            version: VERSION.to_owned(),
        };
        let none =
            || jsonwebtoken::errors::Error::from(jsonwebtoken::errors::ErrorKind::InvalidKeyFormat);
        match &self.means {
            Means::Keys(keys) => {
                let key = keys.newest().ok_or_else(none)?;
                let mut header = Header::new(Algorithm::EdDSA);
                header.kid = Some(key.id.clone());
                encode(&header, &claims, &key.encoding)
            }
            Means::Secrets(secrets) => {
                let secret = secrets.iter().next().ok_or_else(none)?;
                let key = EncodingKey::from_secret(secret.expose().as_bytes());
                encode(&Header::new(Algorithm::HS256), &claims, &key)
            }
        }
    }

    /// Which token this is the signed form of, if we signed it. Whether it holds, its row says.
    pub fn verify(&self, jwt: &str) -> Option<Uuid> {
        match &self.means {
            Means::Keys(keys) => {
                let kid = decode_header(jwt).ok()?.kid?;
                self.decode(jwt, &keys.find(&kid)?.decoding, Algorithm::EdDSA)
            }
            Means::Secrets(secrets) => secrets.iter().find_map(|secret| {
                let key = DecodingKey::from_secret(secret.expose().as_bytes());
                self.decode(jwt, &key, Algorithm::HS256)
            }),
        }
    }

    fn decode(&self, jwt: &str, key: &DecodingKey, algorithm: Algorithm) -> Option<Uuid> {
        let mut validation = Validation::new(algorithm);
        validation.set_audience(&[&self.audience]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["aud", "iss"]);
        // The row knows of prolongations; what was signed before does not.
        validation.validate_exp = false;
        let claims = decode::<Claims>(jwt, key, &validation).ok()?.claims;
        Some(claims.jti)
    }
}
