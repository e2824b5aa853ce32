//! A letter, and the job that it is until it is sent.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Template;
use crate::jobs::NewJob;

/// A template with its values, to one person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Letter {
    /// Whom it is for: an address.
    pub to: String,
    /// What it says.
    pub template: Template,
    /// What the template speaks of.
    pub values: Map<String, Value>,
}

impl Letter {
    /// The kind of job that sends letters as they are.
    pub const JOB: &'static str = "mail";

    /// The job that sends it. Letters of the same occasion to the same person are one.
    pub fn job(&self, occasion: &str) -> NewJob {
        NewJob {
            kind: Self::JOB,
            key: format!("{occasion} {} {}", self.template.as_str(), self.to),
            payload: serde_json::json!(self),
        }
    }
}
