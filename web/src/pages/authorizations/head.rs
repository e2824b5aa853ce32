//! The head of each list: the title, and the ways to the other lists.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::format::number;
use crate::ui::PageTitle;
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
