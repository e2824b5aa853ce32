//! The timeline of the audit log: what happened, who did it, when, and where something changed, before and after.

use leptos::prelude::*;

use crate::ui::Ago;
use crate::words::words;

/// The most entries that are shown at once.
pub const ENTRIES: i64 = 30;

/// One row of the audit log.
pub struct Entry {
    pub actor: String,
    pub action: String,
    /// To what it happened, in words.
    pub object: &'static str,
    pub at: String,
    /// What an update changed. What a row held when it was added is on the page already.
    pub change: Option<AnyView>,
}

/// The latest entries of `total`; the words of `none` where there are none.
#[component]
pub fn Timeline(entries: Vec<Entry>, total: i64, none: &'static str) -> impl IntoView {
    let is_empty = entries.is_empty();
    view! {
        {is_empty.then(|| view! { <p class="muted">{none}</p> })}
        <ol class="timeline">{entries.into_iter().map(one).collect_view()}</ol>
        {(total > ENTRIES).then(|| view! { <p class="muted">{words().latest_of(ENTRIES, total)}</p> })}
    }
}

fn one(entry: Entry) -> impl IntoView {
    let verb = match entry.action.as_str() {
        "insert" => words().action_insert,
        "update" => words().action_update,
        _ => words().action_delete,
    };
    view! {
        <li class="entry" data-action=entry.action>
            <p class="entry-line">
                <strong>{entry.actor}</strong>
                " · " {verb} " · " {entry.object}
                <span class="entry-time"><Ago at=entry.at/></span>
            </p>
            {entry.change}
        </li>
    }
}
