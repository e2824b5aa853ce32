//! What happened to a person and their accounts: what, who, when, before and after.

use leptos::prelude::*;

use crate::api;
use crate::pages::diff::Diff;
use crate::pages::timeline::{ENTRIES, Entry, Timeline};
use crate::queries::{PersonHistory, person_history};
use crate::remote::remote;
use crate::ui::{Section, Shown};
use crate::words::words;

type Row = person_history::PersonHistoryAuditLog;

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
                <Timeline
                    entries=data.audit_log.into_iter().map(entry).collect()
                    total=data.audit_log_aggregate.aggregate.map_or(0, |all| all.count)
                    none=words().no_history
                />
            </Shown>
        </Section>
    }
}

fn entry(row: Row) -> Entry {
    let object = match row.object_type.as_str() {
        "accounts" => words().object_accounts,
        _ => words().object_users,
    };
    let change = (row.action == "update")
        .then(|| view! { <Diff before=row.before after=row.after/> }.into_any());
    Entry {
        actor: row
            .actor_card
            .and_then(|card| card.name)
            .unwrap_or(row.actor),
        action: row.action,
        object,
        at: row.at,
        change,
    }
}
