//! One delivery: what became of it, what it changed, and the body as it came, on demand.

use leptos::prelude::*;
use leptos_router::components::A;

use super::changes::Changes;
use super::marks::Outcome;
use crate::api;
use crate::format;
use crate::pages::NotFound;
use crate::queries::{
    Delivery, DeliveryBody, ReplayDelivery, delivery, delivery_body, replay_delivery,
};
use crate::remote::{live, remote};
use crate::ui::{Act, Deed, Detail, DetailTitle, Notice, Section, Shown, follow, is_key};
use crate::words::authorizations::said;

type Row = delivery::DeliveryDatapassEventsByPk;

/// The delivery with this key.
pub fn open_delivery(id: String) -> AnyView {
    if is_key(&id) {
        view! { <OneDelivery id=id/> }.into_any()
    } else {
        view! { <NotFound/> }.into_any()
    }
}

#[component]
fn OneDelivery(id: String) -> impl IntoView {
    let answer = live::<Delivery>(move || delivery::Variables { id: id.clone() });
    view! {
        <Detail path="/authorizations/journal" word=said().journal>
            {follow(
                answer,
                |data| data.datapass_events_by_pk,
                || view! { <NotFound/> }.into_any(),
                |delivery| view! { <Known delivery=delivery/> }.into_any(),
            )}
        </Detail>
    }
}

#[component]
fn Known(delivery: Signal<Row>) -> impl IntoView {
    let title = Signal::derive(move || {
        delivery.with(|delivery| match delivery.event.as_deref() {
            Some(event) => said().event_name(event),
            None => said().no_event.to_owned(),
        })
    });
    let id = delivery.with_untracked(|delivery| delivery.id.clone());
    let replayed = id.clone();
    let replay = Deed::new(move || {
        let id = replayed.clone();
        async move {
            api::run::<ReplayDelivery>(replay_delivery::Variables { id })
                .await
                .map(drop)
        }
    });
    // What counts is the first of two that are the same; a test says nothing of a request.
    let may_replay = delivery
        .with_untracked(|delivery| !matches!(delivery.outcome.as_str(), "duplicate" | "test"));
    let line = move || {
        let Row {
            outcome,
            external_id,
            ..
        } = delivery.get();
        let number = external_id.map(|number| said().request_number(&number));
        view! { <Outcome outcome=outcome/> {number.map(|number| view! { <span class="muted">{number}</span> })} }
    };
    let inside = move || {
        let delivery = delivery.get();
        let tone = match delivery.outcome.as_str() {
            "unreadable" | "failed" => "bad",
            _ => "calm",
        };
        let help = said().outcome_help(&delivery.outcome);
        let why = delivery.reason.clone().or_else(|| help.map(str::to_owned));
        let changes = if is_changed(&delivery) {
            view! { <Changes changes=delivery.changes.clone()/> }.into_any()
        } else {
            view! { <p class="muted">{said().no_changes}</p> }.into_any()
        };
        view! {
            {why.map(|text| view! { <Notice tone=tone text=text/> })}
            <Section title=said().delivery id="facts"><Facts delivery=delivery/></Section>
            <Section title=said().changes id="changes">{changes}</Section>
        }
    };
    view! {
        <header class="detail-head">
            <DetailTitle title=title/>
            <p class="state-line" role="status">{line}</p>
            {may_replay.then(|| view! {
                <div class="actions">
                    <Act
                        label=said().replay
                        title=said().replay_title.to_owned()
                        explanation=said().replay_help.to_owned()
                        deed=replay
                        done=said().replayed
                    />
                </div>
            })}
        </header>
        {inside}
        <Section title=said().body id="body"><Body id=id/></Section>
    }
}

/// Whether a delivery changed more than the time of the last event.
fn is_changed(delivery: &Row) -> bool {
    let changes = delivery
        .changes
        .as_ref()
        .and_then(|changes| changes.as_object());
    changes.is_some_and(|changes| changes.keys().any(|column| column != "last_event_at"))
}

#[component]
fn Facts(delivery: Row) -> impl IntoView {
    let moment = |at: &str| {
        let (at, title, text) = (at.to_owned(), format::moment(at), format::time(at));
        view! { <time datetime=at title=title>{text}</time> }.into_any()
    };
    let request = delivery.request.map(|request| {
        let title = request.title.unwrap_or_else(|| said().untitled.to_owned());
        view! { <A href=format!("/authorizations/{}", request.id)>{title}</A> }.into_any()
    });
    let original = delivery.duplicate_of.map(|id| {
        view! { <A href=format!("/authorizations/journal/{id}")>{said().the_original}</A> }
            .into_any()
    });
    let facts = [
        (said().request, request),
        (said().original, original),
        (
            said().event,
            delivery
                .event
                .map(|event| view! { <code>{event}</code> }.into_any()),
        ),
        (
            said().api,
            Some(view! { <code>{delivery.api}</code> }.into_any()),
        ),
        (
            said().generation,
            Some(delivery.generation.to_string().into_any()),
        ),
        (said().fired, delivery.fired_at.as_deref().map(moment)),
        (said().received, Some(moment(&delivery.received_at))),
        (said().judged, delivery.judged_at.as_deref().map(moment)),
        (
            said().source,
            Some(view! { <span class="numeric">{delivery.source}</span> }.into_any()),
        ),
    ];
    view! {
        <dl class="facts">
            {facts.into_iter().filter_map(|(name, value)| Some(view! {
                <div class="fact"><dt>{name}</dt><dd>{value?}</dd></div>
            })).collect_view()}
        </dl>
    }
}

/// The body of a delivery, asked for when somebody opens it.
#[component]
pub fn Body(id: String) -> impl IntoView {
    let opened = RwSignal::new(false);
    let id = StoredValue::new(id);
    view! {
        <details class="raw" on:toggle=move |_| opened.set(true)>
            <summary>{said().raw_body}</summary>
            <Show when=move || opened.get()>
                <OpenBody id=id.get_value()/>
            </Show>
        </details>
    }
}

#[component]
fn OpenBody(id: String) -> impl IntoView {
    let body =
        remote(move || api::run::<DeliveryBody>(delivery_body::Variables { id: id.clone() }));
    view! {
        <Shown remote=body lines=3 let:data>
            <pre tabindex="0">{data.datapass_events_by_pk.map(|delivery| readable(delivery.body))}</pre>
        </Shown>
    }
}

/// With its lines broken, if it is JSON; else as it came.
fn readable(body: String) -> String {
    let parsed = serde_json::from_str::<serde_json::Value>(&body);
    parsed
        .ok()
        .and_then(|value| serde_json::to_string_pretty(&value).ok())
        .unwrap_or(body)
}
