//! The journal: all deliveries, and beside them the one that is open.

use leptos::prelude::*;
use leptos_router::components::A;

use super::delivery::open_delivery;
use super::head::{Head, api_facet, facet, found_facet};
use super::marks::Outcome;
use crate::api;
use crate::queries::{
    DeliveryFacets, DeliveryList, DeliveryNews, delivery_facets, delivery_list, delivery_news,
};
use crate::remote::{Remote, live, remote};
use crate::search::{any_of, pattern};
use crate::ui::list::{
    Address, Column, Facet, List, Rows, Source, Window, direction, ticked_or, use_address,
};
use crate::ui::{Ago, Split, use_open};
use crate::words::authorizations::said;
use delivery_list::OrderBy;

type Row = delivery_list::DeliveryListDatapassEvents;
type Counts = Remote<delivery_facets::ResponseData>;

const OUTCOMES: [&str; 8] = [
    "received",
    "applied",
    "folded_late",
    "duplicate",
    "test",
    "unknown",
    "unreadable",
    "failed",
];

/// The journal and the open delivery.
#[component]
pub fn DeliveriesRoute() -> impl IntoView {
    let open = use_open();
    let list = move || view! { <Deliveries open=open/> };
    view! { <Split open=open title=said().journal list=list detail=open_delivery/> }
}

#[component]
fn Deliveries(open: Memo<Option<String>>) -> impl IntoView {
    let address = use_address();
    let news = live::<DeliveryNews>(|| delivery_news::Variables {}).moves();
    let counts = remote(move || {
        news.track();
        api::run::<DeliveryFacets>(delivery_facets::Variables {})
    });
    let source = Source::new(move |window: Window| {
        let (sort, backwards) = address.sort("-received");
        let by = |key: &str, ways| (sort == key).then(|| direction(ways, backwards));
        let number = address.get("q");
        let events = address.ticked("event");
        let variables = delivery_list::Variables {
            number: pattern(&number),
            number_given: !number.is_empty(),
            outcomes: ticked_or(address, "outcome", &OUTCOMES),
            apis: any_of(&address.ticked("api")),
            events: any_of(&events),
            events_chosen: !events.is_empty(),
            sources: any_of(&address.ticked("source")),
            by_received: by("received", (OrderBy::Asc, OrderBy::Desc)),
            by_fired: by("fired", (OrderBy::AscNullsLast, OrderBy::DescNullsLast)),
            limit: window.limit,
            offset: window.offset,
        };
        async move {
            let data = api::run::<DeliveryList>(variables).await?;
            let all = data.datapass_events_aggregate.aggregate;
            Ok(Rows {
                rows: data.datapass_events,
                total: all.map_or(0, |all| all.count),
            })
        }
    });
    let rows = source.shown(address, move || news.track());
    let facets = vec![
        outcome_facet(counts),
        found_facet(
            "event",
            said().event,
            |event| said().event_name(event),
            move || {
                let events = counts.ok().map(|counts| counts.events).unwrap_or_default();
                events
                    .into_iter()
                    .filter_map(|delivery| delivery.event)
                    .collect()
            },
        ),
        api_facet(move || {
            let apis = counts.ok().map(|counts| counts.apis).unwrap_or_default();
            apis.into_iter().map(|delivery| delivery.api).collect()
        }),
        found_facet("source", said().source, str::to_owned, move || {
            let sources = counts.ok().map(|counts| counts.sources).unwrap_or_default();
            sources
                .into_iter()
                .map(|delivery| delivery.source)
                .collect()
        }),
    ];
    view! {
        <Head title=said().journal count=Signal::derive(move || rows.ok().map(|rows| rows.total))/>
        <List
            label=said().journal
            address=address
            search_label=said().search_journal
            facets=facets
            columns=columns(address)
            rows=rows
            default_sort="-received"
            key=|delivery| delivery.id.clone()
            open=Signal::derive(move || open.get())
            empty=(said().no_deliveries, said().no_deliveries_help)
            export=(source, "datapass-journal")
        />
    }
}

