//! What changed in our own rows of a request, and by whom: also what no delivery tells of.

use leptos::prelude::*;

use crate::api;
use crate::pages::authorizations::changes::RowChanges;
use crate::queries::{AuthorizationHistory, authorization_history};
use crate::remote::remote;
use crate::ui::{Ago, Shown};
use crate::words::authorizations::said;
use crate::words::words;

const ENTRIES: i64 = 30;

type Entry = authorization_history::AuthorizationHistoryAuditLog;

/// The timeline of the rows with these keys, latest first.
#[component]
pub fn History(keys: Signal<Vec<String>>) -> impl IntoView {
    let history = remote(move || {
        api::run::<AuthorizationHistory>(authorization_history::Variables {
            ids: keys.get(),
            limit: ENTRIES,
        })
    });
    view! {
        <Shown remote=history let:data>
            {
                let total = data.audit_log_aggregate.aggregate.map_or(0, |all| all.count);
                let none = data.audit_log.is_empty();
                view! {
                    {none.then(|| view! { <p class="muted">{said().no_history}</p> })}
                    <ol class="timeline">
                        {data.audit_log.into_iter().map(|entry| view! { <OneEntry entry=entry/> }).collect_view()}
                    </ol>
                    {(total > ENTRIES).then(|| view! { <p class="muted">{words().latest_of(ENTRIES, total)}</p> })}
                }
            }
        </Shown>
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
        _ => words().action_delete,
    };
    let object = match entry.object_type.as_str() {
        "api_tokens" => said().object_token,
        "authorization_request_contacts" => said().object_contact,
        "alerts" => said().object_alert,
        _ => said().object_request,
    };
    // What a row held when it was added is on this page already.
    let diff = (entry.action == "update")
        .then(|| view! { <RowChanges before=entry.before after=entry.after/> });
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
