//! Rows of a live value.

use leptos::prelude::*;

/// Draws each row once, by its key, and lets what is drawn follow it: dialogs, focus and words of a row stay for as long
/// as the row is there, whatever becomes of the others.
#[component]
pub fn Each<T>(
    #[prop(into)] rows: Signal<Vec<T>>,
    key: fn(&T) -> &str,
    draw: impl Fn(Signal<T>) -> AnyView + Clone + Send + 'static,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let follow = move |first: T| {
        let latest = Memo::new(move |before: Option<&T>| {
            let before = before.unwrap_or(&first);
            rows.with(|rows| rows.iter().find(|row| key(row) == key(before)).cloned())
                .unwrap_or_else(|| before.clone())
        });
        draw(latest.into())
    };
    view! { <For each=move || rows.get() key=move |row| key(row).to_owned() children=follow/> }
}