fn outcome_facet(counts: Counts) -> Facet {
    let counted = move || {
        let Some(counts) = counts.ok() else {
            return OUTCOMES.map(|outcome| (outcome, None)).to_vec();
        };
        vec![
            ("received", counts.received.aggregate.map(|all| all.count)),
            ("applied", counts.applied.aggregate.map(|all| all.count)),
            (
                "folded_late",
                counts.folded_late.aggregate.map(|all| all.count),
            ),
            ("duplicate", counts.duplicate.aggregate.map(|all| all.count)),
            ("test", counts.test.aggregate.map(|all| all.count)),
            ("unknown", counts.unknown.aggregate.map(|all| all.count)),
            (
                "unreadable",
                counts.unreadable.aggregate.map(|all| all.count),
            ),
            ("failed", counts.failed.aggregate.map(|all| all.count)),
        ]
    };
    let name = |outcome: &str| said().outcome_name(outcome).to_owned();
    facet("outcome", said().outcome, name, counted)
}

fn columns(address: Address) -> Vec<Column<Row>> {
    let delivery = move |delivery: &Row| {
        let id = delivery.id.clone();
        let name = delivery.event.as_deref();
        let name = name.map_or_else(
            || said().no_event.to_owned(),
            |event| said().event_name(event),
        );
        view! {
            <A href=move || format!("/authorizations/journal/{id}{}", address.query_string()) attr:data-row-link="">{name.clone()}</A>
            {delivery.event.clone().map(|event| view! { <span class="under"><code>{event}</code></span> })}
        }
        .into_any()
    };
    let request = |delivery: &Row| {
        let title = delivery
            .request
            .as_ref()
            .and_then(|request| request.title.clone());
        view! {
            <span class="clip">{title}</span>
            {delivery.external_id.as_deref().map(|number| view! { <span class="under">{said().request_number(number)}</span> })}
        }
        .into_any()
    };
    let outcome = |delivery: &Row| {
        view! {
            <Outcome outcome=delivery.outcome.clone()/>
            {delivery.reason.clone().map(|reason| view! { <span class="under clip">{reason}</span> })}
        }
        .into_any()
    };
    let fired = |delivery: &Row| {
        delivery
            .fired_at
            .clone()
            .map(|at| view! { <Ago at=at/> })
            .into_any()
    };
    let received = |delivery: &Row| view! { <Ago at=delivery.received_at.clone()/> }.into_any();
    vec![
        Column::new(said().delivery, "", delivery).exported_as(said().event, |delivery| {
            delivery.event.clone().unwrap_or_default()
        }),
        Column::new(said().request, "grow", request).exported_as(said().number, |delivery| {
            delivery.external_id.clone().unwrap_or_default()
        }),
        Column::new(said().outcome, "", outcome)
            .exported_as(said().outcome, |delivery| delivery.outcome.clone())
            .exported_as(said().why, |delivery| {
                delivery.reason.clone().unwrap_or_default()
            }),
        Column::new(said().api, "widest-only", |delivery: &Row| {
            view! { <code>{delivery.api.clone()}</code> }.into_any()
        })
        .exported_as(said().api, |delivery| delivery.api.clone())
        .exported_as(said().generation, |delivery| {
            delivery.generation.to_string()
        }),
        Column::new(said().source, "widest-only numeric", |delivery: &Row| {
            delivery.source.clone().into_any()
        })
        .exported(|delivery| delivery.source.clone()),
        Column::new(said().fired, "day wide-only", fired)
            .sorted_by("fired")
            .exported(|delivery| delivery.fired_at.clone().unwrap_or_default()),
        Column::new(said().received, "day wide-only", received)
            .sorted_by("received")
            .exported(|delivery| delivery.received_at.clone()),
    ]
}
