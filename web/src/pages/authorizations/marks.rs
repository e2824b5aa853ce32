//! The signs of states: of a request, of its amendment, of a token, of a delivery.

use leptos::prelude::*;

use crate::format::days_until;
use crate::ui::StateMark;
use crate::words::authorizations::said;

/// The states of a request, in the order of its life.
pub const STATUSES: [&str; 7] = [
    "draft",
    "submitted",
    "changes_requested",
    "validated",
    "refused",
    "revoked",
    "archived",
];

/// The sign and the word of a request's state, and of its amendment.
#[component]
pub fn Status(#[prop(into)] status: String, amendment: Option<String>) -> impl IntoView {
    let tone = match status.as_str() {
        "validated" => "ok",
        "submitted" => "busy",
        "changes_requested" => "warn",
        "refused" | "revoked" => "bad",
        _ => "calm",
    };
    let amendment = amendment.map(|amendment| {
        let tone = match amendment.as_str() {
            "submitted" => "busy",
            "changes_requested" => "warn",
            _ => "calm",
        };
        view! { <StateMark tone=tone label=said().amendment_name(&amendment)/> }
    });
    view! {
        <span class="states">
            <StateMark tone=tone label=said().status_name(&status)/>
            {amendment}
        </span>
    }
}

/// The state of a token now: it follows from its dates.
pub fn token_state(expires_at: &str, blacklisted_at: Option<&str>) -> &'static str {
    match blacklisted_at.map(days_until) {
        Some(days) if days < 0 => "blacklisted",
        _ if days_until(expires_at) < 0 => "expired",
        Some(_) => "scheduled",
        None => "active",
    }
}

/// The sign and the word of a token's state.
#[component]
pub fn TokenState(state: &'static str) -> impl IntoView {
    let tone = match state {
        "active" => "ok",
        "scheduled" => "warn",
        "blacklisted" => "bad",
        _ => "calm",
    };
    view! { <StateMark tone=tone label=said().token_state(state)/> }
}

/// The sign and the word of what became of a delivery.
#[component]
pub fn Outcome(#[prop(into)] outcome: String) -> impl IntoView {
    let tone = match outcome.as_str() {
        "applied" => "ok",
        "received" => "busy",
        "folded_late" | "unknown" => "warn",
        "unreadable" | "failed" => "bad",
        _ => "calm",
    };
    view! { <StateMark tone=tone label=said().outcome_name(&outcome)/> }
}
