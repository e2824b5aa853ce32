//! All requests, and beside them the one that is open.

use leptos::prelude::*;

use super::cells::{self, organization_column, request_column};
use super::facets::Counts;
use super::head::Head;
use super::marks::{STATUSES, Status};
use super::reconcile::Reconcile;
use super::request::open_request;
use crate::api;
use crate::format::{self, number};
use crate::queries::{
    AuthorizationList, AuthorizationNews, authorization_list, authorization_news,
};
use crate::remote::live;
use crate::search::{any_of, sought};
use crate::ui::list::{
    Address, Column, List, Rows, Source, Window, direction, ticked_or, use_address,
};
use crate::ui::{Ago, Split, use_open};
use crate::words::authorizations::said;
use authorization_list::{OrderBy, RequestSearchBoolExp, StringComparisonExp};

type Row = authorization_list::AuthorizationListAuthorizationRequests;

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
    let counts = Counts::of("requests", news);
    let status = |status: &str| said().status_name(status).to_owned();
    let status = counts.known("status", said().status, &STATUSES, status);
    let api = counts.of_apis();
    let apis = move || {
        let choices = api.choices.get().into_iter();
        choices.map(|choice| choice.value).collect()
    };
    let source = Source::new(move |window: Window| {
        let (sort, backwards) = address.sort("-event");
        let by = |key: &str, ways| (sort == key).then(|| direction(ways, backwards));
        let last = (OrderBy::AscNullsLast, OrderBy::DescNullsLast);
        let search = sought(&address.get("q")).map(|words| RequestSearchBoolExp {
            text: Some(StringComparisonExp {
                like: Some(words),
                ..Default::default()
            }),
            ..Default::default()
        });
        let variables = authorization_list::Variables {
            search,
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
            <Reconcile apis=Signal::derive(apis)/>
        </Head>
        <List
            label=said().requests
            address=address
            search_label=said().search_requests
            facets=vec![status, api]
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

fn columns(address: Address) -> Vec<Column<Row>> {
    let way = move |request: &Row| {
        let id = request.id.clone();
        Signal::derive(move || format!("/authorizations/{id}{}", address.query_string()))
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
        request_column(request, way).sorted_by("title"),
        organization_column(organization).sorted_by("organization"),
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

fn request(request: &Row) -> cells::Request {
    cells::Request {
        title: request.title.clone(),
        number: request.external_id.clone(),
        api: request.api.clone(),
    }
}

fn organization(request: &Row) -> Option<cells::Organization> {
    let organization = request.organization.as_ref()?;
    Some(cells::Organization {
        name: organization.name.clone(),
        siret: organization.siret.clone(),
    })
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
