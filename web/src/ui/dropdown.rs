//! A button that opens a small panel under it. The panel closes on Escape, when the focus leaves, and when something in
//! it marked `data-close` is pressed. With `menu`, arrows move between its items.

use leptos::ev::{FocusEvent, KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, Node};

/// A button with its panel. `label` names both; `face` is what the button shows.
#[component]
pub fn Dropdown(
    #[prop(into)] label: String,
    #[prop(default = "button quiet")] button_class: &'static str,
    #[prop(default = "panel")] class: &'static str,
    #[prop(default = false)] menu: bool,
    /// Whether the face is a sign without words of its own.
    #[prop(default = true)]
    sign: bool,
    #[prop(optional)] id: Option<&'static str>,
    face: impl IntoView + 'static,
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let root = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let panel = NodeRef::<html::Div>::new();

    let focus_button = move || {
        if let Some(button) = button.get_untracked() {
            drop(button.focus());
        }
    };
    let toggle = move |_: MouseEvent| {
        open.update(|open| *open = !*open);
        focus_button();
    };
    let leave = move |event: FocusEvent| {
        let to = event
            .related_target()
            .and_then(|target| target.dyn_into::<Node>().ok());
        if root
            .get_untracked()
            .is_some_and(|root| !root.contains(to.as_ref()))
        {
            open.set(false);
        }
    };
    let press = move |event: KeyboardEvent| match event.key().as_str() {
        "Escape" if open.get_untracked() => {
            event.stop_propagation();
            event.prevent_default();
            open.set(false);
            focus_button();
        }
        "ArrowDown" | "ArrowUp" | "Home" | "End" if menu => {
            event.prevent_default();
            open.set(true);
            if let Some(panel) = panel.get_untracked() {
                move_focus(&panel, &event.key());
            }
        }
        _ => {}
    };
    let choose = move |event: MouseEvent| {
        let chosen = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        if chosen.is_some_and(|chosen| matches!(chosen.closest("[data-close]"), Ok(Some(_)))) {
            open.set(false);
        }
    };
    let role = if menu { "menu" } else { "group" };
    view! {
        <div class="dropdown" node_ref=root on:focusout=leave on:keydown=press>
            <button
                type="button"
                id=id
                class=button_class
                node_ref=button
                aria-haspopup=menu.then_some("menu")
                aria-expanded=move || open.get().to_string()
                title=sign.then(|| label.clone())
                on:click=toggle
            >
                {sign.then(|| view! { <span class="unseen">{label.clone()} " "</span> })}
                {face}
            </button>
            <div class=class node_ref=panel role=role aria-label=label tabindex="-1" hidden=move || !open.get() on:click=choose>
                {children()}
            </div>
        </div>
    }
}

fn move_focus(panel: &Element, key: &str) {
    let Ok(found) = panel.query_selector_all("[role^=menuitem]") else {
        return;
    };
    let items: Vec<HtmlElement> = (0..found.length())
        .filter_map(|index| found.get(index)?.dyn_into().ok())
        .collect();
    let active = document().active_element();
    let at = items
        .iter()
        .position(|item| active.as_ref() == Some(item.as_ref()));
    let next = match (key, at) {
        ("ArrowDown", Some(at)) => (at + 1) % items.len().max(1),
        ("End", _) | ("ArrowUp", Some(0) | None) => items.len().saturating_sub(1),
        ("ArrowUp", Some(at)) => at - 1,
        _ => 0,
    };
    if let Some(item) = items.get(next) {
        drop(item.focus());
    }
}
