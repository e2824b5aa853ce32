//! The journal: all deliveries, and beside them the one that is open.

use leptos::prelude::*;
use leptos_router::components::A;

use super::delivery::open_delivery;
use super::facets::Counts;
use super::head::Head;
use super::marks::Outcome;
use crate::api;
use crate::queries::{DeliveryList, DeliveryNews, delivery_list, delivery_news};
use crate::remote::live;
use crate::search::{any_of, sought};
use crate::ui::list::{
    Address, Column, List, Rows, Source, Window, direction, ticked_or, use_address,
};
use crate::ui::{Ago, Split, use_open};
use crate::words::authorizations::said;
use delivery_list::{DeliverySearchBoolExp, OrderBy, StringComparisonExp};

type Row = delivery_list::DeliveryListDatapassEvents;

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
    let counts = Counts::of("deliveries", news);
    let source = Source::new(move |window: Window| {
        let (sort, backwards) = address.sort("-received");
        let by = |key: &str, ways| (sort == key).then(|| direction(ways, backwards));
        let search = sought(&address.get("q")).map(|words| DeliverySearchBoolExp {
            text: Some(StringComparisonExp {
                like: Some(words),
                ..Default::default()
            }),
            ..Default::default()
        });
        let events = address.ticked("event");
        let variables = delivery_list::Variables {
            search,
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
    let outcome = |outcome: &str| said().outcome_name(outcome).to_owned();
    let facets = vec![
        counts.known("outcome", said().outcome, &OUTCOMES, outcome),
        counts.found("event", said().event, |event| said().event_name(event)),
        counts.of_apis(),
        counts.found("source", said().source, str::to_owned),
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
