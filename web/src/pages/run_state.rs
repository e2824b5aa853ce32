//! A sync run's state, as its sign and its counts.

use leptos::prelude::*;

use crate::format::number;
use crate::ui::StateMark;
use crate::words::words;

/// Whether a run is being worked on now.
pub fn is_at_work(state: &str) -> bool {
    matches!(state, "queued" | "fetching" | "planning" | "applying")
}

/// The sign and the word of a run's state.
#[component]
pub fn RunState(#[prop(into)] state: String, dry_run: bool) -> impl IntoView {
    let tone = match state.as_str() {
        "succeeded" => "ok",
        "waiting" | "interrupted" => "warn",
        "failed" => "bad",
        state if is_at_work(state) => "busy",
        _ => "calm",
    };
    let plan_only = dry_run && is_at_work(&state);
    view! {
        <StateMark tone=tone label=words().run_state(&state)/>
        {plan_only.then(|| view! { <span class="muted">" · " {words().dry_run}</span> })}
    }
}

/// How many rows of each kind a run changes, as the database counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub created: i64,
    pub changed: i64,
    pub linked: i64,
    pub re_enabled: i64,
    pub gone: i64,
}

impl Counts {
    /// All changes.
    pub fn total(self) -> i64 {
        self.created + self.changed + self.linked + self.re_enabled + self.gone
    }

    /// Each kind as the database codes it, its sign, and its count. Rare kinds are left out while they are zero.
    pub fn by_kind(self) -> impl Iterator<Item = (&'static str, &'static str, i64)> {
        [
            ("create", "+", self.created),
            ("change", "~", self.changed),
            ("link", "↔", self.linked),
            ("re_enable", "↺", self.re_enabled),
            ("gone", "−", self.gone),
        ]
        .into_iter()
        .filter(|(kind, _, count)| *kind != "re_enable" || *count > 0)
    }
}

/// The counts in one short line: only the kinds that occur.
#[component]
pub fn CountsLine(counts: Counts) -> impl IntoView {
    if counts.total() == 0 {
        return view! { <span class="muted">"0"</span> }.into_any();
    }
    counts
        .by_kind()
        .filter(|(_, _, count)| *count > 0)
        .map(|(kind, sign, count)| {
            let title = format!("{} {}", number(count), words().change_kind(kind));
            view! {
                <span class="change-count" data-kind=kind title=title.clone()>
                    <span aria-hidden="true">{sign} {number(count)}</span>
                    <span class="unseen">{format!("{title} ")}</span>
                </span>
            }
        })
        .collect_view()
        .into_any()
}
