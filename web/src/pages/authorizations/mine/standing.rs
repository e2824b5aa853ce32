//! What can be done with a token, and what is expected of whom: it follows from dates, states and the own roles.

use super::own::Roles;
use super::{Request, Token};
use crate::format;
use crate::pages::authorizations::marks::token_state;
use crate::pages::authorizations::request::name_of;
use crate::words::authorizations::{asked, said};

/// How long before its end a token can be prolonged, in days. The server holds to it, too.
const SOON: i64 = 90;

/// A sentence, and how urgent it is.
pub type Word = (&'static str, String);

/// Whether a token can be prolonged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prolonging {
    /// It ends soon.
    Due,
    /// It lives for too long still.
    Early,
    /// It has ended.
    Ended,
    /// It is refused, or will be.
    Blacklisted,
    /// Its request is not in force.
    NotInForce,
}

/// Whether a token of a request can be prolonged.
pub fn prolonging(request: &Request, token: &Token) -> Prolonging {
    match state(token) {
        "blacklisted" | "scheduled" => Prolonging::Blacklisted,
        _ if request.status != "validated" => Prolonging::NotInForce,
        "expired" => Prolonging::Ended,
        _ if format::days_until(&token.expires_at) < SOON => Prolonging::Due,
        _ => Prolonging::Early,
    }
}

/// Why somebody cannot prolong a token; nothing if they can.
pub fn refusal(request: &Request, token: &Token, roles: &Roles) -> Option<String> {
    if !roles.is_applicant() {
        return Some(asked().only_applicant(applicant(request).as_deref()));
    }
    match prolonging(request, token) {
        Prolonging::Due => None,
        Prolonging::Early => {
            let first = format::days_before(&token.expires_at, SOON);
            Some(asked().early(&format::day_of(&first)))
        }
        Prolonging::Ended => Some(asked().ended.to_owned()),
        Prolonging::Blacklisted => Some(asked().blacklisted.to_owned()),
        Prolonging::NotInForce => Some(asked().not_in_force.to_owned()),
    }
}

/// The state of a token now.
pub fn state(token: &Token) -> &'static str {
    token_state(&token.expires_at, token.blacklisted_at.as_deref())
}

/// How far the prolongation of a token has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It is done.
    Prolonged,
    /// The applicant is to amend the request.
    ToAmend,
    /// DataPass reviews the amendment.
    Submitted,
    /// DataPass refused the amendment.
    Refused,
}

/// How far the prolongation of a token has come that was asked for last; nothing once it is out of date.
pub fn progress(request: &Request, token: &Token) -> Option<Progress> {
    let latest = token.prolongations.first()?.state.as_str();
    match (prolonging(request, token), latest) {
        (Prolonging::Early, "prolonged") => Some(Progress::Prolonged),
        (Prolonging::Due | Prolonging::Ended, "requires_update") => Some(Progress::ToAmend),
        (Prolonging::Due | Prolonging::Ended, "update_submitted") => Some(Progress::Submitted),
        (Prolonging::Due | Prolonging::Ended, "update_refused") => Some(Progress::Refused),
        _ => None,
    }
}

/// What that prolongation asks of whom.
pub fn progress_word(request: &Request, token: &Token, roles: &Roles) -> Option<Word> {
    let applicant = applicant(request);
    let applicant = applicant.as_deref().filter(|_| !roles.is_applicant());
    let word = match progress(request, token)? {
        Progress::Prolonged => {
            let latest = token.prolongations.first()?;
            (
                "ok",
                asked().prolonged_on(&format::day_of(&latest.created_at)),
            )
        }
        Progress::ToAmend => ("warn", asked().to_be_amended(applicant)),
        Progress::Submitted => ("calm", asked().submitted.to_owned()),
        Progress::Refused => ("bad", asked().refused(applicant)),
    };
    Some(word)
}

/// What a request asks of its contacts, and how urgently.
pub fn expected(request: &Request, roles: &Roles) -> Word {
    let plain = |tone, text: &str| (tone, text.to_owned());
    let said = said();
    match request.status.as_str() {
        "revoked" => return plain("bad", said.revoked_expected),
        "refused" => return plain("calm", said.refused_expected),
        "changes_requested" => return plain("warn", said.changes_expected),
        "draft" => return plain("calm", said.draft_expected),
        "submitted" => return plain("calm", said.review_expected),
        "archived" => return plain("calm", said.archived_expected),
        _ => {}
    }
    if request.amendment.as_deref() == Some("changes_requested") {
        return plain("warn", said.changes_expected);
    }
    let modalities = &request.modalities;
    if request.tokens.is_empty()
        && !modalities.is_empty()
        && !modalities.contains(&"params".to_owned())
    {
        return plain("ok", said.no_token_expected);
    }
    let live = |token: &&Token| state(token) == "active";
    let last = request
        .tokens
        .iter()
        .filter(live)
        .max_by_key(|token| &token.expires_at);
    let Some(last) = last else {
        return plain("bad", said.gone_expected);
    };
    if prolonging(request, last) != Prolonging::Due {
        return plain("ok", said.nothing_expected);
    }
    let day = format::day_of(&last.expires_at);
    match progress(request, last) {
        Some(Progress::Submitted) => ("calm", asked().under_way(&day)),
        Some(Progress::ToAmend) => ("warn", asked().under_way(&day)),
        _ if roles.is_applicant() => ("warn", asked().is_due(&day)),
        _ => {
            let applicant = applicant(request);
            ("warn", asked().ask_applicant(&day, applicant.as_deref()))
        }
    }
}

/// The name of the contact with this role.
pub fn holder(request: &Request, role: &str) -> Option<String> {
    let contact = request
        .contacts
        .iter()
        .find(|contact| contact.role == role)?;
    let (first, last) = (contact.first_name.as_deref(), contact.last_name.as_deref());
    Some(name_of(first, last, &contact.email))
}

fn applicant(request: &Request) -> Option<String> {
    holder(request, "applicant")
}
