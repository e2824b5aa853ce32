//! What changed in our own rows of a request, and by whom: also what no delivery tells of.

use leptos::prelude::*;

use crate::api;
use crate::pages::authorizations::changes::RowChanges;
use crate::pages::timeline::{ENTRIES, Entry, Timeline};
use crate::queries::{AuthorizationHistory, authorization_history};
use crate::remote::remote;
use crate::ui::Shown;
use crate::words::authorizations::said;

type Row = authorization_history::AuthorizationHistoryAuditLog;

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
            <Timeline
                entries=data.audit_log.into_iter().map(entry).collect()
                total=data.audit_log_aggregate.aggregate.map_or(0, |all| all.count)
                none=said().no_history
            />
        </Shown>
    }
}

fn entry(row: Row) -> Entry {
    let object = match row.object_type.as_str() {
        "api_tokens" => said().object_token,
        "authorization_request_contacts" => said().object_contact,
        "alerts" => said().object_alert,
        "token_limits" => said().object_limits,
        _ => said().object_request,
    };
    let change = (row.action == "update")
        .then(|| view! { <RowChanges before=row.before after=row.after/> }.into_any());
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
