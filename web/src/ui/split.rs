//! A list, and beside it what is open: on a wide screen in a panel, while the list stays as it is; on others as a page.
//!
//! The panel has an address of its own: the list's, with the key of what is open.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

use super::shown::name_document;

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
