//! A list, and beside it what is open: on a wide screen in a panel, while the list stays as it is; on others as a page.
//!
//! The panel has an address of its own: the list's, with the key of what is open.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

use super::icon::Icon;
use super::list::use_address;
use super::shown::{PageTitle, name_document};
use crate::words::words;

const WIDE: &str = "(min-width: 1200px)";

/// Whether what is open stands beside the list, tracked. Given to what is under the split.
#[derive(Clone, Copy)]
pub struct Beside(pub Signal<bool>);

/// The `id` of the address, if it has one.
pub fn use_open() -> Memo<Option<String>> {
    let params = use_params_map();
    Memo::new(move |_| {
        params
            .with(|params| params.get("id"))
            .filter(|id| !id.is_empty())
    })
}

/// A list and what is open of it. `title` names the document while nothing is.
#[component]
pub fn Split(
    open: Memo<Option<String>>,
    title: &'static str,
    #[prop(into)] list: ViewFn,
    /// What draws the one that is open.
    detail: fn(String) -> AnyView,
) -> impl IntoView {
    // What is open names the document; the list names it again when that is closed.
    Effect::new(move |_| {
        if open.get().is_none() {
            name_document(title);
        }
    });
    let wide = use_wide();
    provide_context(Beside(wide));
    let list_shown = Memo::new(move |_| wide.get() || open.get().is_none());
    view! {
        <div class="split" data-open=move || open.get().is_some().to_string()>
            <Show when=move || list_shown.get()>
                <div class="page split-list">{list.run()}</div>
            </Show>
            {move || open.get().map(detail)}
        </div>
    }
}

/// The way back from what is open to the list at `path`, whose choices are kept.
#[component]
pub fn CloseLink(path: &'static str, word: &'static str) -> impl IntoView {
    let address = use_address();
    view! {
        <div class="detail-bar">
            <A href=move || format!("{path}{}", address.query_string()) attr:class="button quiet" attr:data-close-panel="">
                <Icon icon=icondata_lu::LuChevronLeft class="icon back-icon"/>
                <span class="back-word">{word}</span>
                <Icon icon=icondata_lu::LuX class="icon close-icon"/>
                <span class="unseen close-word">{words().close_panel}</span>
            </A>
        </div>
    }
}

/// The name of what is open: the heading of the panel, or the page's.
#[component]
pub fn DetailTitle(#[prop(into)] title: Signal<String>) -> impl IntoView {
    let beside = use_context::<Beside>().map(|beside| beside.0);
    move || {
        if beside.is_some_and(|beside| beside.get()) {
            Effect::new(move |_| title.with(|title| name_document(title)));
            view! { <h2 class="detail-name">{move || title.get()}</h2> }.into_any()
        } else {
            view! { <PageTitle title=title class="detail-name"/> }.into_any()
        }
    }
}

/// A part of what is open, under a heading one level below its name.
#[component]
pub fn Section(title: &'static str, id: &'static str, children: Children) -> impl IntoView {
    let beside = use_context::<Beside>().is_some_and(|beside| beside.0.get_untracked());
    let heading = if beside {
        view! { <h3 id=id class="section-title">{title}</h3> }.into_any()
    } else {
        view! { <h2 id=id class="section-title">{title}</h2> }.into_any()
    };
    view! { <section class="section" aria-labelledby=id>{heading}{children()}</section> }
}

/// Whether a text is a key of the database, so that it may be asked for.
pub fn is_key(id: &str) -> bool {
    id.len() == 36
        && id
            .chars()
            .all(|letter| letter == '-' || letter.is_ascii_hexdigit())
}

/// Follows the width of the window.
fn use_wide() -> Signal<bool> {
    let wide = RwSignal::new(false);
    let Ok(Some(query)) = window().match_media(WIDE) else {
        return wide.into();
    };
    wide.set(query.matches());
    let follow = Closure::<dyn Fn(web_sys::MediaQueryListEvent)>::new(
        move |event: web_sys::MediaQueryListEvent| {
            wide.try_set(event.matches());
        },
    );
    query.set_onchange(Some(follow.as_ref().unchecked_ref()));
    let held = StoredValue::new_local((query, follow));
    on_cleanup(move || held.with_value(|(query, _)| query.set_onchange(None)));
    wide.into()
}
