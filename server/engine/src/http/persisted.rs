//! Documents called by their hash: those of the allow-list, and those that clients registered (Apollo's protocol).

use std::sync::Arc;

use async_graphql::{Request, Value};
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use crate::{
    Engine,
    error::{Code, GraphqlError},
};

/// How much is remembered, in bytes of documents.
const CAPACITY: u64 = 16 * 1024 * 1024;

/// The documents that clients registered.
pub(super) struct Persisted(Cache<String, Arc<str>>);

impl Persisted {
    pub(super) fn new() -> Self {
        let weigh = |hash: &String, query: &Arc<str>| {
            u32::try_from(hash.len() + query.len()).unwrap_or(u32::MAX)
        };
        Self(
            Cache::builder()
                .max_capacity(CAPACITY)
                .weigher(weigh)
                .build(),
        )
    }

    /// The hash by which a request calls its document.
    pub(super) fn named(request: &Request) -> Option<String> {
        let Value::Object(members) = request.extensions.get("persistedQuery")? else {
            return None;
        };
        match members.get("sha256Hash")? {
            Value::String(hash) => Some(hash.to_ascii_lowercase()),
            _ => None,
        }
    }

    /// The request with its document, which it may have called by its hash only.
    pub(super) fn complete<M>(
        &self,
        mut request: Request,
        engine: &Engine<M>,
    ) -> Result<Request, GraphqlError> {
        if !request.extensions.contains_key("persistedQuery") {
            return Ok(request);
        }
        let hash = Self::named(&request)
            .filter(|_| is_version_1(&request))
            .ok_or_else(|| {
                let problem = "persistedQuery has version 1 and a sha256Hash";
                GraphqlError::new(Code::BadRequest, problem)
            })?;
        if !request.query.is_empty() {
            if sha256(&request.query) == hash {
                return Ok(request);
            }
            let problem = "provided sha does not match query";
            return Err(GraphqlError::new(Code::BadRequest, problem));
        }
        let known = engine
            .trusted()
            .by_hash(&hash)
            .map(str::to_owned)
            .or_else(|| self.0.get(&hash).map(|query| query.to_string()));
        request.query = known.ok_or_else(|| {
            GraphqlError::refusal("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
        })?;
        Ok(request)
    }

    /// Remembers a document that was answered.
    pub(super) fn keep(&self, hash: String, query: String) {
        self.0.get_with(hash, || query.into());
    }
}

fn is_version_1(request: &Request) -> bool {
    matches!(
        request.extensions.get("persistedQuery"),
        Some(Value::Object(members)) if members.get("version") == Some(&Value::from(1))
    )
}

/// The hash of a document, in small hexadecimal letters.
pub(crate) fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
