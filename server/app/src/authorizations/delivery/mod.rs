//! What a delivery says, whichever generation of DataPass sent it (reference/datapass.md §§ 1.4–1.6).
//!
//! Reading is pure and forgiving: what is missing is absent. Only a body that names no request, no event or no time, or
//! that is no JSON object, cannot be read.

mod event;
mod v1;
mod v2;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

pub use event::Event;

/// The seven states of a request at DataPass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Being written.
    Draft,
    /// With the instructors.
    Submitted,
    /// Back with the applicant.
    ChangesRequested,
    /// Granted.
    Validated,
    /// Not granted.
    Refused,
    /// Granted once, and no more.
    Revoked,
    /// Put away.
    Archived,
}

impl State {
    /// The state by the name that both generations and our tables give it.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "draft" | "pending" => Self::Draft,
            "submitted" | "sent" => Self::Submitted,
            "changes_requested" | "modification_pending" => Self::ChangesRequested,
            "validated" => Self::Validated,
            "refused" => Self::Refused,
            "revoked" => Self::Revoked,
            "archived" => Self::Archived,
            _ => return None,
        })
    }

    /// The name in our tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::ChangesRequested => "changes_requested",
            Self::Validated => "validated",
            Self::Refused => "refused",
            Self::Revoked => "revoked",
            Self::Archived => "archived",
        }
    }
}

/// Which generation of DataPass speaks; the route says it, or the shape of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// `enrollment/…`, with everything under `data.pass`.
    First,
    /// `authorization_request/…`, with everything under `data`.
    Second,
}

impl Generation {
    /// The generation whose shape a body has.
    pub fn of(payload: &Value) -> Self {
        if payload.pointer("/data/pass").is_some() {
            Self::First
        } else {
            Self::Second
        }
    }

    /// The number in our tables.
    pub fn number(self) -> i16 {
        match self {
            Self::First => 1,
            Self::Second => 2,
        }
    }
}

/// A delivery that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// What happened.
    pub event: Event,
    /// When DataPass queued it, to the second.
    pub fired_at: DateTime<Utc>,
    /// The request, as it was then.
    pub snapshot: Snapshot,
}

/// A request, as a delivery shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The number of the request.
    pub external_id: String,
    /// The state that DataPass gives; `None` when it gives none, or one outside the list.
    pub state: Option<State>,
    /// What the request asks for.
    pub content: Content,
    /// Who stands for it, by role. Only those with an address.
    pub contacts: BTreeMap<Role, Contact>,
    /// What it may use, once granted, in DataPass's codes; `None` when nothing is said.
    pub scopes: Option<BTreeSet<String>>,
    /// Whether any authorization of it is in force; `None` when DataPass lists none.
    pub has_active_authorization: Option<bool>,
}

/// What a request asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Content {
    pub public_id: Option<Uuid>,
    pub title: Option<String>,
    pub description: Option<String>,
    pub form: Option<String>,
    /// 14 digits.
    pub siret: Option<String>,
    pub organization: Option<String>,
    pub previous_external_id: Option<String>,
    pub service_provider: Option<Value>,
    /// How the API is to be used, in DataPass's codes; empty when nothing is said. See [`Content::is_for_tokens`].
    pub modalities: BTreeSet<String>,
}

impl Content {
    /// Whether an approval yields a token: its modalities have `params`, or nothing is said of them
    /// (reference/datapass.md § 2.3, step 4). Others use the API through a form or `FranceConnect`.
    pub fn is_for_tokens(&self) -> bool {
        self.modalities.is_empty() || self.modalities.contains("params")
    }
}

/// What a contact stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Applicant,
    Business,
    Technical,
    Controller,
    DataProtectionOfficer,
}

impl Role {
    const ALL: [Self; 5] = [
        Self::Applicant,
        Self::Business,
        Self::Technical,
        Self::Controller,
        Self::DataProtectionOfficer,
    ];

    /// The role of a name in our tables.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// The name in our tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applicant => "applicant",
            Self::Business => "business",
            Self::Technical => "technical",
            Self::Controller => "controller",
            Self::DataProtectionOfficer => "data_protection_officer",
        }
    }
}

