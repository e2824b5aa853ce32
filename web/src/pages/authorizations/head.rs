//! The head of each list: the title, the ways to the other lists, and the facet of APIs that all of them have.

use std::collections::BTreeMap;

use futures::future::join_all;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::api;
use crate::format::number;
use crate::queries::{AuthorizationApiCount, authorization_api_count};
use crate::remote::remote;
use crate::ui::PageTitle;
use crate::ui::list::{Choice, Facet};
use crate::words::authorizations::said;

/// The lists beside that of the requests.
const LISTS: [&str; 4] = [
    "/authorizations/tokens",
    "/authorizations/alerts",
    "/authorizations/journal",
    "/operations/jobs",
];

/// Title, count of rows, and the links between the lists.
#[component]
pub fn Head(
    title: &'static str,
    #[prop(into)] count: Signal<Option<i64>>,
    /// What can be done here, at the end of the line.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let path = use_location().pathname;
    let link = move |address: &'static str, word: &'static str| {
        let is_here = move || path.with(|path| list_of(path) == address).then_some("page");
        view! { <li><a href=address class="tab" aria-current=is_here>{word}</a></li> }
    };
    view! {
        <header class="page-head">
            <PageTitle title=title/>
            <span class="page-count">{move || count.get().map(number)}</span>
            {children.map(|children| children())}
        </header>
        <nav class="tabs" aria-label=said().sections>
            <ul>
                {link("/authorizations", said().requests)}
                {link("/authorizations/tokens", said().tokens)}
                {link("/authorizations/alerts", said().alerts)}
                {link("/authorizations/journal", said().journal)}
                {link("/operations/jobs", said().jobs)}
            </ul>
        </nav>
    }
}

/// The list to which an address belongs: what is open beside a list has its key after it.
fn list_of(path: &str) -> &str {
    let others = LISTS.into_iter().find(|list| path.starts_with(list));
    others.unwrap_or("/authorizations")
}

/// A facet of values that are known beforehand, with their counts.
pub fn facet(
    key: &'static str,
    label: &'static str,
    name: impl Fn(&str) -> String + Send + Sync + 'static,
    counts: impl Fn() -> Vec<(&'static str, Option<i64>)> + Send + Sync + 'static,
) -> Facet {
    let choices = move || {
        let choice = |(value, count): (&str, Option<i64>)| Choice {
            value: value.to_owned(),
            label: name(value),
            count,
        };
        counts().into_iter().map(choice).collect()
    };
    Facet {
        key,
        label,
        choices: Signal::derive(choices),
    }
}

/// A facet of values that the rows themselves have, without counts.
pub fn found_facet(
    key: &'static str,
    label: &'static str,
    name: fn(&str) -> String,
    found: impl Fn() -> Vec<String> + Send + Sync + 'static,
) -> Facet {
    let choices = move || {
        let choice = |value: String| Choice {
            label: name(&value),
            value,
            count: None,
        };
        found().into_iter().map(choice).collect()
    };
    Facet {
        key,
        label,
        choices: Signal::derive(choices),
    }
}

/// The APIs of all requests, each with its count of requests.
pub fn api_facet(found: impl Fn() -> Vec<String> + Send + Sync + Copy + 'static) -> Facet {
    let counts = remote(move || {
        let apis = found();
        async move {
            let ask = |api: String| async move {
                let variables = authorization_api_count::Variables { api: api.clone() };
                let data = api::run::<AuthorizationApiCount>(variables).await?;
                let count = data.authorization_requests_aggregate.aggregate;
                Ok((api, count.map_or(0, |all| all.count)))
            };
            let counts = join_all(apis.into_iter().map(ask)).await;
            counts.into_iter().collect::<Result<BTreeMap<_, _>, _>>()
        }
    });
    let choices = move || {
        let counts = counts.ok().unwrap_or_default();
        let choice = |api: String| Choice {
            label: api.clone(),
            count: counts.get(&api).copied(),
            value: api,
        };
        found().into_iter().map(choice).collect()
    };
    Facet {
        key: "api",
        label: said().api,
        choices: Signal::derive(choices),
    }
}
