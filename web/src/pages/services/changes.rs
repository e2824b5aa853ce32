//! The rows of a plan: each account that is new, changed, joined, back or gone, with what differs.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::api;
use crate::format::number;
use crate::pages::diff::{Content, Diff};
use crate::pages::run_state::Counts;
use crate::queries::{RunChanges, run_changes};
use crate::remote::remote;
use crate::search::pattern;
use crate::ui::list::{Address, Column, List, PAGE_SIZE, Rows, use_address};
use crate::words::words;

type Row = run_changes::RunChangesSyncChanges;

const KINDS: [(&str, &str); 5] = [
    ("create", "+"),
    ("change", "~"),
    ("link", "↔"),
    ("re_enable", "↺"),
    ("gone", "−"),
];

/// The plan of a run. Asked for again when the run's state changes.
#[component]
pub fn Changes(
    run_id: String,
    state: Memo<Option<String>>,
    counts: Signal<Option<Counts>>,
) -> impl IntoView {
    let address = use_address();
    let rows = remote(move || {
        state.track();
        let ticked = address.ticked("kind");
        let kinds = if ticked.is_empty() {
            KINDS.map(|(kind, _)| kind.to_owned()).to_vec()
        } else {
            ticked
        };
        let variables = run_changes::Variables {
            run: run_id.clone(),
            kinds,
            pattern: pattern(&address.get("q")),
            limit: PAGE_SIZE,
            offset: address.offset(),
        };
        async move {
            let data = api::run::<RunChanges>(variables).await?;
            Ok(Rows {
                rows: data.sync_changes,
                total: data
                    .sync_changes_aggregate
                    .aggregate
                    .map_or(0, |all| all.count),
            })
        }
    });
    view! {
        <section class="section" aria-labelledby="changes">
            <h2 id="changes" class="section-title">{words().what_changes}</h2>
            <Summary address=address counts=counts/>
            <List
                label=words().what_changes
                address=address
                search_label=words().search_changes
                other_filter="kind"
                columns=columns()
                rows=rows
                default_sort=""
                key=|row| row.id.clone()
                empty=(words().no_change_rows, "")
            />
        </section>
    }
}

/// The counts of each kind; pressing one shows that kind alone.
#[component]
fn Summary(address: Address, counts: Signal<Option<Counts>>) -> impl IntoView {
    let kinds = move || {
        counts
            .get()
            .into_iter()
            .flat_map(Counts::by_kind)
            .map(|(kind, sign, count)| {
                let alone = move || address.ticked("kind") == [kind];
                let toggle = move |_| address.set("kind", (!alone()).then(|| kind.to_owned()));
                view! {
                    <button
                        type="button"
                        class="plan-kind"
                        data-kind=kind
                        disabled=count == 0
                        aria-pressed=move || alone().to_string()
                        on:click=toggle
                    >
                        <span class="plan-sign" aria-hidden="true">{sign}</span>
                        <strong>{number(count)}</strong>
                        <span>{words().change_kind(kind)}</span>
                    </button>
                }
            })
            .collect_view()
    };
    view! { <div class="plan-kinds">{kinds}</div> }
}

/// What is known of an account that is gone: its plan compares nothing, and so holds nothing of it.
fn lost(row: &Row) -> serde_json::Value {
    let account = row.account.as_ref();
    let owner = row.user.as_ref().map(|user| user.name.clone());
    serde_json::json!({
        "name": account.and_then(|account| account.name.clone()).or(owner),
        "email": account.and_then(|account| account.email.clone()),
        "groups": account.map(|account| account.groups.clone()),
    })
}

fn columns() -> Vec<Column<Row>> {
    let kind = |row: &Row| {
        let sign = KINDS
            .iter()
            .find(|(kind, _)| *kind == row.kind)
            .map_or("~", |(_, sign)| sign);
        let name = words().change_kind(&row.kind);
        view! {
            <span class="plan-sign" data-kind=row.kind.clone() title=name>
                <span aria-hidden="true">{sign}</span>
                <span class="unseen">{name}</span>
            </span>
        }
        .into_any()
    };
    let label = |row: &Row| {
        let label = row.label.clone();
        match &row.user_id {
            Some(id) => view! { <A href=format!("/people/{id}") attr:data-row-link="">{label}</A> }
                .into_any(),
            None => label.into_any(),
        }
    };
    let what = |row: &Row| {
        let joins = (row.kind == "link").then(|| {
            let name = row.user.as_ref().map(|user| user.name.clone());
            view! { <span class="joins">{words().joins} " " <strong>{name}</strong></span> }
        });
        let (before, after) = (row.before.clone(), row.after.clone());
        match row.kind.as_str() {
            "create" | "link" => view! { {joins}<Content row=after/> }.into_any(),
            "gone" => view! { <Content row=Some(lost(row))/> }.into_any(),
            _ => view! { <Diff before=before after=after/> }.into_any(),
        }
    };
    vec![
        Column::new(words().kind, "sign", kind).with_signs(|| ().into_any()),
        Column::new(words().login, "", label),
        Column::new(words().changes, "grow", what),
    ]
}
