//! What happened to a person and their accounts: what, who, when, before and after.

use leptos::prelude::*;

use crate::api;
use crate::pages::diff::Diff;
use crate::queries::{PersonHistory, person_history};
use crate::remote::remote;
use crate::ui::{Ago, Section, Shown};
use crate::words::words;

const ENTRIES: i64 = 30;

type Entry = person_history::PersonHistoryAuditLog;

/// The timeline of the rows with these keys, latest first.
#[component]
pub fn History(keys: Vec<String>, edits: RwSignal<u32>) -> impl IntoView {
    let history = remote(move || {
        edits.track();
        api::run::<PersonHistory>(person_history::Variables {
            ids: keys.clone(),
            limit: ENTRIES,
        })
    });
    view! {
        <Section title=words().history id="history">
            <Shown remote=history let:data>
                {
                    let total = data.audit_log_aggregate.aggregate.map_or(0, |all| all.count);
                    let none = data.audit_log.is_empty();
                    view! {
                        {none.then(|| view! { <p class="muted">{words().no_history}</p> })}
                        <ol class="timeline">
                            {data.audit_log.into_iter().map(|entry| view! { <OneEntry entry=entry/> }).collect_view()}
                        </ol>
                        {(total > ENTRIES).then(|| view! { <p class="muted">{words().latest_of(ENTRIES, total)}</p> })}
                    }
                }
            </Shown>
        </Section>
    }
}

#[component]
fn OneEntry(entry: Entry) -> impl IntoView {
    let actor = entry
        .actor_card
        .and_then(|card| card.name)
        .unwrap_or(entry.actor);
    let verb = match entry.action.as_str() {
        "insert" => words().action_insert,
        "update" => words().action_update,
        "delete" => words().action_delete,
        other => other,
    }
    .to_owned();
    let object = if entry.object_type == "accounts" {
        words().object_accounts
    } else {
        words().object_users
    };
    // What a row held when it was added is on this page already.
    let diff =
        (entry.action == "update").then(|| view! { <Diff before=entry.before after=entry.after/> });
    view! {
        <li class="entry" data-action=entry.action>
            <p class="entry-line">
                <strong>{actor}</strong>
                " · " {verb} " · " {object}
                <span class="entry-time"><Ago at=entry.at/></span>
            </p>
            {diff}
        </li>
    }
}
