//! Keys that signatures are verified with, and for which algorithms each may be used. The token has no say in it.

use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, Header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;

use super::config::JwtConfigError;

/// A key that the configuration itself holds.
#[derive(Debug, Clone)]
pub struct FixedKey(pub(super) Key);

/// A key and what it may verify.
#[derive(Debug, Clone)]
pub(super) struct Key {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    pub(super) decoding: DecodingKey,
}

impl Key {
    /// Whether the key has the id that a token names; a key without an id cannot contradict it.
    pub(super) fn has_id(&self, id: Option<&str>) -> bool {
        match (id, &self.id) {
            (Some(asked), Some(own)) => asked == own,
            _ => true,
        }
    }

    /// Whether a token with this header may be verified with the key.
    pub(super) fn fits(&self, header: &Header) -> bool {
        self.algorithms.contains(&header.alg) && self.has_id(header.kid.as_deref())
    }
}

impl FixedKey {
    /// A key as Hasura's configuration writes it: a secret for `HS…`, else a public key or an X.509 certificate in PEM.
    pub fn parse(kind: &str, text: &str) -> Result<Self, JwtConfigError> {
        let unfit = |problem: &str| Err(JwtConfigError::Key(problem.to_owned()));
        let algorithm = match kind {
            "Ed25519" => Algorithm::EdDSA,
            "ES512" => return unfit("ES512 is not supported; use ES256, ES384 or Ed25519"),
            kind => match kind.parse() {
                Ok(algorithm) => algorithm,
                Err(_) => {
                    return unfit(
                        "type: HS256, HS384, HS512, RS256, RS384, RS512, ES256, ES384 or Ed25519",
                    );
                }
            },
        };
        if text.contains("PRIVATE KEY") {
            return unfit("key: a private key has no place here; give the public key");
        }
        let bytes = text.as_bytes();
        let decoding = match algorithm {
            Algorithm::HS256 => secret(bytes, 32),
            Algorithm::HS384 => secret(bytes, 48),
            Algorithm::HS512 => secret(bytes, 64),
            Algorithm::ES256 | Algorithm::ES384 => pem(DecodingKey::from_ec_pem(bytes)),
            Algorithm::EdDSA => pem(DecodingKey::from_ed_pem(bytes)),
            _ => pem(DecodingKey::from_rsa_pem(bytes)),
        };
        Ok(Self(Key {
            id: None,
            algorithms: vec![algorithm],
            decoding: decoding.map_err(JwtConfigError::Key)?,
        }))
    }
}

fn secret(bytes: &[u8], shortest: usize) -> Result<DecodingKey, String> {
    if bytes.len() < shortest {
        return Err(format!(
            "key: key size too small; should be at least {shortest} characters"
        ));
    }
    Ok(DecodingKey::from_secret(bytes))
}

fn pem(key: jsonwebtoken::errors::Result<DecodingKey>) -> Result<DecodingKey, String> {
    key.map_err(|_| "key: it is no public key or certificate of that type, in PEM".to_owned())
}

/// The usable keys of a JWK set (RFC 7517); others are left out. Symmetric keys are never usable: what is published is
/// no secret.
pub(super) fn published(
    body: &[u8],
    allowed: Option<&[Algorithm]>,
) -> Result<Vec<Key>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    let set: Set = serde_json::from_slice(body)?;
    let keys = set.keys.into_iter().filter_map(|key| {
        let jwk: Jwk = serde_json::from_value(key).ok()?;
        let mut algorithms = algorithms(&jwk)?;
        algorithms.retain(|algorithm| allowed.is_none_or(|allowed| allowed.contains(algorithm)));
        let decoding = DecodingKey::from_jwk(&jwk).ok()?;
        (!algorithms.is_empty()).then_some(Key {
            id: jwk.common.key_id,
            algorithms,
            decoding,
        })
    });
    Ok(keys.collect())
}

/// What a published key may verify: its own `alg`, if that fits its type, else what its type can.
fn algorithms(jwk: &Jwk) -> Option<Vec<Algorithm>> {
    if !is_for_signatures(jwk) {
        return None;
    }
    let possible: &[Algorithm] = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => AlgorithmFamily::Rsa.algorithms(),
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => &[Algorithm::ES256],
            EllipticCurve::P384 => &[Algorithm::ES384],
            _ => return None,
        },
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            &[Algorithm::EdDSA]
        }
        _ => return None,
    };
    match jwk.common.key_algorithm {
        Some(named) => {
            let named = Algorithm::try_from(named).ok()?;
            possible.contains(&named).then(|| vec![named])
        }
        None => Some(possible.to_vec()),
    }
}

fn is_for_signatures(jwk: &Jwk) -> bool {
    let (usage, operations) = (&jwk.common.public_key_use, &jwk.common.key_operations);
    usage
        .as_ref()
        .is_none_or(|usage| *usage == PublicKeyUse::Signature)
        && operations
            .as_ref()
            .is_none_or(|operations| operations.contains(&KeyOperations::Verify))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may end by a panic")]

    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(key: &Value, allowed: Option<&[Algorithm]>, expected: &[Algorithm]) {
        let body = json!({ "keys": [key, "nonsense"] }).to_string();
        let keys = published(body.as_bytes(), allowed).unwrap();
        let found: Vec<Algorithm> = keys.into_iter().flat_map(|key| key.algorithms).collect();
        assert_eq!(found, expected, "{key}");
    }

    #[test]
    fn a_published_key_says_what_it_may_verify() {
        use Algorithm::{ES256, EdDSA, PS256, RS256, RS384};
        let rsa = json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" });
        check(&rsa, None, AlgorithmFamily::Rsa.algorithms());
        check(&rsa, Some(&[RS384]), &[RS384]);
        check(&rsa, Some(&[ES256]), &[]);
        for (alg, expected) in [
            ("RS256", &[RS256][..]),
            ("PS256", &[PS256]),
            ("HS256", &[]),
            ("RSA-OAEP", &[]),
            ("ES256", &[]),
        ] {
            let key = json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "alg": alg });
            check(&key, None, expected);
        }
        check(
            &json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "use": "enc" }),
            None,
            &[],
        );
        check(
            &json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "key_ops": ["encrypt"] }),
            None,
            &[],
        );
        check(
            &json!({ "kty": "OKP", "crv": "Ed25519", "x": "AQAB" }),
            None,
            &[EdDSA],
        );
        check(
            &json!({ "kty": "EC", "crv": "P-256", "x": "AQAB", "y": "AQAB" }),
            None,
            &[ES256],
        );
        check(
            &json!({ "kty": "EC", "crv": "P-521", "x": "AQAB", "y": "AQAB" }),
            None,
            &[],
        );
        check(
            &json!({ "kty": "oct", "k": "AQAB", "alg": "HS256" }),
            None,
            &[],
        );
        assert!(published(b"{}", None).is_err());
    }

    #[test]
    fn a_weak_or_private_key_is_refused() {
        let problem = |kind: &str, key: &str| FixedKey::parse(kind, key).unwrap_err().to_string();
        assert!(problem("HS256", "short").contains("32"));
        assert!(problem("HS512", &"x".repeat(63)).contains("64"));
        assert!(FixedKey::parse("HS256", &"x".repeat(32)).is_ok());
        assert!(problem("RS256", "nonsense").contains("PEM"));
        assert!(problem("RS256", "-----BEGIN PRIVATE KEY-----").contains("private"));
        assert!(problem("ES512", "").contains("ES512"));
        assert!(problem("none", "").contains("type"));
    }
}
