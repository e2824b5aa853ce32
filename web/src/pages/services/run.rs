//! One sync run, live: what it does now, what it would change or has changed, and the decision it waits for.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use super::changes::Changes;
use super::decision::Decision;
use crate::format::{self, number};
use crate::pages::NotFound;
use crate::pages::run_state::{Counts, RunState, is_at_work};
use crate::queries::{Run as RunSubscription, run};
use crate::remote::live;
use crate::ui::{Ago, ErrorNote, Notice, PageTitle, Progress, ServiceIcon, Skeleton};
use crate::words::words;

type Run = run::RunSyncRunsByPk;

/// The run that the address names.
#[component]
pub fn RunRoute() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    move || view! { <OneRun id=id.get()/> }
}

#[component]
fn OneRun(id: String) -> impl IntoView {
    let asked = id.clone();
    let answer = live::<RunSubscription>(move || run::Variables { id: asked.clone() });
    let run = Memo::new(move |_| answer.ok().and_then(|data| data.sync_runs_by_pk));
    // The page is drawn anew only when this changes; progress moves inside it.
    let shown = Memo::new(move |_| match answer.get() {
        None => Standing::Awaited,
        Some(Ok(data)) if data.sync_runs_by_pk.is_some() => Standing::There,
        Some(Ok(_)) => Standing::Missing,
        Some(Err(_)) => Standing::Refused,
    });
    let lost = move || answer.is_busy() && answer.ok().is_some();
    view! {
        <div class="page">
            <p class="crumb"><A href="/services">{words().services}</A></p>
            <p class="connection" role="status">{move || lost().then_some(words().reconnecting)}</p>
            {move || match shown.get() {
                Standing::Awaited => view! { <Skeleton lines=6/> }.into_any(),
                Standing::There => view! { <Known id=id.clone() run=run/> }.into_any(),
                Standing::Missing => view! { <NotFound/> }.into_any(),
                Standing::Refused => answer
                    .error()
                    .map(|error| view! { <ErrorNote error=error retry=move || answer.reload()/> })
                    .into_any(),
            }}
        </div>
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Awaited,
    There,
    Missing,
    Refused,
}

#[component]
fn Known(id: String, run: Memo<Option<Run>>) -> impl IntoView {
    let service = run.with_untracked(|run| run.as_ref().map(|run| run.service.clone()));
    let (kind, name) = service
        .map(|service| (service.kind, service.name))
        .unwrap_or_default();
    let title = words().sync_of(&name);
    let state_line = move || {
        let run = run.get()?;
        let by = run
            .requester
            .and_then(|requester| requester.name)
            .unwrap_or_else(|| words().trigger_name(&run.trigger).to_owned());
        Some(view! {
            <RunState state=run.state dry_run=run.dry_run/>
            <span class="muted">{by} " · " <Ago at=run.created_at/></span>
        })
    };
    let state = Memo::new(move |_| {
        run.get()
            .map(|run| (run.state.clone(), counts(&run).total()))
            .unwrap_or_default()
    });
    let explained = move || run.get().map(|run| view! { <Explained run=run/> });
    // Rows exist from the plan on; they are marked when it is applied.
    let rows_of = Memo::new(move |_| {
        let (state, total) = state.get();
        (total > 0 && !matches!(state.as_str(), "queued" | "fetching" | "planning"))
            .then_some(state)
    });
    let has_rows = Memo::new(move |_| rows_of.get().is_some());
    let decision_name = name.clone();
    let changes_id = id.clone();
    view! {
        <header class="page-head run-head">
            <ServiceIcon kind=kind/>
            <div class="run-title">
                <PageTitle title=title/>
                <p class="state-line" role="status">{state_line}</p>
            </div>
            <Decision id=id state=state service=decision_name/>
        </header>
        {explained}
        <Show when=move || has_rows.get()>
            <Changes run_id=changes_id.clone() state=rows_of counts=Signal::derive(move || run.get().map(|run| counts(&run)))/>
        </Show>
        {move || run.get().map(|run| view! { <Details run=run/> })}
    }
}

fn counts(run: &Run) -> Counts {
    Counts {
        created: run.created,
        changed: run.changed,
        linked: run.linked,
        re_enabled: run.re_enabled,
        gone: run.gone,
    }
}

/// What the state means, and how far the work has come.
#[component]
fn Explained(run: Run) -> impl IntoView {
    let total = counts(&run).total();
    let words = words();
    let read = || view! { <Progress done=run.fetched expected=run.expected label=words.read_so_far(run.fetched, run.expected)/> };
    match run.state.as_str() {
        "queued" => view! { <Progress done=0 expected=None label=words.queued_help/> }.into_any(),
        "fetching" => view! { {read()}<p class="muted">{words.fetching_help}</p> }.into_any(),
        "planning" => {
            view! { <Progress done=0 expected=None label=words.planning_help/> }.into_any()
        }
        "applying" => {
            view! { <Progress done=0 expected=None label=words.applying_help/> }.into_any()
        }
        "waiting" => {
            view! { <Notice tone="warn" text=words.vanish_brake(run.vanish_share, run.gone)/> }
                .into_any()
        }
        "planned" if total == 0 => {
            view! { <Notice tone="ok" text=words.planned_empty/> }.into_any()
        }
        "planned" => view! { <Notice tone="calm" text=words.planned_help/> }.into_any(),
        "succeeded" if total == 0 => {
            view! { <Notice tone="ok" text=words.succeeded_empty/> }.into_any()
        }
        "interrupted" => view! { <Notice tone="warn" text=words.interrupted_help/> }.into_any(),
        "discarded" => view! { <Notice tone="calm" text=words.discarded_help/> }.into_any(),
        "failed" => {
            let reason = run.error.clone().unwrap_or_default();
            view! { <Notice tone="bad" text=format!("{reason} {}", words.failed_help)/> }.into_any()
        }
        _ => ().into_any(),
    }
}

#[component]
fn Details(run: Run) -> impl IntoView {
    if is_at_work(&run.state) && run.started_at.is_none() {
        return ().into_any();
    }
    let moment = |at: Option<String>| {
        at.map(|at| {
            view! { <time datetime=at.clone() title=format::moment(&at)>{format::time(&at)}</time> }
                .into_any()
        })
    };
    let count = |count: i64| Some(number(count).into_any());
    let person = |person: Option<(String, Option<String>)>| {
        person.map(|(id, name)| view! { <A href=format!("/people/{id}")>{name}</A> }.into_any())
    };
    let requester = run.requester.and_then(|card| Some((card.id?, card.name)));
    let approver = run.approver.and_then(|card| Some((card.id?, card.name)));
    let took = run
        .started_at
        .as_ref()
        .zip(run.finished_at.as_ref())
        .map(|(from, until)| format::duration(from, until).into_any());
    let facts = [
        (
            words().requested_by,
            person(requester).or_else(|| Some(words().trigger_name(&run.trigger).into_any())),
        ),
        (words().approved_by, person(approver)),
        (words().started, moment(run.started_at)),
        (words().planned_at, moment(run.planned_at)),
        (words().finished, moment(run.finished_at)),
        (words().took, took),
        (words().accounts_read, count(run.fetched)),
        (words().pages_read, count(run.pages)),
        (words().requests_made, count(run.requests)),
        (words().unchanged, count(run.unchanged)),
    ];
    view! {
        <section class="section" aria-labelledby="run-details">
            <h2 id="run-details" class="section-title">{words().run_details}</h2>
            <dl class="facts columns">
                {facts.into_iter().filter_map(|(name, value)| Some(view! {
                    <div class="fact"><dt>{name}</dt><dd>{value?}</dd></div>
                })).collect_view()}
            </dl>
        </section>
    }
    .into_any()
}
