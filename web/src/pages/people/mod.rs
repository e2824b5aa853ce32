//! People: the list, and beside it the person who is open.
//!
//! On a wide screen a person opens in a panel beside the list, which stays as it is; on others the person is a page.
//! Administrators see the directory (`users`); everybody else sees the cards (`user_cards`).

mod cards;
mod users;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

use crate::pages::person::PersonRoute;
use crate::session::Session;
use crate::ui::name_document;
use crate::words::words;
use cards::Cards;
use users::Users;

const WIDE: &str = "(min-width: 1200px)";

/// Whether a person stands beside the list, tracked. Given to what is under the route.
#[derive(Clone, Copy)]
pub struct Beside(pub Signal<bool>);

/// The list and the open person.
#[component]
pub fn PeopleRoute() -> impl IntoView {
    let session = expect_context::<Session>();
    let params = use_params_map();
    let open = Memo::new(move |_| {
        params
            .with(|params| params.get("id"))
            .filter(|id| !id.is_empty())
    });
    // An open person names the document; the list names it again when they are closed.
    Effect::new(move |_| {
        if open.get().is_none() {
            name_document(words().people);
        }
    });
    let wide = use_wide();
    provide_context(Beside(wide));
    let admin = session.is_admin();
    let list_shown = Memo::new(move |_| wide.get() || open.get().is_none());
    view! {
        <div class="split" data-open=move || open.get().is_some().to_string()>
            <Show when=move || list_shown.get()>
                <div class="page split-list">
                    {if admin { view! { <Users open=open/> }.into_any() } else { view! { <Cards open=open/> }.into_any() }}
                </div>
            </Show>
            <PersonRoute open=open/>
        </div>
    }
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
