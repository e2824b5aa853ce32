//! The first page. An administrator sees the whole directory in numbers; everybody else sees themselves.

mod admin;
mod own;

use leptos::prelude::*;

use crate::session::Session;

/// Home.
#[component]
pub fn Dashboard() -> impl IntoView {
    let session = expect_context::<Session>();
    match session.me() {
        Some(_) if session.is_admin() => view! { <admin::Overview/> }.into_any(),
        Some(me) => view! { <own::Own me=me/> }.into_any(),
        None => ().into_any(),
    }
}
