//! Comparing with DataPass: what the webhook lost is found and applied. The comparison is followed while it runs.

use leptos::prelude::*;

use crate::api;
use crate::queries::{Reconcile as Begin, Reconciliation, reconcile, reconciliation};
use crate::remote::live;
use crate::ui::{Act, Deed, Notice};
use crate::words::authorizations::said;

type Row = reconciliation::ReconciliationReconciliationsByPk;

/// The button, with the choice of the API; and how the comparison goes that was begun here.
#[component]
pub fn Reconcile(apis: Signal<Vec<String>>) -> impl IntoView {
    let chosen = RwSignal::new(String::new());
    let begun = RwSignal::new(None::<String>);
    let api = move || {
        let first = apis.with(|apis| apis.first().cloned().unwrap_or_default());
        Some(chosen.get())
            .filter(|api| !api.is_empty())
            .unwrap_or(first)
    };
    let deed = Deed::new(move || {
        let variables = reconcile::Variables { api: untrack(api) };
        async move {
            let answer = api::run::<Begin>(variables).await?;
            begun.try_set(answer.reconcile_authorization_requests.map(|row| row.id));
            Ok(())
        }
    });
    let option = |api: String| view! { <option value=api.clone()>{api.clone()}</option> };
    view! {
        <Show when=move || apis.with(|apis| !apis.is_empty())>
            <div class="reconcile">
                <Act
                    label=said().reconcile
                    title=said().reconcile_title.to_owned()
                    explanation=said().reconcile_help.to_owned()
                    deed=deed.clone()
                    done=""
                >
                    <div class="field">
                        <label for="reconcile-api">{said().api}</label>
                        <select
                            id="reconcile-api"
                            class="input"
                            prop:value=api
                            on:change=move |event| chosen.set(event_target_value(&event))
                        >
                            {move || apis.get().into_iter().map(option).collect_view()}
                        </select>
                    </div>
                </Act>
            </div>
        </Show>
        <div class="course" role="status">{move || begun.get().map(|id| view! { <Course id=id/> })}</div>
    }
}

#[component]
fn Course(id: String) -> impl IntoView {
    let course = live::<Reconciliation>(move || reconciliation::Variables { id: id.clone() });
    move || {
        let row: Row = course.ok()?.reconciliations_by_pk?;
        let found = row.found.as_array().map_or(0, Vec::len);
        let found = i64::try_from(found).unwrap_or(i64::MAX);
        let (tone, text) = match row.state.as_str() {
            "running" => ("calm", said().reconciling(&row.api, row.requests)),
            "succeeded" => ("ok", said().reconciled(&row.api, row.requests, found)),
            _ => (
                "bad",
                said().not_reconciled(&row.api, &row.error.unwrap_or_default()),
            ),
        };
        Some(view! { <Notice tone=tone text=text/> })
    }
}
