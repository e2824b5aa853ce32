//! What stands at an address where nothing is, or nothing that the role may see.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::ui::PageTitle;
use crate::words::words;

/// The page of an unknown address.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <div class="page narrow">
            <PageTitle title=words().not_found/>
            <p>{words().not_found_help}</p>
            <p><A href="/" attr:class="button">{words().back_home}</A></p>
        </div>
    }
}
