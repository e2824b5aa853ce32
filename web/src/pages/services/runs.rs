//! All sync runs, latest first.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::api;
use crate::format;
use crate::pages::run_state::{Counts, CountsLine, RunState};
use crate::queries::{RunList, run_list, services_overview};
use crate::remote::Remote;
use crate::ui::list::{Choice, Column, Facet, List, Rows, Source, Window, use_address};
use crate::ui::{Ago, ServiceIcon};
use crate::words::words;
use run_list::{OrderBy, SyncRunsOrderBy};

type Row = run_list::RunListSyncRuns;

const STATES: [&str; 10] = [
    "queued",
    "fetching",
    "planning",
    "applying",
    "planned",
    "waiting",
    "succeeded",
    "failed",
    "interrupted",
    "discarded",
];

/// The list of runs. Asked for again whenever `moved` changes.
#[component]
pub fn Runs(
    moved: Memo<Vec<(String, String)>>,
    services: Remote<services_overview::ResponseData>,
) -> impl IntoView {
    let address = use_address();
    let codes = Memo::new(move |_| {
        let services = services.ok().map(|data| data.services).unwrap_or_default();
        services
            .into_iter()
            .map(|service| (service.code, service.name))
            .collect::<Vec<_>>()
    });
    let source = Source::new(move |window: Window| {
        let known = codes.get();
        let ticked = address.ticked("service");
        let states = address.ticked("state");
        let (_, backwards) = address.sort("-started");
        let direction = if backwards {
            OrderBy::Desc
        } else {
            OrderBy::Asc
        };
        let variables = run_list::Variables {
            services: if ticked.is_empty() {
                known.into_iter().map(|(code, _)| code).collect()
            } else {
                ticked
            },
            states: if states.is_empty() {
                STATES.map(str::to_owned).to_vec()
            } else {
                states
            },
            order: vec![SyncRunsOrderBy {
                created_at: Some(direction),
                ..Default::default()
            }],
            limit: window.limit,
            offset: window.offset,
        };
        async move {
            let data = api::run::<RunList>(variables).await?;
            Ok(Rows {
                rows: data.sync_runs,
                total: data
                    .sync_runs_aggregate
                    .aggregate
                    .map_or(0, |all| all.count),
            })
        }
    });
    let rows = source.shown(address, move || moved.track());
    let service_choices = move || {
        let choice = |(value, label): (String, String)| Choice {
            value,
            label,
            count: None,
        };
        codes.get().into_iter().map(choice).collect()
    };
    let state_choices = || {
        let choice = |state: &str| Choice {
            value: state.to_owned(),
            label: words().run_state(state).to_owned(),
            count: None,
        };
        STATES.map(choice).to_vec()
    };
    let facets = vec![
        Facet {
            key: "service",
            label: words().service,
            choices: Signal::derive(service_choices),
        },
        Facet {
            key: "state",
            label: words().state,
            choices: Signal::derive(state_choices),
        },
    ];
    view! {
        <List
            label=words().runs_title
            address=address
            facets=facets
            columns=columns()
            rows=rows
            default_sort="-started"
            key=|run| run.id.clone()
            empty=(words().no_runs, words().no_runs_help)
            export=(source, "sync-runs")
        />
    }
}

fn columns() -> Vec<Column<Row>> {
    let started = |run: &Row| {
        let at = run.created_at.clone();
        view! { <A href=format!("/services/runs/{}", run.id) attr:data-row-link=""><Ago at=at/></A> }.into_any()
    };
    let service = |run: &Row| {
        let service = run.service.clone();
        view! { <span class="who"><ServiceIcon kind=service.kind/><span class="spare-word">{service.name}</span></span> }
            .into_any()
    };
    let state =
        |run: &Row| view! { <RunState state=run.state.clone() dry_run=run.dry_run/> }.into_any();
    let changes = |run: &Row| view! { <CountsLine counts=counts(run)/> }.into_any();
    let took = |run: &Row| took(run).into_any();
    let by = |run: &Row| by(run).into_any();
    vec![
        Column::new(words().started, "", started)
            .sorted_by("started")
            .exported(|run: &Row| run.created_at.clone()),
        Column::new(words().service, "", service).exported(|run: &Row| run.service.code.clone()),
        Column::new(words().state, "grow", state).exported(|run: &Row| run.state.clone()),
        Column::new(words().changes, "", changes)
            .exported(|run: &Row| counts(run).total().to_string()),
        Column::new(words().took, "day wide-only", took)
            .exported_as(words().finished, |run: &Row| {
                run.finished_at.clone().unwrap_or_default()
            }),
        Column::new(words().by, "wide-only", by).exported(self::by),
    ]
}

fn counts(run: &Row) -> Counts {
    Counts {
        created: run.created,
        changed: run.changed,
        linked: run.linked,
        re_enabled: run.re_enabled,
        gone: run.gone,
    }
}

fn took(run: &Row) -> Option<String> {
    let (from, until) = run.started_at.as_ref().zip(run.finished_at.as_ref())?;
    Some(format::duration(from, until))
}

fn by(run: &Row) -> String {
    let name = run
        .requester
        .as_ref()
        .and_then(|requester| requester.name.clone());
    name.unwrap_or_else(|| words().trigger_name(&run.trigger).to_owned())
}
