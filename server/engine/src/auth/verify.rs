//! One token against one issuer: signature, issuer, audience and time. Pure; what the token grants is not asked here.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Header, Validation, dangerous::insecure_decode_claims, decode, decode_header};
use serde_json::Value;

use super::{config::Issuer, keys::Key};
use crate::error::{Code, GraphqlError};

/// Why a token does not hold, by Hasura's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Problem {
    #[error("JWSError JWSInvalidSignature")]
    Signature,
    #[error("JWSError (CompactDecodeError)")]
    Malformed,
    #[error("JWTClaimsSetDecodeError")]
    Claims,
    #[error("JWTNotInIssuer")]
    Issuer,
    #[error("JWTNotInAudience")]
    Audience,
    #[error("JWTExpired")]
    Expired,
    #[error("JWTClaimsSetDecodeError: exp is missing")]
    Endless,
    #[error("JWTNotYetValid")]
    NotYet,
    #[error("JWTIssuedAtFuture")]
    FromTheFuture,
}

impl From<Problem> for GraphqlError {
    fn from(problem: Problem) -> Self {
        Self::new(Code::InvalidJwt, format!("Could not verify JWT: {problem}"))
    }
}

/// A token's content, and when it ends.
#[derive(Debug)]
pub(super) struct Verified {
    pub(super) content: Value,
    pub(super) ends_at: Option<DateTime<Utc>>,
}

/// The header of a token. An extension that a token calls critical is not known here (RFC 7515, 4.1.11).
pub(super) fn header(token: &str) -> Result<Header, Problem> {
    let header = decode_header(token).map_err(|_| Problem::Malformed)?;
    match header.crit {
        None => Ok(header),
        Some(_) => Err(Problem::Malformed),
    }
}

/// What a token says of its issuer, unproven.
pub(super) fn claimed_issuer(token: &str) -> Result<Option<String>, Problem> {
    let content: Value = insecure_decode_claims(token).map_err(|_| Problem::Malformed)?;
    match content.get("iss") {
        None => Ok(None),
        Some(Value::String(issuer)) => Ok(Some(issuer.clone())),
        Some(_) => Err(Problem::Claims),
    }
}

/// Verifies a token.
pub(super) fn verify(
    issuer: &Issuer,
    keys: &[Key],
    (token, header): (&str, &Header),
    now: DateTime<Utc>,
) -> Result<Verified, Problem> {
    let mut validation = Validation::new(header.alg);
    validation.required_spec_claims.clear();
    // Looked at below, by the clock that we are given and more strictly.
    validation.validate_exp = false;
    validation.validate_aud = false;
    let content = keys
        .iter()
        .filter(|key| key.fits(header))
        .find_map(|key| decode::<Value>(token, &key.decoding, &validation).ok())
        .ok_or(Problem::Signature)?
        .claims;
    if issuer.name.is_some() && content.get("iss").and_then(Value::as_str) != issuer.name.as_deref()
    {
        return Err(Problem::Issuer);
    }
    if !issuer.audience.is_empty() && !is_for(&issuer.audience, &content) {
        return Err(Problem::Audience);
    }
    let ends_at = time(&content, "exp")?.map(|exp| exp + issuer.skew);
    match ends_at {
        None if !issuer.is_endless_allowed => return Err(Problem::Endless),
        Some(ends_at) if now >= ends_at => return Err(Problem::Expired),
        _ => {}
    }
    let is_later = |time: Option<DateTime<Utc>>| time.is_some_and(|time| time > now + issuer.skew);
    if is_later(time(&content, "nbf")?) {
        return Err(Problem::NotYet);
    }
    if is_later(time(&content, "iat")?) {
        return Err(Problem::FromTheFuture);
    }
    Ok(Verified { content, ends_at })
}

