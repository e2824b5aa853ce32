//! The button. While its work runs it says so, stays focusable, and does nothing more when pressed again.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The one action that matters.
    Primary,
    /// Any other action.
    Plain,
    /// An action without a frame, in dense places.
    Quiet,
}

impl Look {
    /// The classes that draw it.
    pub fn class(self) -> &'static str {
        match self {
            Look::Primary => "button primary",
            Look::Plain => "button",
            Look::Quiet => "button quiet",
        }
    }
}

/// A button. `busy` keeps it from being pressed twice.
#[component]
pub fn Button(
    #[prop(default = Look::Plain)] look: Look,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional, into)] title: Option<String>,
    press: impl Fn(MouseEvent) + 'static,
    children: Children,
) -> impl IntoView {
    let press = move |event: MouseEvent| {
        if !busy.get_untracked() {
            press(event);
        }
    };
    view! {
        <button
            type="button"
            class=look.class()
            title=title
            aria-disabled=move || busy.get().then_some("true")
            aria-busy=move || busy.get().then_some("true")
            on:click=press
        >
            {children()}
        </button>
    }
}
