//! All jobs, latest first: what waits, what was given up and why. A job that was given up can be begun anew.

use leptos::prelude::*;

use crate::api;
use crate::format::number;
use crate::pages::authorizations::head::{Head, facet, found_facet};
use crate::queries::{
    JobFacets, JobList, JobNews, RetryJob, job_facets, job_list, job_news, retry_job,
};
use crate::remote::{Remote, live, remote};
use crate::search::{any_of, pattern};
use crate::ui::list::{
    Column, Facet, List, Rows, Source, Window, direction, ticked_or, use_address,
};
use crate::ui::{Ago, Button, Confirm, Deed, StateMark};
use crate::words::authorizations::said;
use job_list::OrderBy;

type Row = job_list::JobListJobs;
type Counts = Remote<job_facets::ResponseData>;

const STATES: [&str; 4] = ["pending", "running", "done", "dead"];

/// The list of jobs.
#[component]
pub fn Jobs() -> impl IntoView {
    let address = use_address();
    let news = live::<JobNews>(|| job_news::Variables {}).moves();
    let counts = remote(move || {
        news.track();
        api::run::<JobFacets>(job_facets::Variables {})
    });
    let source = Source::new(move |window: Window| {
        let (sort, backwards) = address.sort("-made");
        let by =
            |key: &str| (sort == key).then(|| direction((OrderBy::Asc, OrderBy::Desc), backwards));
        let variables = job_list::Variables {
            states: ticked_or(address, "state", &STATES),
            kinds: any_of(&address.ticked("kind")),
            pattern: pattern(&address.get("q")),
            by_made: by("made"),
            by_run: by("run"),
            limit: window.limit,
            offset: window.offset,
        };
        async move {
            let data = api::run::<JobList>(variables).await?;
            let all = data.jobs_aggregate.aggregate;
            Ok(Rows {
                rows: data.jobs,
                total: all.map_or(0, |all| all.count),
            })
        }
    });
    let rows = source.shown(address, move || news.track());
    let retried = RwSignal::new(None::<String>);
    let open = RwSignal::new(false);
    let is_done = RwSignal::new(false);
    let deed = Deed::new(move || {
        let id = retried.get_untracked().unwrap_or_default();
        async move {
            api::run::<RetryJob>(retry_job::Variables { id })
                .await
                .map(drop)
        }
    });
    let ask = Callback::new(move |id: String| {
        is_done.set(false);
        retried.set(Some(id));
        open.set(true);
    });
    let kinds = found_facet("kind", said().kind, str::to_owned, move || {
        let kinds = counts.ok().map(|counts| counts.kinds).unwrap_or_default();
        kinds.into_iter().map(|job| job.kind).collect()
    });
    view! {
        <div class="page">
            <Head title=said().jobs count=Signal::derive(move || rows.ok().map(|rows| rows.total))/>
            <List
                label=said().jobs
                address=address
                search_label=said().search_jobs
                facets=vec![state_facet(counts), kinds]
                columns=columns(ask)
                rows=rows
                default_sort="-made"
                key=|job| job.id.clone()
                empty=(said().no_jobs, said().no_jobs_help)
                export=(source, "jobs")
            />
            <p class="page-word" role="status">{move || is_done.get().then_some(said().job_retried)}</p>
            <Confirm
                open=open
                title=said().retry_job_title.to_owned()
                explanation=said().retry_job_help.to_owned()
                verb=said().retry_job
                deed=deed
                done=Callback::new(move |()| is_done.set(true))
            />
        </div>
    }
}

fn state_facet(counts: Counts) -> Facet {
    let counted = move || {
        let Some(counts) = counts.ok() else {
            return STATES.map(|state| (state, None)).to_vec();
        };
        vec![
            ("pending", counts.pending.aggregate.map(|all| all.count)),
            ("running", counts.running.aggregate.map(|all| all.count)),
            ("done", counts.done.aggregate.map(|all| all.count)),
            ("dead", counts.dead.aggregate.map(|all| all.count)),
        ]
    };
    let name = |state: &str| said().job_state(state).to_owned();
    facet("state", said().token_state, name, counted)
}

fn columns(ask: Callback<String>) -> Vec<Column<Row>> {
    let job = |job: &Row| {
        let payload = serde_json::to_string_pretty(&job.payload).unwrap_or_default();
        view! {
            <details class="raw">
                <summary><code>{job.kind.clone()}</code></summary>
                <pre tabindex="0">{payload}</pre>
            </details>
            {job.last_error.clone().map(|error| view! { <span class="under">{error}</span> })}
        }
        .into_any()
    };
    let state = move |job: &Row| {
        let tone = match job.state.as_str() {
            "done" => "ok",
            "running" => "busy",
            "dead" => "bad",
            _ => "calm",
        };
        let id = job.id.clone();
        let retry = (job.state == "dead").then(|| {
            view! {
                <Button press=move |_| ask.run(id.clone())>{said().retry_job}</Button>
            }
        });
        view! { <StateMark tone=tone label=said().job_state(&job.state)/> {retry} }.into_any()
    };
    vec![
        Column::new(said().job, "grow", job)
            .exported_as(said().kind, |job| job.kind.clone())
            .exported_as(said().last_error, |job| {
                job.last_error.clone().unwrap_or_default()
            }),
        Column::new(said().token_state, "", state).exported(|job| job.state.clone()),
        Column::new(said().attempts, "count", |job: &Row| {
            number(job.attempts).into_any()
        })
        .exported(|job| job.attempts.to_string()),
        Column::new(said().next_run, "day wide-only", |job: &Row| {
            view! { <Ago at=job.run_at.clone()/> }.into_any()
        })
        .sorted_by("run")
        .exported(|job| job.run_at.clone()),
        Column::new(said().made, "day wide-only", |job: &Row| {
            view! { <Ago at=job.created_at.clone()/> }.into_any()
        })
        .sorted_by("made")
        .exported(|job| job.created_at.clone()),
        Column::new(said().finished, "day widest-only", |job: &Row| {
            job.finished_at
                .clone()
                .map(|at| view! { <Ago at=at/> })
                .into_any()
        })
        .exported(|job| job.finished_at.clone().unwrap_or_default()),
    ]
}