/// Somebody to whom a request can be addressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// In small letters, without spaces around it.
    pub email: String,
    /// As DataPass has it.
    pub first_name: Option<String>,
    /// As DataPass has it.
    pub last_name: Option<String>,
    /// As DataPass has it.
    pub phone: Option<String>,
    /// What the person does there.
    pub job: Option<String>,
}

/// Why a body cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not JSON, or not an object.
    #[error("the body is no JSON object: {0}")]
    NotJson(String),
    /// A member is missing that nothing can be done without.
    #[error("{0} is missing or of another type")]
    Missing(&'static str),
    /// A time outside of what a delivery can be of.
    #[error("fired_at {0} is no time between 1970 and 9999")]
    NoTime(i64),
    /// A name or a number that is longer than any is.
    #[error("{0} is longer than {LONGEST} characters")]
    TooLong(&'static str),
}

/// The longest name of an event, number of a request or address, in characters: indexes hold no longer ones.
pub const LONGEST: usize = 255;
/// The last second of the year 9999.
const LATEST: i64 = 253_402_300_799;

/// What a signed body is.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// DataPass tries whether we answer.
    Test,
    /// Something happened to a request.
    Delivery(Box<Delivery>),
}

/// Reads a body.
pub fn read(payload: &Value, generation: Generation) -> Result<Reading, Unreadable> {
    let Value::Object(envelope) = payload else {
        return Err(Unreadable::NotJson(
            "it is a list or a plain value".to_owned(),
        ));
    };
    if envelope.get("test") == Some(&Value::Bool(true)) && !envelope.contains_key("event") {
        return Ok(Reading::Test);
    }
    let name = text(envelope, "event").ok_or(Unreadable::Missing("event"))?;
    let seconds = envelope.get("fired_at").and_then(Value::as_i64);
    let seconds = seconds.ok_or(Unreadable::Missing("fired_at"))?;
    let fired_at = Some(seconds).filter(|seconds| (0..=LATEST).contains(seconds));
    let fired_at = fired_at.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let fired_at = fired_at.ok_or(Unreadable::NoTime(seconds))?;
    let snapshot = match generation {
        Generation::First => v1::read(envelope),
        Generation::Second => v2::read(envelope),
    }?;
    let is_long = |text: &str| text.chars().count() > LONGEST;
    if is_long(&name) {
        return Err(Unreadable::TooLong("event"));
    }
    let numbers = [
        Some(&snapshot.external_id),
        snapshot.content.previous_external_id.as_ref(),
    ];
    if numbers.into_iter().flatten().any(|number| is_long(number)) {
        return Err(Unreadable::TooLong("the number of a request"));
    }
    Ok(Reading::Delivery(Box::new(Delivery {
        event: Event::parse(&name),
        fired_at,
        snapshot,
    })))
}

/// A member that is a text, without spaces around it; an empty one is absent.
fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    let text = object.get(name)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A member that is a number or a text, as text: what DataPass calls an id.
fn id(object: &Map<String, Value>, name: &str) -> Option<String> {
    match object.get(name)? {
        Value::Number(number) => Some(number.to_string()),
        _ => text(object, name),
    }
}

/// A SIRET, if it is one.
fn siret(object: &Map<String, Value>, name: &str) -> Option<String> {
    let digits: String = text(object, name)?
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let is_siret = digits.len() == 14 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_siret.then_some(digits)
}

/// An address that mail can be sent to, in the one form in which addresses are compared.
fn email(object: &Map<String, Value>, name: &str) -> Option<String> {
    let email = text(object, name)?.to_lowercase();
    let (person, place) = email.split_once('@')?;
    let is_address = !person.is_empty()
        && !place.is_empty()
        && email.len() <= LONGEST
        && !email.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    is_address.then_some(email)
}

/// Codes of scopes as a token holds them: every `open_data_…` is one `open_data`.
fn scopes(codes: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let collapsed = |code: String| {
        if code.starts_with("open_data_") {
            "open_data".to_owned()
        } else {
            code
        }
    };
    codes
        .into_iter()
        .filter(|code| !code.is_empty())
        .map(collapsed)
        .collect()
}
