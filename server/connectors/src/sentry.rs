//! Sentry, as the place where an operator reads of alerts: one event for each, by its DSN.
//!
//! <https://develop.sentry.dev/sdk/data-model/envelopes/>: an envelope is lines of JSON, posted to
//! `/api/{project}/envelope/` with the DSN's key. An event sent twice has the same id, and counts once.

use std::time::Duration;

use reqwest::Client;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use url::Url;

use crate::error::{ConnectorError, Fault};
use crate::http::{exchange, http_client};

/// How long Sentry may take.
const TIMEOUT: Duration = Duration::from_secs(10);
const SERVICE: &str = "Sentry";

/// What an operator should look at.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// What tells it from all others: 32 hexadecimal digits.
    pub id: String,
    /// One line.
    pub message: &'a str,
    /// Where it can be looked at.
    pub url: &'a str,
    /// Short words by which reports are grouped and searched.
    pub tags: Vec<(&'static str, String)>,
}

/// A project of Sentry.
#[derive(Debug, Clone)]
pub struct Sentry {
    http: Client,
    endpoint: Url,
    key: SecretString,
}

impl Sentry {
    /// The project of a DSN, `https://KEY@HOST/PROJECT`.
    pub fn new(dsn: &SecretString) -> Result<Self, ConnectorError> {
        let unusable = |what: &str| {
            Fault::Malformed {
                what: what.to_owned(),
            }
            .of(SERVICE)
        };
        let mut endpoint =
            Url::parse(dsn.expose_secret()).map_err(|_| unusable("the DSN is no address"))?;
        let key = endpoint.username().to_owned();
        let (prefix, project) = endpoint.path().rsplit_once('/').unwrap_or_default();
        if key.is_empty() || project.is_empty() {
            return Err(unusable("the DSN is not https://KEY@HOST/PROJECT"));
        }
        let path = format!("{prefix}/api/{project}/envelope/");
        endpoint.set_path(&path);
        // An address with a host takes any name, also none.
        let _ = endpoint.set_username("");
        let _ = endpoint.set_password(None);
        Ok(Self {
            http: http_client(TIMEOUT)?,
            endpoint,
            key: key.into(),
        })
    }

    /// Reports one alert.
    pub async fn report(&self, report: &Report<'_>) -> Result<(), ConnectorError> {
        let tags: serde_json::Map<String, serde_json::Value> = report
            .tags
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        let event = json!({
            "event_id": report.id,
            "level": "warning",
            "platform": "other",
            "logger": "secretariat.alerts",
            "message": { "formatted": report.message },
            "tags": tags,
            "extra": { "url": report.url },
        });
        let body = format!(
            "{}\n{}\n{event}\n",
            json!({ "event_id": report.id }),
            json!({ "type": "event" })
        );
        let auth = format!(
            "Sentry sentry_version=7, sentry_client=secretariat/{}, sentry_key={}",
            env!("CARGO_PKG_VERSION"),
            self.key.expose_secret()
        );
        let request = self
            .http
            .post(self.endpoint.clone())
            .header("x-sentry-auth", auth)
            .header("content-type", "application/x-sentry-envelope")
            .body(body);
        let sent = exchange(request, TIMEOUT, &self.key).await;
        sent.map(drop).map_err(|fault| fault.of(SERVICE))
    }
}
