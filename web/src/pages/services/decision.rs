//! The decision a plan waits for: apply it or discard it. Each is confirmed by a dialog that names object and verb.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api;
use crate::queries::{ApproveRun, DiscardRun, approve_run, discard_run};
use crate::ui::{Button, Dialog, Look, Notice};
use crate::words::words;

/// The two buttons, while the run is in a state that lets one choose. `state` also counts the changes.
#[component]
pub fn Decision(id: String, state: Memo<(String, i64)>, service: String) -> impl IntoView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<String>);
    let applying = RwSignal::new(false);
    let discarding = RwSignal::new(false);
    let id = StoredValue::new(id);
    let service = StoredValue::new(service);
    let open = Memo::new(move |_| {
        state.with(|(state, _)| matches!(state.as_str(), "planned" | "waiting"))
    });
    let total = Memo::new(move |_| state.with(|(_, total)| *total));

    let decide = move |apply: bool| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let id = id.get_value();
            let outcome = if apply {
                api::run::<ApproveRun>(approve_run::Variables { id })
                    .await
                    .map(drop)
            } else {
                api::run::<DiscardRun>(discard_run::Variables { id })
                    .await
                    .map(drop)
            };
            busy.try_set(false);
            match outcome {
                // The run itself tells by its subscription what became of it.
                Ok(()) => {
                    applying.try_set(false);
                    discarding.try_set(false);
                }
                Err(error) => drop(failure.try_set(Some(words().error(&error)))),
            }
        });
    };
    let refused = move || {
        failure
            .get()
            .map(|text| view! { <div role="alert"><Notice tone="bad" text=text/></div> })
    };
    let apply_title = Signal::derive(move || {
        service.with_value(|service| words().apply_title(total.get(), service))
    });
    let discard_title =
        Signal::derive(move || service.with_value(|service| words().discard_title(service)));
    view! {
        <Show when=move || open.get()>
            <div class="actions">
                <Button press=move |_| { failure.set(None); discarding.set(true); }>{words().discard}</Button>
                <Show when=move || { total.get() > 0 }>
                    <Button look=Look::Primary press=move |_| { failure.set(None); applying.set(true); }>
                        {move || words().apply_changes(total.get())}
                    </Button>
                </Show>
            </div>
        </Show>
        <Dialog open=applying title=apply_title>
            <h2>{move || apply_title.get()}</h2>
            <p>{words().apply_explanation}</p>
            {refused}
            <div class="dialog-actions">
                <Button press=move |_| applying.set(false)>{words().cancel}</Button>
                <Button look=Look::Primary busy=busy press=move |_| decide(true)>{move || words().apply_changes(total.get())}</Button>
            </div>
        </Dialog>
        <Dialog open=discarding title=discard_title>
            <h2>{move || discard_title.get()}</h2>
            <p>{words().discard_explanation}</p>
            {refused}
            <div class="dialog-actions">
                <Button press=move |_| discarding.set(false)>{words().cancel}</Button>
                <Button look=Look::Primary busy=busy press=move |_| decide(false)>{words().discard_plan}</Button>
            </div>
        </Dialog>
    }
}
