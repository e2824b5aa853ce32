//! What is open: the way back, its name, and its parts, each with a title of its own.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos_router::components::A;

use super::icon::Icon;
use super::index::{Index, IndexLinks};
use super::list::use_address;
use super::shown::{PageTitle, name_document};
use super::split::Beside;
use crate::words::words;

/// The frame of what is open. `path` leads back to the list called `word`, whose choices are kept.
#[component]
pub fn Detail(path: &'static str, word: &'static str, children: Children) -> impl IntoView {
    let inside = NodeRef::<html::Div>::new();
    let index = Index::new(inside);
    provide_context(index);
    // Beside a list the panel is scrolled, otherwise the page.
    let scroll = window_event_listener(ev::scroll, move |_| index.mark());
    on_cleanup(move || scroll.remove());
    view! {
        <article class="detail page" on:scroll=move |_| index.mark()>
            <CloseLink path=path word=word/>
            <div class="detail-body">
                <IndexLinks index=index/>
                <div class="detail-inside" node_ref=inside>{children()}</div>
            </div>
        </article>
    }
}

#[component]
fn CloseLink(path: &'static str, word: &'static str) -> impl IntoView {
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
    if let Some(index) = use_context::<Index>() {
        index.read();
        on_cleanup(move || index.read());
    }
    let heading = if beside {
        view! { <h3 id=id class="section-title" tabindex="-1">{title}</h3> }.into_any()
    } else {
        view! { <h2 id=id class="section-title" tabindex="-1">{title}</h2> }.into_any()
    };
    view! { <section class="section" aria-labelledby=id>{heading}{children()}</section> }
}
