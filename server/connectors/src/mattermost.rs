//! Mattermost, as the place where a team reads of alerts: an incoming webhook.
//!
//! <https://developers.mattermost.com/integrate/webhooks/incoming/>: a POST of `{"text": …}` to the webhook's address,
//! which is its own secret.

use std::time::Duration;

use reqwest::Client;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::error::ConnectorError;
use crate::http::{exchange, http_client};

/// How long Mattermost may take.
const TIMEOUT: Duration = Duration::from_secs(10);
const SERVICE: &str = "Mattermost";

/// A channel's incoming webhook.
#[derive(Debug, Clone)]
pub struct Channel {
    http: Client,
    address: SecretString,
}

impl Channel {
    /// The channel whose webhook has this address.
    pub fn new(address: SecretString) -> Result<Self, ConnectorError> {
        Ok(Self {
            http: http_client(TIMEOUT)?,
            address,
        })
    }

    /// Writes a message, in Mattermost's Markdown.
    pub async fn write(&self, text: &str) -> Result<(), ConnectorError> {
        let request = self
            .http
            .post(self.address.expose_secret())
            .json(&json!({ "text": text }));
        let sent = exchange(request, TIMEOUT, &self.address).await;
        sent.map(drop).map_err(|fault| fault.of(SERVICE))
    }
}
