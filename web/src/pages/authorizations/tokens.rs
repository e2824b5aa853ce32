//! All tokens: what state each is in, until when, and of which request.

use leptos::prelude::*;
use leptos_router::components::A;

use super::head::{Head, api_facet, facet};
use super::marks::{TokenState, token_state};
use crate::api;
use crate::format;
use crate::queries::{TokenFacets, TokenList, TokenNews, token_facets, token_list, token_news};
use crate::remote::{Remote, live, remote};
use crate::search::{any_of, pattern};
use crate::ui::list::{
    Column, Facet, List, Rows, Source, Window, direction, ticked_or, use_address,
};
use crate::words::authorizations::said;
use token_list::OrderBy;

type Row = token_list::TokenListApiTokens;
type Counts = Remote<token_facets::ResponseData>;

const STATES: [&str; 4] = ["active", "scheduled", "expired", "blacklisted"];
/// The moments of PostgreSQL that nothing is after, and before.
const NEVER_AFTER: &str = "infinity";
const NEVER_BEFORE: &str = "-infinity";

/// The list of tokens.
#[component]
pub fn Tokens() -> impl IntoView {
    let address = use_address();
    let news = live::<TokenNews>(|| token_news::Variables {}).moves();
    let counts = remote(move || {
        news.track();
        api::run::<TokenFacets>(token_facets::Variables { now: format::now() })
    });
    let source = Source::new(move |window: Window| {
        let states = ticked_or(address, "state", &STATES);
        let now = format::now();
        let bound = |state: &str, otherwise: &str| {
            let wanted = states.iter().any(|wanted| wanted == state);
            if wanted {
                now.clone()
            } else {
                otherwise.to_owned()
            }
        };
        let (sort, backwards) = address.sort("end");
        let by =
            |key: &str| (sort == key).then(|| direction((OrderBy::Asc, OrderBy::Desc), backwards));
        let variables = token_list::Variables {
            pattern: pattern(&address.get("q")),
            apis: any_of(&address.ticked("api")),
            active: bound("active", NEVER_AFTER),
            scheduled: bound("scheduled", NEVER_AFTER),
            expired: bound("expired", NEVER_BEFORE),
            blacklisted: bound("blacklisted", NEVER_BEFORE),
            by_issue: by("issue"),
            by_end: by("end"),
            limit: window.limit,
            offset: window.offset,
            now,
        };
        async move {
            let data = api::run::<TokenList>(variables).await?;
            let all = data.api_tokens_aggregate.aggregate;
            Ok(Rows {
                rows: data.api_tokens,
                total: all.map_or(0, |all| all.count),
            })
        }
    });
    let rows = source.shown(address, move || news.track());
    view! {
        <div class="page">
            <Head title=said().tokens count=Signal::derive(move || rows.ok().map(|rows| rows.total))/>
            <List
                label=said().tokens
                address=address
                search_label=said().search_tokens
                facets=vec![state_facet(counts), api_facet(move || apis(counts))]
                columns=columns()
                rows=rows
                default_sort="end"
                key=|token| token.id.clone()
                empty=(said().no_tokens, said().no_tokens_help)
                export=(source, "api-tokens")
            />
        </div>
    }
}

fn apis(counts: Counts) -> Vec<String> {
    let apis = counts.ok().map(|counts| counts.apis).unwrap_or_default();
    apis.into_iter().map(|request| request.api).collect()
}

fn state_facet(counts: Counts) -> Facet {
    let counted = move || {
        let Some(counts) = counts.ok() else {
            return STATES.map(|state| (state, None)).to_vec();
        };
        vec![
            ("active", counts.active.aggregate.map(|all| all.count)),
            ("scheduled", counts.scheduled.aggregate.map(|all| all.count)),
            ("expired", counts.expired.aggregate.map(|all| all.count)),
            (
                "blacklisted",
                counts.blacklisted.aggregate.map(|all| all.count),
            ),
        ]
    };
    let name = |state: &str| said().token_state(state).to_owned();
    facet("state", said().token_state, name, counted)
}

fn columns() -> Vec<Column<Row>> {
    let request = |token: &Row| {
        let request = &token.request;
        let address = format!("/authorizations/{}#token-{}", request.id, token.id);
        let title = title(token);
        view! {
            <A href=address attr:data-row-link="">{title}</A>
            <span class="under">{said().request_number(&request.external_id)} " · " <code>{request.api.clone()}</code></span>
        }
        .into_any()
    };
    let organization = |token: &Row| {
        token
            .request
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
    let state_cell = |token: &Row| {
        let reason = token.blacklist_reason.as_deref();
        let reason = reason.map(|reason| said().blacklist_reason(reason));
        view! {
            <TokenState state=state(token)/>
            {reason.map(|reason| view! { <span class="under">{reason}</span> })}
        }
        .into_any()
    };
    let day = |at: &str| {
        let (at, title, text) = (at.to_owned(), format::moment(at), format::day_of(at));
        view! { <time datetime=at title=title>{text}</time> }.into_any()
    };
    vec![
        Column::new(said().request, "grow", request)
            .exported_as(said().token, |token| token.id.clone())
            .exported_as(said().request, title)
            .exported_as(said().number, |token| token.request.external_id.clone())
            .exported_as(said().api, |token| token.request.api.clone()),
        Column::new(said().organization, "wide-only", organization)
            .exported_as(said().organization, |token| {
                let organization = token.request.organization.as_ref();
                organization
                    .and_then(|it| it.name.clone())
                    .unwrap_or_default()
            })
            .exported_as(said().siret, |token| {
                let organization = token.request.organization.as_ref();
                organization.map(|it| it.siret.clone()).unwrap_or_default()
            }),
        Column::new(said().token_state, "", state_cell)
            .exported(|token| state(token).to_owned())
            .exported_as(said().blacklisted_from, |token| {
                token.blacklisted_at.clone().unwrap_or_default()
            })
            .exported_as(said().blacklist_reason, |token| {
                token.blacklist_reason.clone().unwrap_or_default()
            }),
        Column::new(said().issued, "day wide-only", move |token: &Row| {
            day(&token.issued_at)
        })
        .sorted_by("issue")
        .exported(|token| token.issued_at.clone()),
        Column::new(said().expires, "day", move |token: &Row| {
            day(&token.expires_at)
        })
        .sorted_by("end")
        .exported(|token| token.expires_at.clone()),
    ]
}

fn title(token: &Row) -> String {
    let title = token.request.title.clone();
    title.unwrap_or_else(|| said().untitled.to_owned())
}

fn state(token: &Row) -> &'static str {
    token_state(&token.expires_at, token.blacklisted_at.as_deref())
}
