//! The keys that sign tokens: made at the first start, kept in the database, published as a JWKS. Access tokens and API
//! tokens have keys of their own, so that none is ever taken for the other.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types::Bool};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use jsonwebtoken::{DecodingKey, EncodingKey};
use uuid::Uuid;

use crate::db::{schema::signing_keys, sql};

/// Why there is no signing key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The database failed.
    #[error("the signing keys could not be read")]
    Database(#[from] diesel::result::Error),
    /// No key could be made.
    #[error("no signing key could be made")]
    Generation,
    /// A stored key cannot be used.
    #[error("the signing key {0} cannot be used")]
    Unusable(Uuid, #[source] jsonwebtoken::errors::Error),
}

/// What keys sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Our own access tokens, which live for minutes: a retired key verifies nothing any more.
    Access,
    /// API tokens, which live for months and outlive the rotation of keys: a retired key verifies.
    ApiToken,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::ApiToken => "api_token",
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = signing_keys)]
struct SigningKey {
    id: Uuid,
    private_key: Vec<u8>,
    public_key: Vec<u8>,
    retired_at: Option<DateTime<Utc>>,
}

#[derive(Insertable)]
#[diesel(table_name = signing_keys)]
struct NewSigningKey {
    algorithm: &'static str,
    purpose: &'static str,
    private_key: Vec<u8>,
    public_key: Vec<u8>,
}

/// A key in use.
pub struct Key {
    /// Its id, the `kid` of tokens.
    pub id: String,
    /// Signs.
    pub encoding: EncodingKey,
    /// Verifies.
    pub decoding: DecodingKey,
    public: Vec<u8>,
    is_retired: bool,
}

/// All keys that tokens may be signed with, the newest first.
pub struct Keys(Vec<Key>);

impl Keys {
    /// Reads the keys of a purpose, and makes one when none is left to sign with.
    pub async fn load(conn: &mut AsyncPgConnection, purpose: Purpose) -> Result<Self, KeyError> {
        let rows = conn
            .transaction(async |conn| {
                sql("lock table signing_keys in share row exclusive mode")
                    .execute(conn)
                    .await?;
                let rows = SigningKey::usable(conn, purpose).await?;
                if rows.iter().any(|row| row.retired_at.is_none()) {
                    return Ok::<_, KeyError>(rows);
                }
                let new = NewSigningKey::generate(purpose)?;
                diesel::insert_into(signing_keys::table)
                    .values(new)
                    .execute(conn)
                    .await?;
                Ok(SigningKey::usable(conn, purpose).await?)
            })
            .await?;
        rows.into_iter()
            .map(Key::try_from)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// One new key that nobody else has.
    #[cfg(test)]
    pub fn generate() -> Result<Self, KeyError> {
        let NewSigningKey {
            private_key,
            public_key,
            ..
        } = NewSigningKey::generate(Purpose::Access)?;
        let row = SigningKey {
            id: Uuid::new_v4(),
            private_key,
            public_key,
            retired_at: None,
        };
        Ok(Self(vec![row.try_into()?]))
    }

    /// The key that new tokens are signed with.
    pub fn newest(&self) -> Option<&Key> {
        self.0.iter().find(|key| !key.is_retired)
    }

    /// The key of an id.
    pub fn find(&self, id: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.id == id)
    }

    /// The public halves, as RFC 7517 and RFC 8037 write them.
    pub fn jwks(&self) -> serde_json::Value {
        let keys: Vec<_> = self
            .0
            .iter()
            .map(|key| {
                serde_json::json!({
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "use": "sig",
                    "alg": "EdDSA",
                    "kid": key.id,
                    "x": URL_SAFE_NO_PAD.encode(&key.public),
                })
            })
            .collect();
        serde_json::json!({ "keys": keys })
    }
}

impl SigningKey {
    async fn usable(conn: &mut AsyncPgConnection, purpose: Purpose) -> QueryResult<Vec<Self>> {
        let outlives = purpose == Purpose::ApiToken;
        signing_keys::table
            .filter(signing_keys::purpose.eq(purpose.as_str()))
            .filter(
                signing_keys::retired_at
                    .is_null()
                    .or(outlives.into_sql::<Bool>()),
            )
            .order(signing_keys::created_at.desc())
            .select(Self::as_select())
            .load(conn)
            .await
    }
}

impl NewSigningKey {
    fn generate(purpose: Purpose) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Generation)?;
        let private_key = pair.to_pkcs8v1().map_err(|_| KeyError::Generation)?;
        Ok(Self {
            algorithm: "EdDSA",
            purpose: purpose.as_str(),
            private_key: private_key.as_ref().to_vec(),
            public_key: pair.public_key().as_ref().to_vec(),
        })
    }
}

impl TryFrom<SigningKey> for Key {
    type Error = KeyError;

    fn try_from(row: SigningKey) -> Result<Self, KeyError> {
        let x = URL_SAFE_NO_PAD.encode(&row.public_key);
        let decoding = DecodingKey::from_ed_components(&x)
            .map_err(|error| KeyError::Unusable(row.id, error))?;
        Ok(Self {
            id: row.id.to_string(),
            encoding: EncodingKey::from_ed_der(&row.private_key),
            decoding,
            public: row.public_key,
            is_retired: row.retired_at.is_some(),
        })
    }
}
