//! One of one's own requests: where it stands, what it asks of its contacts, and its tokens.

use leptos::prelude::*;

use super::own::Roles;
use super::standing::{expected, state};
use super::token::OneToken;
use super::{Contact, Known, Request, Token};
use crate::pages::authorizations::marks::Status;
use crate::pages::authorizations::request::name_of;
use crate::ui::{Ago, Each, Icon, Notice};
use crate::words::authorizations::{asked, said};

/// The card of a request.
#[component]
pub fn OneRequest(request: Signal<Request>) -> impl IntoView {
    let known = expect_context::<Known>();
    let roles = Memo::new(move |_| {
        let own = known.own.get();
        own.map_or_else(Roles::default, |own| {
            request.with(|request| own.roles(&request.contacts))
        })
    });
    let head = move || {
        let request = request.get();
        let title = request.title.unwrap_or_else(|| said().untitled.to_owned());
        view! { <h2 class="card-title">{title}</h2><Status status=request.status amendment=request.amendment/> }
    };
    let line = move || {
        let request = request.get();
        view! {
            {said().request_number(&request.external_id)} " · " <code>{request.api}</code>
            {request.last_event_at.map(|at| view! { " · " <Ago at=at/> })}
        }
    };
    let word =
        Memo::new(move |_| request.with(|request| roles.with(|roles| expected(request, roles))));
    let notice = move || {
        let (tone, text) = word.get();
        view! { <Notice tone=tone text=text/> }
    };
    let contacts = move || {
        let one = |contact: Contact| {
            let name = name_of(
                contact.first_name.as_deref(),
                contact.last_name.as_deref(),
                &contact.email,
            );
            view! { <div class="fact"><dt>{said().contact_role(&contact.role)}</dt><dd>{name}</dd></div> }
        };
        request.get().contacts.into_iter().map(one).collect_view()
    };
    let tokens = Signal::derive(move || request.with(|request| request.tokens.clone()));
    let other_works = Signal::derive(move || {
        let works = |token: &Token| state(token) == "active";
        request.with(|request| request.tokens.iter().any(works))
    });
    let draw = move |token| {
        view! { <OneToken token=token request=request roles=roles other_works=other_works/> }
            .into_any()
    };
    view! {
        <li class="card">
            <div class="card-head">{head}</div>
            <p class="muted">{line} {move || roles.with(Roles::is_applicant).then(|| view! { <AtDatapass request=request/> })}</p>
            {notice}
            <dl class="facts">{contacts}</dl>
            <ul class="own-tokens" aria-label=said().tokens><Each rows=tokens key=|token| &token.id draw=draw/></ul>
        </li>
    }
}

/// A link to the request at DataPass, once its address is known.
#[component]
fn AtDatapass(request: Signal<Request>) -> impl IntoView {
    let address = datapass_address(request);
    move || {
        address.get().map(|address| {
            view! {
                " · " <a href=address>{asked().at_datapass} " " <Icon icon=icondata_lu::LuExternalLink class="icon small"/></a>
            }
        })
    }
}

/// Where the request is amended at DataPass, once it is known.
pub fn datapass_address(request: Signal<Request>) -> Memo<Option<String>> {
    let known = expect_context::<Known>();
    Memo::new(move |_| {
        request.with(|request| {
            Some(
                known
                    .apis
                    .find(&request.api)?
                    .request_url(&request.external_id),
            )
        })
    })
}
