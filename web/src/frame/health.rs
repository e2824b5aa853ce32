//! How many services were synced well last time, live; and a word when a sync that the reader does not watch ends.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_location;

use crate::pages::is_at_work;
use crate::queries::{ServicesHealth, services_health};
use crate::remote::live;
use crate::ui::Toasts;
use crate::words::words;

type Service = services_health::ServicesHealthServices;

/// The health of all services, a link to them.
#[component]
pub fn Health() -> impl IntoView {
    let services = live::<ServicesHealth>(|| services_health::Variables {});
    tell_what_ended(move || services.ok().map(|data| data.services).unwrap_or_default());
    move || {
        let services = services.ok()?.services;
        let well = services.iter().filter(|service| is_well(service)).count();
        let total = services.len();
        let tone = if well == total { "ok" } else { "warn" };
        Some(view! {
            <A href="/services" attr:class="health" attr:title=words().services_well_title(well, total)>
                <span class="health-dot" data-tone=tone></span>
                <span class="health-words">{words().services_well(well, total)}</span>
            </A>
        })
    }
}

/// A service is well unless its last run went wrong or asks for a decision.
fn is_well(service: &Service) -> bool {
    service
        .sync_runs
        .first()
        .is_some_and(|run| !matches!(run.state.as_str(), "failed" | "interrupted" | "waiting"))
}

fn tell_what_ended(services: impl Fn() -> Vec<Service> + Send + Sync + 'static) {
    let toasts = expect_context::<Toasts>();
    let path = use_location().pathname;
    Effect::new(move |before: Option<BTreeMap<String, bool>>| {
        let mut at_work = BTreeMap::new();
        for service in services() {
            let Some(run) = service.sync_runs.first() else {
                continue;
            };
            let works = is_at_work(&run.state);
            let ended = !works
                && before
                    .as_ref()
                    .and_then(|before| before.get(&run.id))
                    .is_some_and(|worked| *worked);
            if ended && !path.get_untracked().starts_with("/services") {
                let text = format!(
                    "{} · {}",
                    words().sync_of(&service.name),
                    words().run_state(&run.state)
                );
                toasts.tell(text, format!("/services/runs/{}", run.id));
            }
            at_work.insert(run.id.clone(), works);
        }
        at_work
    });
}
