//! Home of an administrator: the directory in numbers, what to look at, what happened last and what comes.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::api;
use crate::format::{self, number};
use crate::pages::run_state::{Counts, CountsLine, RunState};
use crate::queries::{Dashboard, dashboard};
use crate::remote::remote;
use crate::ui::{Ago, Avatar, Bar, BarChart, Day, PageTitle, ServiceIcon, Shown};
use crate::words::words;

const SOON_DAYS: u32 = 30;

/// The directory at a glance.
#[component]
pub fn Overview() -> impl IntoView {
    let facts = remote(|| {
        api::run::<Dashboard>(dashboard::Variables {
            today: format::today(),
            soon: format::day_after(SOON_DAYS),
        })
    });
    view! {
        <div class="page">
            <header class="page-head"><PageTitle title=words().overview/></header>
            <Shown remote=facts lines=10 let:data><Known data=data/></Shown>
        </div>
    }
}

#[component]
fn Known(data: dashboard::ResponseData) -> impl IntoView {
    let people = data.people.aggregate.map_or(0, |all| all.count);
    let accounts = data.accounts.aggregate.map_or(0, |all| all.count);
    let suggestions = data.suggestions.aggregate.map_or(0, |all| all.count);
    let warnings = [
        ("expired", data.expired.aggregate.map_or(0, |all| all.count)),
        (
            "missing_services",
            data.missing_services.aggregate.map_or(0, |all| all.count),
        ),
        (
            "alone_service",
            data.alone_service.aggregate.map_or(0, |all| all.count),
        ),
        (
            "no_departure_date",
            data.no_departure_date.aggregate.map_or(0, |all| all.count),
        ),
    ];
    let warned: i64 = warnings.iter().map(|(_, count)| count).sum();
    let last = data.runs.first().cloned();
    view! {
        <ul class="figures">
            <Figure address="/people" name=words().people value=number(people)/>
            <Figure address="/people?sort=name" name=words().accounts value=number(accounts)/>
            <Figure address="/people?warning=expired,missing_services,alone_service,no_departure_date" name=words().warnings value=number(warned)/>
            <li class="figure">
                <span class="figure-name">{words().last_sync}</span>
                {match last {
                    Some(run) => view! {
                        <A href=format!("/services/runs/{}", run.id) attr:class="figure-value">
                            <RunState state=run.state dry_run=run.dry_run/>
                        </A>
                        <span class="muted"><Ago at=run.created_at/></span>
                    }.into_any(),
                    None => view! { <span class="figure-value">{words().never}</span> }.into_any(),
                }}
            </li>
        </ul>
        <div class="halves">
            <section class="section" aria-labelledby="by-service">
                <h2 id="by-service" class="section-title">{words().accounts_by_service}</h2>
                <Chart services=data.services/>
            </section>
            <section class="section" aria-labelledby="to-look-at">
                <h2 id="to-look-at" class="section-title">{words().to_look_at}</h2>
                <ToLookAt warnings=warnings.to_vec() suggestions=suggestions/>
            </section>
            <section class="section" aria-labelledby="latest-runs">
                <h2 id="latest-runs" class="section-title">
                    {words().latest_runs} " " <A href="/services" attr:class="section-link">{words().all_runs}</A>
                </h2>
                <LatestRuns runs=data.runs/>
            </section>
            <section class="section" aria-labelledby="coming">
                <h2 id="coming" class="section-title">{words().arriving_soon}</h2>
                <Moves
                    people=data.arriving.into_iter().map(|user| (user.id, user.name, user.avatar_url, user.arrival)).collect()
                    none=words().nobody_arrives
                />
                <h2 class="section-title">{words().leaving_soon}</h2>
                <Moves
                    people=data.leaving.into_iter().map(|user| (user.id, user.name, user.avatar_url, user.departure)).collect()
                    none=words().nobody_leaves
                />
            </section>
        </div>
    }
}

#[component]
fn Figure(address: &'static str, name: &'static str, value: String) -> impl IntoView {
    view! {
        <li class="figure">
            <span class="figure-name">{name}</span>
            <A href=address attr:class="figure-value">{value}<span class="unseen">{format!(" {name}")}</span></A>
        </li>
    }
}

#[component]
fn Chart(services: Vec<dashboard::DashboardServices>) -> impl IntoView {
    let legend = ["active", "invited", "disabled", "absent"]
        .map(|state| (state, words().account_state(state)));
    let bars = services
        .into_iter()
        .map(|service| Bar {
            kind: service.kind,
            label: service.name,
            parts: vec![
                service.active.aggregate.map_or(0, |all| all.count),
                service.invited.aggregate.map_or(0, |all| all.count),
                service.disabled.aggregate.map_or(0, |all| all.count),
                service.absent.aggregate.map_or(0, |all| all.count),
            ],
        })
        .collect();
    view! { <BarChart title=words().accounts_by_service legend=legend.to_vec() bars=bars/> }
}

#[component]
fn ToLookAt(warnings: Vec<(&'static str, i64)>, suggestions: i64) -> impl IntoView {
    if suggestions == 0 && warnings.iter().all(|(_, count)| *count == 0) {
        return view! { <p class="muted">{words().nothing_to_look_at}</p> }.into_any();
    }
    let rows = warnings
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(code, count)| {
            view! {
                <li>
                    <A href=format!("/people?warning={code}")>{words().warning_name(code)}</A>
                    <span class="numeric">{number(count)}</span>
                </li>
            }
        })
        .collect_view();
    let pairs = (suggestions > 0).then(|| {
        view! { <li><span>{words().suggestions}</span><span class="numeric">{number(suggestions)}</span></li> }
    });
    view! { <ul class="plain-list spread">{rows}{pairs}</ul> }.into_any()
}

#[component]
fn LatestRuns(runs: Vec<dashboard::DashboardRuns>) -> impl IntoView {
    if runs.is_empty() {
        return view! { <p class="muted">{words().no_runs}</p> }.into_any();
    }
    let rows = runs
        .into_iter()
        .map(|run| {
            let counts = Counts {
                created: run.created,
                changed: run.changed,
                linked: run.linked,
                re_enabled: run.re_enabled,
                gone: run.gone,
            };
            view! {
                <li>
                    <A href=format!("/services/runs/{}", run.id)>
                        <span class="who"><ServiceIcon kind=run.service.kind/>{run.service.name}" " <Ago at=run.created_at/></span>
                    </A>
                    <span class="outcome">
                        <RunState state=run.state dry_run=run.dry_run/>
                        <span class="numeric"><CountsLine counts=counts/></span>
                    </span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="plain-list spread">{rows}</ul> }.into_any()
}

#[component]
fn Moves(
    people: Vec<(String, String, Option<String>, Option<String>)>,
    none: &'static str,
) -> impl IntoView {
    if people.is_empty() {
        return view! { <p class="muted">{none}</p> }.into_any();
    }
    let rows = people
        .into_iter()
        .map(|(id, name, avatar, day)| {
            view! {
                <li>
                    <A href=format!("/people/{id}")><span class="who"><Avatar name=name.clone() address=avatar/>{name}</span></A>
                    <span class="numeric">{day.map(|day| view! { <Day day=day short=true/> })}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="plain-list spread">{rows}</ul> }.into_any()
}
