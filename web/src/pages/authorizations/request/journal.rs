//! The deliveries of one request, latest first: what each said, what became of it, and what it changed.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::pages::authorizations::changes::Changes;
use crate::pages::authorizations::delivery::Body;
use crate::pages::authorizations::marks::Outcome;
use crate::queries::authorization;
use crate::ui::Ago;
use crate::words::authorizations::said;
use crate::words::words;

type Event = authorization::AuthorizationAuthorizationRequestsByPkEvents;

/// The deliveries that were asked for, of `total` in all.
#[component]
pub fn Journal(events: Vec<Event>, total: i64) -> impl IntoView {
    let shown = i64::try_from(events.len()).unwrap_or(total);
    let rest =
        (total > shown).then(|| view! { <p class="muted">{words().latest_of(shown, total)}</p> });
    let entries = events
        .into_iter()
        .map(|event| view! { <OneDelivery event=event/> });
    view! {
        <ol class="timeline">{entries.collect_view()}</ol>
        {rest}
    }
}

#[component]
fn OneDelivery(event: Event) -> impl IntoView {
    let name = event.event.as_deref();
    let name = name.map_or_else(
        || said().no_event.to_owned(),
        |event| said().event_name(event),
    );
    let fired = event
        .fired_at
        .map(|at| view! { <span>{said().fired} " " <Ago at=at/></span> });
    view! {
        <li class="entry">
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
            <Body id=event.id/>
        </li>
    }
}
