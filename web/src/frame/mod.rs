//! What stands around every page: the rail, the header, the palette, the shortcuts, messages.

mod header;
mod health;
mod keys;
mod menus;
mod palette;
mod rail;

use leptos::prelude::*;

use crate::session::Session;
use crate::ui::{Icon, ToastRegion, Toasts};
use crate::words::words;
use header::Header;
use keys::ShortcutHelp;
use palette::Palette;
use rail::Rail;

pub use menus::{LanguageMenu, ThemeMenu};

/// The frame around the page.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let palette_open = RwSignal::new(false);
    let help_open = RwSignal::new(false);
    keys::listen(palette_open, help_open);
    view! {
        <a class="skip" href="#content" rel="external">{words().skip_to_content}</a>
        <div class="frame">
            <Rail/>
            <div class="column">
                <Demonstration/>
                <Header palette_open=palette_open help_open=help_open/>
                <main id="content" tabindex="-1">{children()}</main>
            </div>
        </div>
        <Palette open=palette_open/>
        <ShortcutHelp open=help_open/>
        <ToastRegion toasts=toasts/>
    }
}

/// Says on every page that anybody may sign in here.
#[component]
pub fn Demonstration() -> impl IntoView {
    let session = expect_context::<Session>();
    view! {
        <Show when=move || session.is_demonstration()>
            <aside class="demonstration" aria-label=words().demonstration>
                <Icon icon=icondata_lu::LuFlaskConical/>
                <span>{words().demonstration}</span>
            </aside>
        </Show>
    }
}
