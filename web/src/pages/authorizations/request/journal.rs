//! The deliveries of one request, latest first: what each said, what became of it, and what it changed.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::pages::authorizations::changes::Changes;
use crate::pages::authorizations::delivery::Body;
use crate::pages::authorizations::marks::Outcome;
use crate::queries::authorization;
use crate::ui::{Ago, Each};
use crate::words::authorizations::said;
use crate::words::words;

type Event = authorization::AuthorizationAuthorizationRequestsByPkEvents;

/// The deliveries that were asked for, of `total` in all.
#[component]
pub fn Journal(
    #[prop(into)] events: Signal<Vec<Event>>,
    #[prop(into)] total: Signal<i64>,
) -> impl IntoView {
    let rest = move || {
        let total = total.get();
        let shown = events.with(|events| i64::try_from(events.len()).unwrap_or(total));
        (total > shown).then(|| view! { <p class="muted">{words().latest_of(shown, total)}</p> })
    };
    let draw = |event| view! { <OneDelivery event=event/> }.into_any();
    view! {
        <ol class="timeline"><Each rows=events key=|event| &event.id draw=draw/></ol>
        {rest}
    }
}

#[component]
fn OneDelivery(event: Signal<Event>) -> impl IntoView {
    let id = event.with_untracked(|event| event.id.clone());
    let facts = move || {
        let event = event.get();
        let name = event.event.as_deref();
        let name = name.map_or_else(
            || said().no_event.to_owned(),
            |event| said().event_name(event),
        );
        let fired = event
            .fired_at
            .map(|at| view! { <span>{said().fired} " " <Ago at=at/></span> });
        view! {
            <p class="entry-line">
                <A href=format!("/authorizations/journal/{}", event.id)><strong>{name}</strong></A>
                " " <Outcome outcome=event.outcome/>
                <span class="entry-time entry-times">
                    {fired}
                    <span>{said().received} " " <Ago at=event.received_at/></span>
                </span>
            </p>
            {event.reason.map(|reason| view! { <p class="muted">{reason}</p> })}
            <Changes changes=event.changes/>
        }
    };
    view! { <li class="entry">{facts} <Body id=id/></li> }
}
