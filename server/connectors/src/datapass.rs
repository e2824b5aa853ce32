//! DataPass's REST API (its version 1): authorization requests, as they are now, and what happened to each of them.
//!
//! OAuth 2 with client credentials, scope `read_authorizations`; `GET /api/v1/demandes` in pages, newest first, and
//! `GET /api/v1/demandes/{id}/events`. What DataPass says is handed on as it came.

use std::time::Duration;

use reqwest::Client;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::error::{ConnectorError, Fault};
use crate::http::{Caller, exchange, http_client};

/// How long DataPass may take for one answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How often a call is repeated that failed for a passing reason.
const RETRIES: u32 = 3;
/// Requests on a page: as many as DataPass gives.
const PAGE: usize = 1000;
const SCOPE: &str = "read_authorizations";

/// A client of DataPass, signed in.
#[derive(Debug)]
pub struct DataPass {
    caller: Caller,
    base: Url,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

impl DataPass {
    /// Signs in. `base` is what comes before `/api`.
    pub async fn sign_in(
        base: &Url,
        client_id: &str,
        client_secret: &SecretString,
    ) -> Result<Self, ConnectorError> {
        let http = http_client(TIMEOUT)?;
        let of = |fault: Fault| fault.of("DataPass, sign-in");
        let url = place(base, "/api/oauth/token").map_err(of)?;
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", client_secret.expose_secret()),
            ("scope", SCOPE),
        ];
        let request = http.post(url).form(&form);
        let (_, body) = exchange(request, TIMEOUT, client_secret)
            .await
            .map_err(of)?;
        let Token { access_token } = parse(&body).map_err(of)?;
        Ok(Self {
            caller: Caller {
                http,
                token: access_token.into(),
                timeout: TIMEOUT,
                retries: RETRIES,
            },
            base: base.clone(),
        })
    }

    /// A page of requests, newest first, from this one on; the last page has fewer than others, or none.
    pub async fn requests(&self, offset: usize) -> Result<Vec<Value>, ConnectorError> {
        let path = format!("/api/v1/demandes?limit={PAGE}&offset={offset}");
        self.get(&path, format!("DataPass, requests from {offset} on"))
            .await
    }

    /// What happened to a request.
    pub async fn events(&self, request: &str) -> Result<Vec<Value>, ConnectorError> {
        let path = format!("/api/v1/demandes/{request}/events");
        self.get(&path, format!("DataPass, events of request {request}"))
            .await
    }

    async fn get(&self, path: &str, call: String) -> Result<Vec<Value>, ConnectorError> {
        let fetch = async {
            let url = place(&self.base, path)?;
            let answer = self
                .caller
                .send(|http: &Client| http.get(url.clone()))
                .await?;
            parse(&answer.body)
        };
        fetch.await.map_err(|fault: Fault| fault.of(call))
    }
}

fn place(base: &Url, path: &str) -> Result<Url, Fault> {
    let address = format!("{}{path}", base.as_str().trim_end_matches('/'));
    address.parse().map_err(|_| Fault::Address(address.clone()))
}

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|error| Fault::Malformed {
        what: error.to_string(),
    })
}
