//! Access tokens: JWTs with Hasura's claims, signed by our own keys, good for ten minutes and for one session.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{keys::Keys, session::Holder};

/// How long a token is good.
pub const LIFETIME: Duration = Duration::from_mins(10);
/// Who our tokens are for.
pub const AUDIENCE: &str = "secretariat";
/// How far clocks may differ, in seconds.
pub const LEEWAY: u64 = 5;

/// The content of a token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// Who signed it: our public address.
    pub iss: String,
    /// Who it is for.
    pub aud: String,
    /// The user; for a contact, the session.
    pub sub: Uuid,
    /// When it was signed, in seconds since 1970.
    pub iat: i64,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// What Hasura reads.
    #[serde(rename = "https://hasura.io/jwt/claims")]
    pub hasura: HasuraClaims,
}

/// Roles and session variables, as Hasura names them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HasuraClaims {
    /// The roles that may be asked for.
    #[serde(rename = "x-hasura-allowed-roles")]
    pub allowed_roles: Vec<String>,
    /// The role without asking.
    #[serde(rename = "x-hasura-default-role")]
    pub default_role: String,
    /// The user, if it is one.
    #[serde(rename = "x-hasura-user-id", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<Uuid>,
    /// The contact's address, if it is one.
    #[serde(
        rename = "x-hasura-contact-email",
        skip_serializing_if = "Option::is_none"
    )]
    pub contact_email: Option<String>,
    /// The session that the token dies with.
    #[serde(rename = "x-hasura-session-id")]
    pub session_id: Uuid,
}

/// A signed token and its end.
#[derive(Debug, Clone)]
pub struct AccessToken {
    /// The JWT.
    pub token: String,
    /// When it ends.
    pub expires: DateTime<Utc>,
}

/// Signs a token for a session. `roles` go from the weakest to the strongest; the last is the default.
pub fn sign(
    keys: &Keys,
    issuer: &str,
    holder: Holder<'_>,
    session_id: Uuid,
    roles: &[String],
    now: DateTime<Utc>,
) -> Result<AccessToken, jsonwebtoken::errors::Error> {
    let key = keys
        .newest()
        .ok_or(jsonwebtoken::errors::ErrorKind::InvalidKeyFormat)?;
    let expires = now + LIFETIME;
    let (user_id, contact_email) = match holder {
        Holder::User(id) => (Some(id), None),
        Holder::Contact(email) => (None, Some(email.to_owned())),
    };
    let claims = Claims {
        iss: issuer.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: user_id.unwrap_or(session_id),
        iat: now.timestamp(),
        exp: expires.timestamp(),
        hasura: HasuraClaims {
            allowed_roles: roles.to_vec(),
            default_role: roles.last().cloned().unwrap_or_default(),
            user_id,
            contact_email,
            session_id,
        },
    };
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some(key.id.clone());
    Ok(AccessToken {
        token: encode(&header, &claims, &key.encoding)?,
        expires,
    })
}

/// Reads a token that we signed and that has not ended.
pub fn verify(
    keys: &Keys,
    issuer: &str,
    token: &str,
) -> Result<Claims, jsonwebtoken::errors::Error> {
    let kid = decode_header(token)?.kid.unwrap_or_default();
    let key = keys
        .find(&kid)
        .ok_or(jsonwebtoken::errors::ErrorKind::InvalidSignature)?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    validation.leeway = LEEWAY;
    Ok(decode::<Claims>(token, &key.decoding, &validation)?.claims)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may end by a panic")]

    use chrono::TimeDelta;
    use jsonwebtoken::errors::ErrorKind;

    use super::*;
    use crate::clock;

    const ISSUER: &str = "https://secretariat.example";
    const NOBODY: Holder<'_> = Holder::User(Uuid::nil());

    fn check(keys: &Keys, signed_at: DateTime<Utc>, issuer: &str) -> Result<Claims, ErrorKind> {
        let roles = ["user".to_owned(), "admin".to_owned()];
        let signed = sign(keys, ISSUER, NOBODY, Uuid::nil(), &roles, signed_at).unwrap();
        verify(keys, issuer, &signed.token).map_err(|error| error.kind().clone())
    }

    #[test]
    fn a_token_holds_for_its_time_its_issuer_and_its_key() {
        // Another test of this process may have installed it.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let keys = Keys::generate().unwrap();
        let claims = check(&keys, clock::now(), ISSUER).unwrap();
        assert_eq!(claims.hasura.default_role, "admin");
        let long_ago = clock::now() - TimeDelta::minutes(11);
        assert_eq!(
            check(&keys, long_ago, ISSUER).unwrap_err(),
            ErrorKind::ExpiredSignature
        );
        let elsewhere = check(&keys, clock::now(), "https://other.example");
        assert_eq!(elsewhere.unwrap_err(), ErrorKind::InvalidIssuer);
        let signed = sign(&keys, ISSUER, NOBODY, Uuid::nil(), &[], clock::now()).unwrap();
        let others = Keys::generate().unwrap();
        assert!(verify(&others, ISSUER, &signed.token).is_err());
    }
}
