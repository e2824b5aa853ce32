//! What became of the question, as the server answered it.

use leptos::html;
use leptos::prelude::*;
use leptos_router::components::A;

use super::{Answer, Case};
use crate::format;
use crate::ui::Notice;
use crate::words::authorizations::asked;

/// The token is prolonged, or the request is to be amended first. Its heading takes the focus.
#[component]
pub fn Outcome(case: StoredValue<Case>, answer: Answer) -> impl IntoView {
    let heading = NodeRef::<html::H2>::new();
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            drop(heading.focus());
        }
    });
    let end = format::day_of(&answer.token.expires_at);
    let is_prolonged = answer.state == "prolonged";
    let (tone, title, text) = if is_prolonged {
        ("ok", asked().is_prolonged, asked().prolonged_until(&end))
    } else {
        ("warn", asked().is_to_amend, asked().to_amend(&end))
    };
    let address = case.with_value(|case| {
        let address = case
            .api
            .as_ref()
            .map(|api| api.request_url(&case.request.external_id));
        address.filter(|_| !is_prolonged)
    });
    let back = if address.is_some() {
        "button"
    } else {
        "button primary"
    };
    view! {
        <section class="wizard" aria-labelledby="outcome">
            <h2 id="outcome" tabindex="-1" node_ref=heading>{title}</h2>
            <Notice tone=tone text=text/>
            <div class="actions">
                {address.map(|address| view! { <a class="button primary" href=address>{asked().amend}</a> })}
                <A href="/my-requests" attr:class=back>{asked().back_to_mine}</A>
            </div>
        </section>
    }
}
