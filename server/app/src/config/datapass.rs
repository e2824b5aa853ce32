//! `[datapass.<api>]`: a State API whose authorization requests DataPass tells of.

use chrono::Months;
use serde::Deserialize;
use url::Url;

use super::{ConfigError, Secret};

/// A State API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataPass {
    /// What DataPass signs with: one secret, or the old and the new one during a rotation.
    pub secrets: Vec<Secret>,
    /// How many months a token lives after the approval that issued or prolonged it.
    #[serde(default = "token_months")]
    pub token_months: u32,
    /// How what the webhook lost is found.
    pub reconcile: Option<Reconcile>,
    /// Where an applicant amends a request, with `{id}` for its number.
    #[serde(default = "request_url")]
    pub request_url: String,
}

/// DataPass's REST API, with the client that may read authorizations there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reconcile {
    /// Where DataPass is: what comes before `/api/v1`.
    pub url: Url,
    /// The type of this API's requests there, such as `AuthorizationRequest::APIEntreprise`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The OAuth client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// How often, in hours; 0 for never by itself.
    #[serde(default = "reconcile_hours")]
    pub every_hours: u32,
}

fn reconcile_hours() -> u32 {
    6
}

fn request_url() -> String {
    "https://datapass.api.gouv.fr/demandes/{id}".to_owned()
}

/// As long as the tokens that DataPass's applicants know (reference/datapass.md § 3.2).
fn token_months() -> u32 {
    18
}

impl DataPass {
    /// How long a token lives after the approval that issued or prolonged it.
    pub fn lifetime(&self) -> Months {
        Months::new(self.token_months)
    }

    pub(super) fn check(&self, api: &str) -> Result<(), ConfigError> {
        let contradiction = |problem: String| Err(ConfigError::Contradictory(problem));
        let is_name = api
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if api.is_empty() || api == "v2" || !is_name {
            return contradiction(format!(
                "datapass: {api:?} must be small letters, digits and _, and not v2"
            ));
        }
        if !(1..=2).contains(&self.secrets.len()) {
            return contradiction(format!(
                "datapass.{api}.secrets: one, or two during a rotation"
            ));
        }
        if !(1..=120).contains(&self.token_months) {
            return contradiction(format!(
                "datapass.{api}.token_months: {} is not between 1 and 120",
                self.token_months
            ));
        }
        Ok(())
    }
}
