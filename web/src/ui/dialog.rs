//! The browser's own dialog: it holds the focus, closes on Escape, and gives the focus back.

use leptos::html;
use leptos::prelude::*;

/// A modal dialog, shown while `open` is true. Escape and a press outside set `open` to false.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(default = "dialog")] class: &'static str,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            // Showing a dialog that is in the document and closed cannot fail.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let press = move |event: leptos::ev::MouseEvent| {
        // The dialog itself is the target only when its backdrop is pressed: its inside is covered by a child.
        if event.target().is_some() && event.target() == event.current_target() {
            open.set(false);
        }
    };
    view! {
        <dialog node_ref=node class=class aria-label=move || title.get() on:close=move |_| open.set(false) on:click=press>
            <Show when=move || open.get()>
                <div class="dialog-inside">{children()}</div>
            </Show>
        </dialog>
    }
}
