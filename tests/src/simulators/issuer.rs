//! Somebody else who signs tokens and publishes the keys.

use anyhow::Result;
use aws_lc_rs::signature::Ed25519KeyPair;
use axum::{Json, Router, http::StatusCode, routing::get};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};

use super::{Simulator, bind, url_of};

const KEY_ID: &str = "the-only-one";

/// An issuer of tokens, and the place where it publishes its key.
pub struct Issuer {
    key: EncodingKey,
    place: Simulator,
}

impl Issuer {
    /// An issuer whose key can be had, or not.
    pub async fn start(is_reachable: bool) -> Result<Self> {
        // Another one of this process may have installed it.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let pair = Ed25519KeyPair::generate()?;
        let key = EncodingKey::from_ed_der(pair.to_pkcs8v1()?.as_ref());
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::EdDSA)?;
        jwk.common.key_id = Some(KEY_ID.to_owned());
        let set = json!({ "keys": [jwk] });
        let answer = move || async move {
            if is_reachable {
                Ok(Json(set))
            } else {
                Err(StatusCode::SERVICE_UNAVAILABLE)
            }
        };
        let listener = bind(([127, 0, 0, 1], 0).into()).await?;
        let url = url_of(&listener)?;
        let router = Router::new().route("/keys", get(answer));
        Ok(Self {
            key,
            place: Simulator::serve(listener, url, router),
        })
    }

    /// Its name, which is where it answers.
    pub fn url(&self) -> &str {
        self.place.url()
    }

    /// A token with this content.
    pub fn sign(&self, content: &Value) -> Result<String> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(KEY_ID.to_owned());
        Ok(encode(&header, content, &self.key)?)
    }
}
