//! Each service with its accounts, its last sync, and the two ways to start another.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;

use crate::api;
use crate::format::number;
use crate::pages::run_state::RunState;
use crate::queries::{SyncServices, services_overview, sync_services};
use crate::remote::Remote;
use crate::ui::{AccountMark, Ago, Button, Notice, ServiceIcon, Shown, StateMark};
use crate::words::words;

type Service = services_overview::ServicesOverviewServices;

/// The services.
#[component]
pub fn Overview(services: Remote<services_overview::ResponseData>) -> impl IntoView {
    view! {
        <Shown remote=services lines=3 let:data>
            {if data.services.is_empty() {
                view! { <div class="empty"><strong>{words().no_services}</strong><p>{words().no_services_help}</p></div> }.into_any()
            } else {
                view! {
                    <ul class="services">
                        {data.services.into_iter().map(|service| view! { <OneService service=service/> }).collect_view()}
                    </ul>
                }
                .into_any()
            }}
        </Shown>
    }
}

#[component]
fn OneService(service: Service) -> impl IntoView {
    let count = |aggregate: Option<i64>| aggregate.unwrap_or(0);
    let counts = [
        (
            "active",
            count(service.active.aggregate.map(|all| all.count)),
        ),
        (
            "invited",
            count(service.invited.aggregate.map(|all| all.count)),
        ),
        (
            "disabled",
            count(service.disabled.aggregate.map(|all| all.count)),
        ),
        (
            "absent",
            count(service.absent.aggregate.map(|all| all.count)),
        ),
    ];
    let last = service.sync_runs.into_iter().next();
    let enabled = service.enabled;
    let (code, name) = (service.code.clone(), service.name.clone());
    view! {
        <li class="service" data-service=service.code>
            <ServiceIcon kind=service.kind/>
            <div class="service-words">
                <h2 class="service-name">{service.name}</h2>
                <p class="service-counts">
                    {counts.into_iter().filter(|(state, count)| *count > 0 || *state == "active").map(|(state, count)| view! {
                        <span class="service-count">
                            <AccountMark state=state label=words().account_state(state)/>
                            {number(count)} " " <span aria-hidden="true">{words().account_state(state)}</span>
                        </span>
                    }).collect_view()}
                </p>
            </div>
            <div class="service-last">
                <span class="muted">{words().last_sync}</span>
                {match last {
                    None => view! { <span>{words().never}</span> }.into_any(),
                    Some(run) => view! {
                        <span>
                            <A href=format!("/services/runs/{}", run.id)><RunState state=run.state dry_run=run.dry_run/></A>
                            <span class="muted">" · " <Ago at=run.finished_at.unwrap_or(run.created_at)/></span>
                        </span>
                    }.into_any(),
                }}
            </div>
            {if enabled {
                view! { <Start code=code name=name/> }.into_any()
            } else {
                view! { <StateMark tone="calm" label=words().disabled_service/> }.into_any()
            }}
        </li>
    }
}

/// The buttons that start a sync and go to its run.
#[component]
fn Start(code: String, name: String) -> impl IntoView {
    let navigate = use_navigate();
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<String>);
    let start = StoredValue::new_local(move |dry_run: bool| {
        let (navigate, code) = (navigate.clone(), code.clone());
        busy.set(true);
        spawn_local(async move {
            let variables = sync_services::Variables {
                services: vec![code],
                dry_run,
            };
            let outcome = api::run::<SyncServices>(variables).await;
            busy.try_set(false);
            match outcome {
                Ok(data) => {
                    if let Some(run) = data.sync_services.first() {
                        navigate(
                            &format!("/services/runs/{}", run.id),
                            NavigateOptions::default(),
                        );
                    }
                }
                Err(error) => drop(failure.try_set(Some(words().error(&error)))),
            }
        });
    });
    view! {
        <div class="actions" role="group" aria-label=words().sync_of(&name)>
            <Button busy=busy title=words().plan_help press=move |_| start.with_value(|start| start(true))>{words().plan_dry_run}</Button>
            <Button busy=busy press=move |_| start.with_value(|start| start(false))>{words().sync_now}</Button>
        </div>
        <div class="service-failure" role="alert">{move || failure.get().map(|text| view! { <Notice tone="bad" text=text/> })}</div>
    }
}
