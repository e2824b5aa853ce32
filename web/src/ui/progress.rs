//! How far a long job has come.

use leptos::prelude::*;

/// A bar with its words. Without a known end it only says that something moves.
#[component]
pub fn Progress(done: i64, expected: Option<i64>, #[prop(into)] label: String) -> impl IntoView {
    let expected = expected.filter(|expected| *expected > 0);
    view! {
        <div class="progress">
            <progress
                aria-label=label.clone()
                max=expected.map(|expected| expected.to_string())
                value=expected.map(|expected| done.min(expected).to_string())
            ></progress>
            <span class="progress-words">{label}</span>
        </div>
    }
}