fn is_for(audience: &[String], content: &Value) -> bool {
    let is_one = |named: &Value| audience.iter().any(|one| named.as_str() == Some(one));
    match content.get("aud") {
        Some(Value::Array(named)) => named.iter().any(is_one),
        Some(named) => is_one(named),
        None => false,
    }
}

/// A claim in seconds since 1970, which may have a fraction (RFC 7519, 2).
fn time(content: &Value, claim: &str) -> Result<Option<DateTime<Utc>>, Problem> {
    let Some(value) = content.get(claim) else {
        return Ok(None);
    };
    let seconds = value.as_f64().ok_or(Problem::Claims)?;
    TimeDelta::try_milliseconds(milliseconds(seconds).ok_or(Problem::Claims)?)
        .and_then(|since| DateTime::UNIX_EPOCH.checked_add_signed(since))
        .map(Some)
        .ok_or(Problem::Claims)
}

/// Seconds up to the year 9999 as milliseconds.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked, and fractions of milliseconds do not matter"
)]
fn milliseconds(seconds: f64) -> Option<i64> {
    (0.0..253_402_300_800.0)
        .contains(&seconds)
        .then_some((seconds * 1_000.0) as i64)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may end by a panic")]

    use serde_json::json;

    use super::{super::config::KeySource, *};

    /// Tokens `{"sub":"x"}` with the certificates of who signed them.
    const SIGNED: [(&str, &str, &str); 2] = [
        (
            "RS256",
            include_str!("../../tests/http/certificates/rs256.pem"),
            "eyJhbGciOiAiUlMyNTYifQ.eyJzdWIiOiAieCJ9.ZOmg20TXKnYz4b3450NW5dNCZmWdfdQD4wLh7eDVRMKRHHBJr0ZEKU5MpsA_YdiE7A77pMp3kQrpl-y4NyOiPbHA14H6GKO4kJVAzURJawc-CWFAP91IlC9z_6eEM0ZBLTJHiuiY4Hl6u-t8XdsLdEULFFOvMI5uai2DrQpIFa6z3TNoo0qHHOgoYIT2CGu8FS5YvkUoUtrjfsPOgMle8SIKbwQu88h8-bVjNv1GzPcrAFDfc17VNjkFM2IukIWx0lP_7tEv9PkfQHmU-gzZ2Qt2IahLSlx7w9IRVJliJRjdIq_e1QlqCdb1CSOsZvleiyeJA8b_8sIEgIZG5bZPjA",
        ),
        (
            "ES256",
            include_str!("../../tests/http/certificates/es256.pem"),
            "eyJhbGciOiAiRVMyNTYifQ.eyJzdWIiOiAieCJ9.4weoF3qgI5pDwArVfiXCkNojb7sG8ikdOTyux9i_KhWZgx0EkWY8YiGHgxKInhGltTvW_0CayEwOXjVBYsjUYg",
        ),
    ];

    fn check(
        kind: &str,
        certificate: &str,
        token: &str,
        is_endless_allowed: bool,
    ) -> Option<Problem> {
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let config =
            json!({ "type": kind, "key": certificate, "allow_missing_exp": is_endless_allowed });
        let issuer = Issuer::parse(&config.to_string()).unwrap();
        let KeySource::Fixed(key) = &issuer.keys else {
            return None;
        };
        let header = header(token).unwrap();
        verify(
            &issuer,
            std::slice::from_ref(&key.0),
            (token, &header),
            DateTime::UNIX_EPOCH,
        )
        .err()
    }

    #[test]
    fn a_certificate_is_a_key_and_an_end_is_asked_for() {
        for (kind, certificate, token) in SIGNED {
            assert_eq!(check(kind, certificate, token, true), None);
            assert_eq!(
                check(kind, certificate, token, false),
                Some(Problem::Endless)
            );
            let forged = token.replace("eyJzdWIiOiAieCJ9", "eyJzdWIiOiAieSJ9");
            assert_eq!(
                check(kind, certificate, &forged, true),
                Some(Problem::Signature)
            );
        }
    }
}
