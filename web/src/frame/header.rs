//! The line at the top: search, the health of the services, and the reader's choices.

use leptos::prelude::*;

use super::health::Health;
use super::menus::{AccountMenu, LanguageMenu, ThemeMenu};
use crate::session::Session;
use crate::ui::Icon;
use crate::words::words;

/// The header.
#[component]
pub fn Header(palette_open: RwSignal<bool>, help_open: RwSignal<bool>) -> impl IntoView {
    let session = expect_context::<Session>();
    let shortcut = if is_apple() { "⌘K" } else { "Ctrl K" };
    view! {
        <header class="header">
            <button
                type="button"
                class="jump"
                aria-keyshortcuts="Meta+K Control+K"
                aria-haspopup="dialog"
                on:click=move |_| palette_open.set(true)
            >
                <Icon icon=icondata_lu::LuSearch/>
                <span class="jump-words">{words().search_or_jump}</span>
                <kbd aria-hidden="true">{shortcut}</kbd>
            </button>
            <span class="spring"></span>
            {session.is_admin().then(|| view! { <Health/> })}
            <LanguageMenu/>
            <ThemeMenu/>
            <AccountMenu help_open=help_open/>
        </header>
    }
}

fn is_apple() -> bool {
    window()
        .navigator()
        .user_agent()
        .is_ok_and(|agent| agent.contains("Mac") || agent.contains("iPhone"))
}
