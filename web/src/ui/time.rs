//! Moments and days, each with the exact one as its title.

use leptos::prelude::*;

use crate::format;

/// How long ago something was.
#[component]
pub fn Ago(#[prop(into)] at: String) -> impl IntoView {
    view! { <time datetime=at.clone() title=format::moment(&at)>{format::ago(&at)}</time> }
}

/// A day; `short` leaves out this year.
#[component]
pub fn Day(#[prop(into)] day: String, #[prop(default = false)] short: bool) -> impl IntoView {
    let text = if short {
        format::short_day(&day)
    } else {
        format::day(&day)
    };
    view! { <time datetime=day.clone() title=format::day(&day)>{text}</time> }
}
