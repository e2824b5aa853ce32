//! Services and their syncs: start one, watch it, read its plan row by row, apply or discard it.

mod changes;
mod decision;
mod overview;
mod run;
mod runs;

use leptos::prelude::*;

use crate::queries::{ServicesOverview, services_overview};
use crate::remote::live;
use crate::ui::PageTitle;
use crate::words::words;
use overview::Overview;
pub use run::RunRoute;
use runs::Runs;

/// The page of all services and all runs.
#[component]
pub fn Services() -> impl IntoView {
    let services = live::<ServicesOverview>(|| services_overview::Variables {});
    // The list of runs is asked for anew when a latest run begins, moves on or ends.
    let moved = Memo::new(move |_| {
        let services = services.ok().map(|data| data.services).unwrap_or_default();
        services
            .into_iter()
            .flat_map(|service| service.sync_runs)
            .map(|run| (run.id, run.state))
            .collect::<Vec<_>>()
    });
    view! {
        <div class="page">
            <header class="page-head"><PageTitle title=words().services/></header>
            <Overview services=services/>
            <section class="section" aria-labelledby="runs">
                <h2 id="runs" class="section-title">{words().runs_title}</h2>
                <Runs moved=moved services=services/>
            </section>
        </div>
    }
}
