//! Issuers of tokens: keys of every kind, a place that publishes them, and a server that trusts them.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use anyhow::{Context as _, Result};
use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{KeyPair as RsaPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair as _,
    },
};
use axum::{
    Router,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode},
    response::IntoResponse,
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use engine::auth::{Clock, Issuer, Standalone, StandaloneAuthenticator};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};

use crate::world::{SECRET, Setup, World};

pub const NAMESPACE: &str = "https://hasura.io/jwt/claims";

/// The time in a test, which it moves.
#[derive(Clone, Default)]
pub struct Time(Arc<AtomicI64>);

impl Time {
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::seconds(self.0.load(Ordering::SeqCst))
    }

    pub fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn clock(&self) -> Clock {
        let time = self.clone();
        Arc::new(move || time.now())
    }
}

/// Who signs tokens.
#[derive(Clone)]
pub struct Signer {
    pub algorithm: Algorithm,
    pub id: Option<String>,
    pub encoding: EncodingKey,
    /// The public key in PEM, or the secret.
    pub public: String,
}

fn pem(kind: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    format!("-----BEGIN {kind}-----\n{text}\n-----END {kind}-----\n")
}

impl Signer {
    pub fn new(algorithm: Algorithm) -> Result<Self> {
        // Another test of this process may have installed it.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let (encoding, public) = match algorithm {
            Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => {
                let secret = uuid::Uuid::new_v4().simple().to_string().repeat(2);
                (EncodingKey::from_secret(secret.as_bytes()), secret)
            }
            Algorithm::ES256 | Algorithm::ES384 => {
                let kind = match algorithm {
                    Algorithm::ES256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
                    _ => &ECDSA_P384_SHA384_FIXED_SIGNING,
                };
                let der = EcdsaKeyPair::generate_pkcs8(kind, &SystemRandom::new())?;
                let pair = EcdsaKeyPair::from_pkcs8(kind, der.as_ref())?;
                let public: PublicKeyX509Der<'_> = pair.public_key().as_der()?;
                let public = pem("PUBLIC KEY", public.as_ref());
                (EncodingKey::from_ec_der(der.as_ref()), public)
            }
            Algorithm::EdDSA => {
                let pair = Ed25519KeyPair::generate()?;
                let public: PublicKeyX509Der<'_> = pair.public_key().as_der()?;
                let der = pair.to_pkcs8v1()?;
                let public = pem("PUBLIC KEY", public.as_ref());
                (EncodingKey::from_ed_der(der.as_ref()), public)
            }
            _ => {
                let pair = RsaPair::generate(KeySize::Rsa2048)?;
                let private: Pkcs8V1Der<'_> = pair.as_der()?;
                let public: PublicKeyX509Der<'_> = pair.public_key().as_der()?;
                let private = pem("PRIVATE KEY", private.as_ref());
                let encoding = EncodingKey::from_rsa_pem(private.as_bytes())?;
                (encoding, pem("PUBLIC KEY", public.as_ref()))
            }
        };
        Ok(Self {
            algorithm,
            id: None,
            encoding,
            public,
        })
    }

    pub fn named(self, id: &str) -> Self {
        Self {
            id: Some(id.to_owned()),
            ..self
        }
    }

    pub fn sign(&self, content: &Value) -> Result<String> {
        let mut header = Header::new(self.algorithm);
        header.kid.clone_from(&self.id);
        Ok(encode(&header, content, &self.encoding)?)
    }

    /// The key as it is published.
    pub fn jwk(&self) -> Result<Value> {
        let mut jwk = Jwk::from_encoding_key(&self.encoding, self.algorithm)?;
        jwk.common.key_id.clone_from(&self.id);
        Ok(serde_json::to_value(jwk)?)
    }

    /// The type as Hasura's configuration names it.
    pub fn kind(&self) -> String {
        match self.algorithm {
            Algorithm::EdDSA => "Ed25519".to_owned(),
            other => format!("{other:?}"),
        }
    }

    /// A configuration that trusts the key.
    pub fn trusted(&self, members: &Value) -> Result<Issuer> {
        let mut written = json!({ "type": self.kind(), "key": self.public });
        for (name, value) in members.as_object().context("no object")? {
            written[name] = value.clone();
        }
        Ok(Issuer::parse(&written.to_string())?)
    }
}

