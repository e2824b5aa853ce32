//! All requests, and beside them the one that is open.

use leptos::prelude::*;
use leptos_router::components::A;

use super::head::{Head, api_facet, facet};
use super::marks::{STATUSES, Status};
use super::reconcile::Reconcile;
use super::request::open_request;
use crate::api;
use crate::format::{self, number};
use crate::queries::{
    AuthorizationFacets, AuthorizationList, AuthorizationNews, authorization_facets,
    authorization_list, authorization_news,
};
use crate::remote::{Remote, live, remote};
use crate::search::{any_of, pattern};
use crate::ui::list::{
    Address, Column, Facet, List, Rows, Source, Window, direction, ticked_or, use_address,
};
use crate::ui::{Ago, Split, use_open};
use crate::words::authorizations::said;
use authorization_list::OrderBy;

type Row = authorization_list::AuthorizationListAuthorizationRequests;
type Counts = Remote<authorization_facets::ResponseData>;

/// The list of requests and the open one.
#[component]
pub fn RequestsRoute() -> impl IntoView {
    let open = use_open();
    let list = move || view! { <Requests open=open/> };
    view! { <Split open=open title=said().requests list=list detail=open_request/> }
}

#[component]
fn Requests(open: Memo<Option<String>>) -> impl IntoView {
    let address = use_address();
    let news = live::<AuthorizationNews>(|| authorization_news::Variables {}).moves();
    let counts = remote(move || {
        news.track();
        api::run::<AuthorizationFacets>(authorization_facets::Variables {})
    });
    let source = Source::new(move |window: Window| {
        let (sort, backwards) = address.sort("-event");
        let by = |key: &str, ways| (sort == key).then(|| direction(ways, backwards));
        let last = (OrderBy::AscNullsLast, OrderBy::DescNullsLast);
        let words = pattern(&address.get("q"));
        let variables = authorization_list::Variables {
            email: words.clone(),
            pattern: words,
            statuses: ticked_or(address, "status", &STATUSES),
            apis: any_of(&address.ticked("api")),
            now: format::now(),
            by_title: by("title", last.clone()),
            by_organization: by("organization", last.clone()),
            by_event: by("event", last),
            limit: window.limit,
            offset: window.offset,
        };
        async move {
            let data = api::run::<AuthorizationList>(variables).await?;
            let all = data.authorization_requests_aggregate.aggregate;
            Ok(Rows {
                rows: data.authorization_requests,
                total: all.map_or(0, |all| all.count),
            })
        }
    });
    let rows = source.shown(address, move || news.track());
    view! {
        <Head title=said().requests count=Signal::derive(move || rows.ok().map(|rows| rows.total))>
            <Reconcile apis=Signal::derive(move || apis(counts))/>
        </Head>
        <List
            label=said().requests
            address=address
            search_label=said().search_requests
            facets=vec![status_facet(counts), api_facet(move || apis(counts))]
            columns=columns(address)
            rows=rows
            default_sort="-event"
            key=|request| request.id.clone()
            open=Signal::derive(move || open.get())
            empty=(said().no_requests, said().no_requests_help)
            export=(source, "authorization-requests")
        />
    }
}

fn apis(counts: Counts) -> Vec<String> {
    let apis = counts.ok().map(|counts| counts.apis).unwrap_or_default();
    apis.into_iter().map(|request| request.api).collect()
}

fn status_facet(counts: Counts) -> Facet {
    let counted = move || {
        let Some(counts) = counts.ok() else {
            return STATUSES.map(|status| (status, None)).to_vec();
        };
        vec![
            ("draft", counts.draft.aggregate.map(|all| all.count)),
            ("submitted", counts.submitted.aggregate.map(|all| all.count)),
            (
                "changes_requested",
                counts.changes_requested.aggregate.map(|all| all.count),
            ),
            ("validated", counts.validated.aggregate.map(|all| all.count)),
            ("refused", counts.refused.aggregate.map(|all| all.count)),
            ("revoked", counts.revoked.aggregate.map(|all| all.count)),
            ("archived", counts.archived.aggregate.map(|all| all.count)),
        ]
    };
    let name = |status: &str| said().status_name(status).to_owned();
    facet("status", said().status, name, counted)
}

fn columns(address: Address) -> Vec<Column<Row>> {
    let title = move |request: &Row| {
        let id = request.id.clone();
        let title = title(request);
        view! {
            <A href=move || format!("/authorizations/{id}{}", address.query_string()) attr:data-row-link="">{title.clone()}</A>
            <span class="under">{said().request_number(&request.external_id)} " · " <code>{request.api.clone()}</code></span>
        }
        .into_any()
    };
    let organization = |request: &Row| {
        request
            .organization
            .clone()
            .map(|organization| {
                view! {
                    <span class="clip">{organization.name}</span>
                    <span class="under numeric">{organization.siret}</span>
                }
            })
            .into_any()
    };
    let status = |request: &Row| {
        view! { <Status status=request.status.clone() amendment=request.amendment.clone()/> }
            .into_any()
    };
    let applicant_cell =
        |request: &Row| view! { <span class="clip">{applicant(request)}</span> }.into_any();
    let event = |request: &Row| {
        request
            .last_event_at
            .clone()
            .map(|at| view! { <Ago at=at/> })
            .into_any()
    };
    let tokens = |request: &Row| {
        let count = live_tokens(request);
        let class = if count == 0 { "muted" } else { "" };
        view! { <span class=class>{number(count)}</span> }.into_any()
    };
    vec![
        Column::new(said().request, "grow", title)
            .sorted_by("title")
            .exported_as(said().request, self::title)
            .exported_as(said().number, |request| request.external_id.clone())
            .exported_as(said().api, |request| request.api.clone()),
        Column::new(said().organization, "wide-only", organization)
            .sorted_by("organization")
            .exported_as(said().organization, |request| {
                let organization = request.organization.as_ref();
                organization
                    .and_then(|it| it.name.clone())
                    .unwrap_or_default()
            })
            .exported_as(said().siret, |request| {
                let organization = request.organization.as_ref();
                organization.map(|it| it.siret.clone()).unwrap_or_default()
            }),
        Column::new(said().status, "", status)
            .exported_as(said().status, |request| request.status.clone())
            .exported_as(said().amendment, |request| {
                request.amendment.clone().unwrap_or_default()
            }),
        Column::new(said().applicant, "widest-only", applicant_cell)
            .exported_as(said().applicant, applicant)
            .exported_as(said().applicant_email, |request| {
                let applicant = request.contacts.first();
                applicant.map(|it| it.email.clone()).unwrap_or_default()
            }),
        Column::new(said().last_event, "day wide-only", event)
            .sorted_by("event")
            .exported(|request| request.last_event_at.clone().unwrap_or_default()),
        Column::new(said().live_tokens, "count wide-only", tokens)
            .exported(|request| live_tokens(request).to_string()),
    ]
}

fn title(request: &Row) -> String {
    let title = request.title.clone();
    title.unwrap_or_else(|| said().untitled.to_owned())
}

fn applicant(request: &Row) -> String {
    let Some(applicant) = request.contacts.first() else {
        return String::new();
    };
    super::request::name_of(
        applicant.first_name.as_deref(),
        applicant.last_name.as_deref(),
        &applicant.email,
    )
}

fn live_tokens(request: &Row) -> i64 {
    let all = request.tokens_aggregate.aggregate.as_ref();
    all.map_or(0, |all| all.count)
}
