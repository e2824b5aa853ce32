//! Who is told of what a delivery did (design.md § 9). Pure: it says which letters there are; their jobs send them.
//!
//! | what happened | to whom |
//! | --- | --- |
//! | submit, `request_changes`, refuse | the applicant |
//! | a token was issued | applicant, business and technical contact, one letter for each person; the technical one shows it |
//! | a grant began that yields no token | the same, without a link |
//! | an amendment was approved | the applicant |
//! | the request was revoked, or tokens of it ended | applicant, business and technical contact |
//! | archived, if it was ever validated | the applicant |
//!
//! Of a delivery that comes too late for its words to be true, nobody is told: only tokens issued or ended are news then.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use url::Url;
use uuid::Uuid;

use super::{
    delivery::{Event, Role, State},
    journal::Subject,
    letters::{CONCERNED, Letters},
    machine::{Entry, Grant, Outcome},
};
use crate::{config, jobs::NewJob, mail::Template};

/// What a judgement did.
pub(super) struct Effects {
    /// The columns of the request that changed, with their values before and after.
    pub(super) changes: Value,
    /// Live tokens that it issued.
    pub(super) issued: Vec<Uuid>,
    /// Tokens that it blacklisted.
    pub(super) blacklisted: Vec<Uuid>,
    /// When the last token ends that is not blacklisted; told where an approval was judged.
    pub(super) ends_at: Option<DateTime<Utc>>,
}

/// What letters need to know beside the request: where people look things up.
#[derive(Debug, Clone)]
pub(super) struct Notices {
    public_url: Url,
    request_urls: BTreeMap<String, String>,
}

impl Notices {
    pub(super) fn new(public_url: Url, apis: &BTreeMap<String, config::DataPass>) -> Self {
        let request_urls = apis
            .iter()
            .map(|(api, config)| (api.clone(), config.request_url.clone()));
        Self {
            public_url,
            request_urls: request_urls.collect(),
        }
    }

    /// The letters of a delivery.
    pub(super) fn of(
        &self,
        subject: &Subject,
        own: &Entry,
        verdict: &str,
        outcome: &Outcome,
        effects: &Effects,
    ) -> Vec<NewJob> {
        let occasion = format!("event {}", own.id);
        let values = self.values(subject, outcome, effects.ends_at);
        let letters = Letters::new(&outcome.contacts, values);
        let is_newest = verdict == "applied";
        let was_revoked = !effects.blacklisted.is_empty()
            || effects.changes.pointer("/status/1") == Some(&json!(State::Revoked.as_str()));
        if let Some(token) = effects.issued.as_slice().last() {
            return letters.about_new_token(*token, &occasion);
        }
        if was_revoked {
            return letters.to(&CONCERNED, Template::RequestRevoked, &occasion);
        }
        let begins = |grant: &&Grant| grant.approvals.first() == Some(&own.id);
        let template = match own.delivery.event {
            Event::Approve if outcome.is_granted() && is_newest => {
                match outcome.grants.iter().find(begins) {
                    None => Template::RequestAmended,
                    Some(grant) if grant.token_from.is_none() => {
                        return letters.to(&CONCERNED, Template::RequestApproved, &occasion);
                    }
                    // Its token was the news, when it was issued with a delivery that came beside this one.
                    Some(_) => return Vec::new(),
                }
            }
            Event::Submit if is_newest => Template::RequestSubmitted,
            Event::RequestChanges if is_newest => Template::RequestChangesRequested,
            Event::Refuse if is_newest => Template::RequestRefused,
            Event::Archive if is_newest && !outcome.grants.is_empty() => Template::RequestArchived,
            _ => return Vec::new(),
        };
        letters.to(&[Role::Applicant], template, &occasion)
    }

    /// What every letter about a request can speak of.
    fn values(
        &self,
        subject: &Subject,
        outcome: &Outcome,
        ends_at: Option<DateTime<Utc>>,
    ) -> Map<String, Value> {
        let title = outcome.content.title.clone();
        let values = json!({
            "number": subject.external_id,
            "api": subject.api,
            "title": title.unwrap_or_else(|| subject.api.clone()),
            "is_amendment": !outcome.grants.is_empty(),
            "ends_at": ends_at,
            "url": self.url(),
            "request_url": self.request_url(&subject.api, &subject.external_id),
        });
        match values {
            Value::Object(values) => values,
            _ => Map::new(),
        }
    }

    /// Where contacts see their requests and tokens.
    fn url(&self) -> Url {
        let mut url = self.public_url.clone();
        url.set_path("/my-requests");
        url
    }

    /// Where a request is amended.
    fn request_url(&self, api: &str, external_id: &str) -> String {
        let pattern = self.request_urls.get(api).map_or("", String::as_str);
        pattern.replace("{id}", external_id)
    }
}