/// The content of a token for a reader, good for a minute, with other members over it.
pub fn content(now: DateTime<Utc>, members: &Value) -> Value {
    let mut content = json!({
        "exp": now.timestamp() + 60,
        NAMESPACE: {
            "x-hasura-allowed-roles": ["reader", "archivist"],
            "x-hasura-default-role": "reader",
            "x-hasura-user-id": "r1",
        },
    });
    for (name, value) in members.as_object().into_iter().flatten() {
        content[name] = value.clone();
    }
    content
}

/// A server that trusts issuers, operators with the secret, and nobody else.
pub async fn trusting(issuers: Vec<Issuer>, time: &Time) -> Result<World> {
    let settings = Standalone {
        admin_secrets: vec!["other".to_owned(), SECRET.to_owned()],
        issuers,
        ..Standalone::default()
    };
    serving(settings, time).await
}

pub async fn serving(settings: Standalone, time: &Time) -> Result<World> {
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let authenticator = StandaloneAuthenticator::new(settings, &http, &time.clock())?;
    authenticator.fetch_keys().await;
    World::start_with(Setup::default(), authenticator).await
}

/// Whose loans the sender of these headers sees: their user id, as far as the server believes it.
pub async fn loans(world: &World, headers: &[(&str, &str)]) -> Result<Value> {
    let request = world.bare(reqwest::Method::POST, "/v1/graphql");
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    let query = json!({ "query": "{ loan(limit: 1) { reader_id } }" });
    Ok(request.json(&query).send().await?.json().await?)
}

/// What the bearer of a token sees.
pub async fn borne(world: &World, token: &str) -> Result<Value> {
    loans(world, &[("authorization", &format!("Bearer {token}"))]).await
}

pub fn seen_by(user: &str) -> Value {
    json!({ "data": { "loan": [{ "reader_id": user }] } })
}

pub fn refused(code: &str, message: &str) -> Value {
    let extensions = json!({ "path": "$", "code": code });
    json!({ "errors": [{ "message": message, "extensions": extensions }] })
}

/// A place that publishes keys.
pub struct Publisher {
    pub url: String,
    said: Arc<Mutex<Said>>,
}

/// What a publisher says.
pub struct Said {
    pub status: StatusCode,
    pub header: (&'static str, &'static str),
    pub body: String,
    /// How often it was asked.
    pub asked: usize,
}

impl Publisher {
    pub async fn start(signers: &[&Signer]) -> Result<Self> {
        let said = Arc::new(Mutex::new(Said {
            status: StatusCode::OK,
            header: ("cache-control", "max-age=300"),
            body: String::new(),
            asked: 0,
        }));
        let router = Router::new()
            .route("/keys", get(answer))
            .with_state(Arc::clone(&said));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/keys", listener.local_addr()?);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let publisher = Self { url, said };
        publisher.publish(signers)?;
        Ok(publisher)
    }

    pub fn publish(&self, signers: &[&Signer]) -> Result<()> {
        let keys: Vec<Value> = signers
            .iter()
            .map(|signer| signer.jwk())
            .collect::<Result<_>>()?;
        self.say().body = json!({ "keys": keys }).to_string();
        Ok(())
    }

    pub fn say(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(State(said): State<Arc<Mutex<Said>>>) -> impl IntoResponse {
    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
    said.asked += 1;
    let (name, value) = said.header;
    let header = [(
        HeaderName::from_static(name),
        HeaderValue::from_static(value),
    )];
    (said.status, header, said.body.clone())
}
