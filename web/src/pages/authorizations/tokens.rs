//! All tokens: what state each is in, until when, and of which request.

use leptos::prelude::*;

use super::cells::{self, organization_column, request_column};
use super::facets::Counts;
use super::head::Head;
use super::marks::{TokenState, token_state};
use crate::api;
use crate::format;
use crate::queries::{TokenList, TokenNews, token_list, token_news};
use crate::remote::live;
use crate::search::{any_of, sought};
use crate::ui::list::{Column, List, Rows, Source, Window, direction, ticked_or, use_address};
use crate::words::authorizations::said;
use token_list::{OrderBy, StringComparisonExp, TokenSearchBoolExp};

type Row = token_list::TokenListApiTokens;

const STATES: [&str; 4] = ["active", "scheduled", "expired", "blacklisted"];
/// The moments of PostgreSQL that nothing is after, and before.
const NEVER_AFTER: &str = "infinity";
const NEVER_BEFORE: &str = "-infinity";

/// The list of tokens.
#[component]
pub fn Tokens() -> impl IntoView {
    let address = use_address();
    let news = live::<TokenNews>(|| token_news::Variables {}).moves();
    let counts = Counts::of("tokens", news);
    let state = |state: &str| said().token_state(state).to_owned();
    let state = counts.known("state", said().token_state, &STATES, state);
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
        let search = sought(&address.get("q")).map(|words| TokenSearchBoolExp {
            text: Some(StringComparisonExp {
                like: Some(words),
                ..Default::default()
            }),
            ..Default::default()
        });
        let variables = token_list::Variables {
            search,
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
                facets=vec![state, counts.of_apis()]
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

fn columns() -> Vec<Column<Row>> {
    let way = |token: &Row| {
        let address = format!("/authorizations/{}#token-{}", token.request.id, token.id);
        Signal::stored(address)
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
        request_column(request, way).exported_as(said().token, |token| token.id.clone()),
        organization_column(organization),
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

fn request(token: &Row) -> cells::Request {
    let request = &token.request;
    cells::Request {
        title: request.title.clone(),
        number: request.external_id.clone(),
        api: request.api.clone(),
    }
}

fn organization(token: &Row) -> Option<cells::Organization> {
    let organization = token.request.organization.as_ref()?;
    Some(cells::Organization {
        name: organization.name.clone(),
        siret: organization.siret.clone(),
    })
}

fn state(token: &Row) -> &'static str {
    token_state(&token.expires_at, token.blacklisted_at.as_deref())
}
