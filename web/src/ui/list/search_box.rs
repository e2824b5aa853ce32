//! The search of a list: waits until the reader stops typing, then puts the words into the address.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;
use leptos::html;
use leptos::prelude::*;

use super::address::Address;
use crate::ui::icon::Icon;
use crate::words::words;

const PATIENCE_MS: u32 = 250;

/// A search field bound to `q` of the address.
#[component]
pub fn SearchBox(address: Address, label: &'static str) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let waiting = StoredValue::new_local(RefCell::new(None::<Timeout>));
    // The address also changes by the back button and by "clear filters".
    Effect::new(move |_| {
        let wanted = address.get("q");
        if let Some(input) = input.get()
            && input.value().trim() != wanted
        {
            input.set_value(&wanted);
        }
    });
    let typed = move |_| {
        let wait = Timeout::new(PATIENCE_MS, move || {
            if let Some(input) = input.try_get_untracked().flatten() {
                address.set_quietly("q", Some(input.value().trim().to_owned()));
            }
        });
        waiting.with_value(|waiting| waiting.replace(Some(wait)));
    };
    let clear = move |_| {
        address.set_quietly("q", None);
        if let Some(input) = input.get_untracked() {
            drop(input.focus());
        }
    };
    view! {
        <div class="search" role="search">
            <Icon icon=icondata_lu::LuSearch/>
            <input
                type="search"
                class="input"
                aria-label=label
                placeholder=label
                title=label
                autocomplete="off"
                spellcheck="false"
                data-list-search=""
                node_ref=input
                on:input=typed
            />
            <Show when=move || !address.get("q").is_empty()>
                <button type="button" class="button quiet icon-only" aria-label=words().clear_search on:click=clear>
                    <Icon icon=icondata_lu::LuX/>
                </button>
            </Show>
        </div>
    }
}
