//! Word of what happened elsewhere, told once and read aloud. What happened here is said where it happened.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos_router::components::A;

use super::icon::Icon;
use crate::words::words;

const STAYS_MS: u32 = 8_000;

/// The messages now shown.
#[derive(Clone, Copy)]
pub struct Toasts(RwSignal<Vec<Toast>>);

#[derive(Clone, PartialEq)]
struct Toast {
    id: u32,
    text: String,
    address: String,
}

impl Toasts {
    /// No message yet.
    pub fn new() -> Self {
        Self(RwSignal::new(Vec::new()))
    }

    /// Tells something; `address` is where to look.
    pub fn tell(self, text: String, address: String) {
        let id = self
            .0
            .with_untracked(|toasts| toasts.last().map_or(0, |toast| toast.id + 1));
        self.0
            .update(|toasts| toasts.push(Toast { id, text, address }));
        Timeout::new(STAYS_MS, move || self.dismiss(id)).forget();
    }

    fn dismiss(self, id: u32) {
        self.0
            .try_update(|toasts| toasts.retain(|toast| toast.id != id));
    }
}

/// Where messages appear.
#[component]
pub fn ToastRegion(toasts: Toasts) -> impl IntoView {
    view! {
        <section class="toasts" aria-live="polite" aria-label=words().notifications>
            <For each=move || toasts.0.get() key=|toast| toast.id let:toast>
                <div class="toast">
                    <span>{toast.text}</span>
                    <A href=toast.address>{words().view}</A>
                    <button type="button" class="button quiet icon-only" aria-label=words().close on:click=move |_| toasts.dismiss(toast.id)>
                        <Icon icon=icondata_lu::LuX/>
                    </button>
                </div>
            </For>
        </section>
    }
}
