//! What the server's configuration says of each State API to applicants.

use serde::Deserialize;

use crate::api::{ApiError, Request, decode_text, send};
use crate::remote::{Remote, remote};

/// A State API.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StateApi {
    api: String,
    request_url: String,
    /// How long a token lives, counted from its prolongation.
    pub token_months: u32,
}

impl StateApi {
    /// Where the request of this number is amended.
    pub fn request_url(&self, number: &str) -> String {
        self.request_url.replace("{id}", number)
    }
}

/// All State APIs, asked for once.
#[derive(Clone, Copy)]
pub struct Apis(Remote<Vec<StateApi>>);

impl Apis {
    /// Asks for them.
    pub fn ask() -> Self {
        Self(remote(|| async {
            let request = Request {
                method: "GET",
                address: "/api/datapass",
                body: None,
                role: None,
            };
            let answer = send(request).await?;
            decode_text(&answer.body).map_err(|_| ApiError::part_missing())
        }))
    }

    /// Whether there is an answer, tracked.
    pub fn are_known(self) -> bool {
        self.0.get().is_some()
    }

    /// The one of this name, tracked.
    pub fn find(self, name: &str) -> Option<StateApi> {
        self.0.ok()?.into_iter().find(|api| api.api == name)
    }
}
