//! All alerts: those to look at first.

use leptos::prelude::*;
use leptos_router::components::A;

use super::alert_row::{Acknowledge, Alert, AlertKind, AlertStanding};
use super::facets::Counts;
use super::head::Head;
use crate::api;
use crate::queries::{AlertList, AlertNews, alert_list, alert_news};
use crate::remote::live;
use crate::search::{any_of, normalized, pattern};
use crate::ui::list::{Column, List, Rows, Source, Window, direction, ticked_or, use_address};
use crate::ui::{Ago, Button};
use crate::words::authorizations::said;
use alert_list::OrderBy;

type Row = alert_list::Raised;

const STATES: [&str; 2] = ["open", "acknowledged"];
const KINDS: [&str; 12] = [
    "archived_with_live_token",
    "revived",
    "deleted",
    "unknown_event",
    "partial_revocation",
    "approved_after_revocation",
    "approval_missing",
    "unreadable",
    "failed",
    "bad_signatures",
    "silence",
    "reconciled",
];

/// The list of alerts.
#[component]
pub fn Alerts() -> impl IntoView {
    let address = use_address();
    let news = live::<AlertNews>(|| alert_news::Variables {}).moves();
    let counts = Counts::of("alerts", news);
    let state = counts.known("state", said().alert_state, &STATES, |state| {
        let name = match state {
            "open" => said().alert_open,
            _ => said().alert_acknowledged,
        };
        name.to_owned()
    });
    let kind = counts.known("kind", said().kind, &KINDS, |kind| said().alert_kind(kind));
    let source = Source::new(move |window: Window| {
        let states = ticked_or(address, "state", &STATES);
        let wanted = |state: &str| states.iter().any(|wanted| wanted == state);
        let (_, backwards) = address.sort("-raised");
        let typed = address.get("q");
        let variables = alert_list::Variables {
            pattern: pattern(&typed),
            words: pattern(&normalized(&typed)),
            kinds: ticked_or(address, "kind", &KINDS),
            apis: any_of(&address.ticked("api")),
            open: wanted("open"),
            handled: !wanted("acknowledged"),
            by_raised: Some(direction((OrderBy::Asc, OrderBy::Desc), backwards)),
            limit: window.limit,
            offset: window.offset,
        };
        async move {
            let data = api::run::<AlertList>(variables).await?;
            let all = data.alerts_aggregate.aggregate;
            Ok(Rows {
                rows: data.alerts,
                total: all.map_or(0, |all| all.count),
            })
        }
    });
    let rows = source.shown(address, move || news.track());
    let chosen = RwSignal::new(None);
    let is_done = RwSignal::new(false);
    Effect::new(move |_| {
        if chosen.with(Option::is_some) {
            is_done.set(false);
        }
    });
    let told = Callback::new(move |()| is_done.set(true));
    view! {
        <div class="page">
            <Head title=said().alerts count=Signal::derive(move || rows.ok().map(|rows| rows.total))/>
            <List
                label=said().alerts
                address=address
                search_label=said().search_alerts
                facets=vec![state, kind, counts.of_apis()]
                columns=columns(chosen)
                rows=rows
                default_sort="-raised"
                key=|alert| alert.id.clone()
                empty=(said().no_alerts, said().no_alerts_help)
                export=(source, "alerts")
            />
            <p class="page-word" role="status">{move || is_done.get().then_some(said().alert_done)}</p>
            <Acknowledge chosen=chosen done=told/>
        </div>
    }
}

fn columns(chosen: RwSignal<Option<String>>) -> Vec<Column<Row>> {
    let kind = |alert: &Row| {
        view! { <AlertKind kind=alert.kind.clone() open=alert.acknowledged_at.is_none()/> }
            .into_any()
    };
    let request = |alert: &Row| {
        match &alert.request {
        Some(request) => {
            let address = format!("/authorizations/{}", request.id);
            let title = request.title.clone();
            let title = title.unwrap_or_else(|| said().untitled.to_owned());
            view! {
                <A href=address attr:data-row-link=""><span class="clip">{title}</span></A>
                <span class="under">{said().request_number(&request.external_id)}</span>
            }
            .into_any()
        }
        None => alert.event_id.clone().map(|id| view! {
            <A href=format!("/authorizations/journal/{id}") attr:data-row-link="">{said().open_delivery}</A>
        })
        .into_any(),
    }
    };
    let raised = |alert: &Row| view! { <Ago at=alert.created_at.clone()/> }.into_any();
    let standing = move |alert: &Row| {
        let id = alert.id.clone();
        let acknowledge = alert.acknowledged_at.is_none().then(|| {
            view! {
                <Button press=move |_| chosen.set(Some(id.clone()))>{said().acknowledge}</Button>
            }
        });
        view! { <div class="standing"><div><AlertStanding alert=standing(alert)/></div>{acknowledge}</div> }.into_any()
    };
    vec![
        Column::new(said().alert, "grow", kind)
            .exported_as(said().kind, |alert| alert.kind.clone()),
        Column::new(said().request, "wide-only", request).exported_as(said().number, |alert| {
            let request = alert.request.as_ref();
            request.map(|it| it.external_id.clone()).unwrap_or_default()
        }),
        Column::new(said().api, "widest-only", |alert: &Row| {
            view! { <code>{alert.api.clone()}</code> }.into_any()
        })
        .exported(|alert| alert.api.clone()),
        Column::new(said().raised, "day wide-only", raised)
            .sorted_by("raised")
            .exported(|alert| alert.created_at.clone()),
        Column::new(said().alert_state, "", standing)
            .exported_as(said().alert_acknowledged, |alert| {
                alert.acknowledged_at.clone().unwrap_or_default()
            })
            .exported_as(said().acknowledged_by, |alert| {
                let by = alert.acknowledger.as_ref();
                by.map(|by| by.name.clone()).unwrap_or_default()
            })
            .exported_as(said().note, |alert| alert.note.clone().unwrap_or_default()),
    ]
}

fn standing(alert: &Row) -> Alert {
    Alert {
        acknowledged_at: alert.acknowledged_at.clone(),
        by: alert.acknowledger.as_ref().map(|by| by.name.clone()),
        note: alert.note.clone(),
    }
}
