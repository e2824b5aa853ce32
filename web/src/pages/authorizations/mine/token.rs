//! One of one's own tokens: its state, its prolongation, and what one may do with it.

use leptos::prelude::*;
use leptos_router::components::A;

use super::own::Roles;
use super::request::datapass_address;
use super::standing::{Progress, progress, progress_word, refusal, state};
use super::{Request, Token};
use crate::api;
use crate::format;
use crate::pages::authorizations::marks::TokenState;
use crate::queries::{SendTokenLink, send_token_link};
use crate::ui::{Act, Deed, Look};
use crate::words::authorizations::{asked, said};

/// The row of a token.
#[component]
pub fn OneToken(
    token: Signal<Token>,
    request: Signal<Request>,
    roles: Memo<Roles>,
    /// Whether some token of the request works.
    other_works: Signal<bool>,
) -> impl IntoView {
    let id = token.with_untracked(|token| token.id.clone());
    let sent = id.clone();
    let send = Deed::new(move || {
        let id = sent.clone();
        async move {
            api::run::<SendTokenLink>(send_token_link::Variables { id })
                .await
                .map(drop)
        }
    });
    let state = Memo::new(move |_| token.with(state));
    let end = move || {
        let at = token.with(|token| token.expires_at.clone());
        let (moment, day) = (format::moment(&at), format::day_of(&at));
        view! { <time datetime=at title=moment>{day}</time> }
    };
    let help = move || {
        let at = token.with(|token| token.blacklisted_at.clone());
        let at = at.filter(|_| other_works.get())?;
        let help = match state.get() {
            "scheduled" => said().switch_expected(&format::day_of(&at)),
            _ => said().replacement_expected.to_owned(),
        };
        Some(view! { <p data-tone="warn">{help}</p> })
    };
    // What it says and offers is drawn anew only when it differs.
    let word = Memo::new(move |_| {
        request.with(|request| {
            token.with(|token| roles.with(|roles| progress_word(request, token, roles)))
        })
    });
    let progress =
        Memo::new(move |_| request.with(|request| token.with(|token| progress(request, token))));
    let prolonged = move || {
        let (tone, text) = word.get()?;
        Some(view! { <p data-tone=tone>{text}</p> })
    };
    let may_prolong = Memo::new(move |_| {
        let is_refused = request.with(|request| {
            token.with(|token| roles.with(|roles| refusal(request, token, roles).is_some()))
        });
        !is_refused && progress.get() != Some(Progress::Submitted)
    });
    let may_amend = Memo::new(move |_| {
        matches!(progress.get(), Some(Progress::ToAmend | Progress::Refused))
            && roles.with(Roles::is_applicant)
    });
    let may_see =
        Signal::derive(move || state.get() == "active" && roles.with(Roles::may_see_tokens));
    let address = datapass_address(request);
    let amend = move || {
        let address = address.get().filter(|_| may_amend.get())?;
        Some(view! { <a class=Look::Primary.class() href=address>{asked().amend}</a> })
    };
    let wizard = format!("/my-requests/{id}/prolong");
    let prolong = move || {
        let (look, word) = if progress.get().is_some() {
            (Look::Plain, asked().answer_anew)
        } else {
            (Look::Primary, said().prolong)
        };
        may_prolong
            .get()
            .then(|| view! { <A href=wizard.clone() attr:class=look.class()>{word}</A> })
    };
    view! {
        <li>
            {move || view! { <TokenState state=state.get()/> }}
            <code class="muted clip">{id}</code>
            <span class="muted">{said().expires} " " {end}</span>
            {help}
            {prolonged}
            <div class="actions">
                {amend}
                {prolong}
                <Act
                    label=said().send_link
                    title=said().send_link_title.to_owned()
                    explanation=said().send_own_link_help.to_owned()
                    deed=send
                    done=said().link_sent
                    offered=may_see
                />
            </div>
        </li>
    }
}
