//! All jobs, latest first: what waits, what was given up and why. A job that was given up can be begun anew.

use leptos::prelude::*;

use crate::api;
use crate::format::number;
use crate::pages::authorizations::facets::Counts;
use crate::pages::authorizations::head::Head;
use crate::queries::{JobList, JobNews, RetryJob, job_list, job_news, retry_job};
use crate::remote::live;
use crate::search::{any_of, normalized, sought};
use crate::ui::list::{Column, List, Rows, Source, Window, direction, ticked_or, use_address};
use crate::ui::{Ago, Button, Confirm, Deed, StateMark};
use crate::words::authorizations::said;
use job_list::{JobSearchBoolExp, OrderBy, StringComparisonExp};

type Row = job_list::JobListJobs;

const STATES: [&str; 4] = ["pending", "running", "done", "dead"];

/// The list of jobs.
#[component]
pub fn Jobs() -> impl IntoView {
    let address = use_address();
    let news = live::<JobNews>(|| job_news::Variables {}).moves();
    let counts = Counts::of("jobs", news);
    let state = |state: &str| said().job_state(state).to_owned();
    let facets = vec![
        counts.known("state", said().token_state, &STATES, state),
        counts.found("kind", said().kind, |kind| said().job_kind(kind)),
    ];
    let source = Source::new(move |window: Window| {
        let (sort, backwards) = address.sort("-made");
        let by =
            |key: &str| (sort == key).then(|| direction((OrderBy::Asc, OrderBy::Desc), backwards));
        let variables = job_list::Variables {
            states: ticked_or(address, "state", &STATES),
            kinds: any_of(&address.ticked("kind")),
            search: found_by(&address.get("q")),
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
    view! {
        <div class="page">
            <Head title=said().jobs count=Signal::derive(move || rows.ok().map(|rows| rows.total))/>
            <List
                label=said().jobs
                address=address
                search_label=said().search_jobs
                facets=facets
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

/// The words of a search anywhere in a job, or in the name of its kind.
fn found_by(typed: &str) -> Option<JobSearchBoolExp> {
    let text = StringComparisonExp {
        like: Some(sought(typed)?),
        ..Default::default()
    };
    let kind = StringComparisonExp {
        in_: Some(said().job_kinds_called(&normalized(typed))),
        ..Default::default()
    };
    let either = vec![
        JobSearchBoolExp {
            text: Some(text),
            ..Default::default()
        },
        JobSearchBoolExp {
            kind: Some(kind),
            ..Default::default()
        },
    ];
    Some(JobSearchBoolExp {
        or: Box::new(Some(either)),
        ..Default::default()
    })
}

/// Whom a job writes to.
fn reader(payload: &serde_json::Value) -> Option<String> {
    let reader = payload.get("to").or_else(|| payload.pointer("/letter/to"));
    Some(reader?.as_str()?.to_owned())
}

fn columns(ask: Callback<String>) -> Vec<Column<Row>> {
    let job = |job: &Row| {
        let payload = serde_json::to_string_pretty(&job.payload).unwrap_or_default();
        view! {
            <details class="raw">
                <summary title=job.kind.clone()>{said().job_kind(&job.kind)}</summary>
                <p><code>{job.kind.clone()}</code></p>
                <pre tabindex="0">{payload}</pre>
            </details>
            {reader(&job.payload).map(|reader| view! { <span class="under">{reader}</span> })}
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
