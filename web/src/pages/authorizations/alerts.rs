//! All alerts: those to look at first.

use leptos::prelude::*;
use leptos_router::components::A;

use super::alert_row::{Acknowledge, Alert, AlertKind, AlertStanding};
use super::head::{Head, api_facet, facet};
use crate::api;
use crate::queries::{AlertFacets, AlertList, AlertNews, alert_facets, alert_list, alert_news};
use crate::remote::{Remote, live, remote};
use crate::search::{any_of, pattern};
use crate::ui::list::{
    Column, Facet, List, Rows, Source, Window, direction, ticked_or, use_address,
};
use crate::ui::{Ago, Button};
use crate::words::authorizations::said;
use alert_list::OrderBy;

type Row = alert_list::Raised;
type Counts = Remote<alert_facets::ResponseData>;

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
    let counts = remote(move || {
        news.track();
        api::run::<AlertFacets>(alert_facets::Variables {})
    });
    let source = Source::new(move |window: Window| {
        let states = ticked_or(address, "state", &STATES);
        let wanted = |state: &str| states.iter().any(|wanted| wanted == state);
        let (_, backwards) = address.sort("-raised");
        let variables = alert_list::Variables {
            pattern: pattern(&address.get("q")),
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
                facets=vec![state_facet(counts), kind_facet(counts), api_facet(move || apis(counts))]
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

fn apis(counts: Counts) -> Vec<String> {
    let apis = counts.ok().map(|counts| counts.apis).unwrap_or_default();
    apis.into_iter().map(|alert| alert.api).collect()
}

fn state_facet(counts: Counts) -> Facet {
    let counted = move || {
        let Some(counts) = counts.ok() else {
            return STATES.map(|state| (state, None)).to_vec();
        };
        vec![
            ("open", counts.open.aggregate.map(|all| all.count)),
            (
                "acknowledged",
                counts.acknowledged.aggregate.map(|all| all.count),
            ),
        ]
    };
    let name = |state: &str| match state {
        "open" => said().alert_open.to_owned(),
        _ => said().alert_acknowledged.to_owned(),
    };
    facet("state", said().alert_state, name, counted)
}

fn kind_facet(counts: Counts) -> Facet {
    let counted = move || {
        let Some(counts) = counts.ok() else {
            return KINDS.map(|kind| (kind, None)).to_vec();
        };
        vec![
            (
                "archived_with_live_token",
                counts
                    .archived_with_live_token
                    .aggregate
                    .map(|all| all.count),
            ),
            ("revived", counts.revived.aggregate.map(|all| all.count)),
            ("deleted", counts.deleted.aggregate.map(|all| all.count)),
            (
                "unknown_event",
                counts.unknown_event.aggregate.map(|all| all.count),
            ),
            (
                "partial_revocation",
                counts.partial_revocation.aggregate.map(|all| all.count),
            ),
            (
                "approved_after_revocation",
                counts
                    .approved_after_revocation
                    .aggregate
                    .map(|all| all.count),
            ),
            (
                "approval_missing",
                counts.approval_missing.aggregate.map(|all| all.count),
            ),
            (
                "unreadable",
                counts.unreadable.aggregate.map(|all| all.count),
            ),
            ("failed", counts.failed.aggregate.map(|all| all.count)),
            (
                "bad_signatures",
                counts.bad_signatures.aggregate.map(|all| all.count),
            ),
            ("silence", counts.silence.aggregate.map(|all| all.count)),
            (
                "reconciled",
                counts.reconciled.aggregate.map(|all| all.count),
            ),
        ]
    };
    facet("kind", said().kind, |kind| said().alert_kind(kind), counted)
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
