//! The requests where the person signed in is a contact, and what each asks of them.

use leptos::prelude::*;

use super::marks::{Status, TokenState, token_state};
use super::request::name_of;
use crate::api;
use crate::format;
use crate::queries::{MyRequests as MyRequestsQuery, SendTokenLink, my_requests, send_token_link};
use crate::remote::live;
use crate::ui::{Act, Ago, Deed, Notice, PageTitle, Shown};
use crate::words::authorizations::{Said, said};

type Request = my_requests::MyRequestsAuthorizationRequests;
type Token = my_requests::MyRequestsAuthorizationRequestsTokens;

/// How long before its end a token should be prolonged, in days.
const SOON: i64 = 90;

/// One's own requests.
#[component]
pub fn MyRequests() -> impl IntoView {
    let mine = live::<MyRequestsQuery>(|| my_requests::Variables {});
    view! {
        <div class="page narrow">
            <header class="page-head"><PageTitle title=said().my_requests/></header>
            <Shown remote=mine lines=8 let:data>
                {if data.authorization_requests.is_empty() {
                    view! { <div class="empty"><strong>{said().no_mine}</strong><p>{said().no_mine_help}</p></div> }.into_any()
                } else {
                    let cards = data.authorization_requests.into_iter();
                    view! { <ul class="cards">{cards.map(|request| view! { <OneRequest request=request/> }).collect_view()}</ul> }
                        .into_any()
                }}
            </Shown>
        </div>
    }
}

#[component]
fn OneRequest(request: Request) -> impl IntoView {
    let title = request.title.clone();
    let title = title.unwrap_or_else(|| said().untitled.to_owned());
    let (tone, expected) = expected(&request, said());
    let contacts = request.contacts.into_iter().map(|contact| {
        let name = name_of(contact.first_name.as_deref(), contact.last_name.as_deref(), &contact.email);
        view! { <div class="fact"><dt>{said().contact_role(&contact.role)}</dt><dd>{name}</dd></div> }
    });
    let contacts = view! { <dl class="facts">{contacts.collect_view()}</dl> };
    let works = |token: &Token| state(token) == "active";
    let other_works = request.tokens.iter().any(works);
    let tokens = request
        .tokens
        .into_iter()
        .map(|token| view! { <OneToken token=token other_works=other_works/> });
    view! {
        <li class="card">
            <div class="card-head"><h2 class="card-title">{title}</h2><Status status=request.status amendment=request.amendment/></div>
            <p class="muted">
                {said().request_number(&request.external_id)} " · " <code>{request.api}</code>
                {request.last_event_at.map(|at| view! { " · " <Ago at=at/> })}
            </p>
            <Notice tone=tone text=expected/>
            {contacts}
            <ul class="own-tokens" aria-label=said().tokens>{tokens.collect_view()}</ul>
        </li>
    }
}

#[component]
fn OneToken(token: Token, other_works: bool) -> impl IntoView {
    let state = state(&token);
    let (at, moment, day) = (
        token.expires_at.clone(),
        format::moment(&token.expires_at),
        format::day_of(&token.expires_at),
    );
    let id = token.id.clone();
    let send = Deed::new(move || {
        let id = id.clone();
        async move {
            api::run::<SendTokenLink>(send_token_link::Variables { id })
                .await
                .map(drop)
        }
    });
    let refused = token.blacklisted_at.filter(|_| other_works);
    let help = refused.map(|at| match state {
        "scheduled" => said().switch_expected(&format::day_of(&at)),
        _ => said().replacement_expected.to_owned(),
    });
    view! {
        <li>
            <TokenState state=state/>
            <code class="muted clip">{token.id}</code>
            <span class="muted">{said().expires} " " <time datetime=at title=moment>{day}</time></span>
            {help.map(|help| view! { <p>{help}</p> })}
            {(state == "active").then(|| view! {
                <Act
                    label=said().send_link
                    title=said().send_link_title.to_owned()
                    explanation=said().send_own_link_help.to_owned()
                    deed=send
                    done=said().link_sent
                />
            })}
        </li>
    }
}

fn state(token: &Token) -> &'static str {
    token_state(&token.expires_at, token.blacklisted_at.as_deref())
}

/// What a request asks of its contacts, and how urgently.
fn expected(request: &Request, said: &Said) -> (&'static str, String) {
    let plain = |tone, text: &str| (tone, text.to_owned());
    match request.status.as_str() {
        "revoked" => return plain("bad", said.revoked_expected),
        "refused" => return plain("calm", said.refused_expected),
        "changes_requested" => return plain("warn", said.changes_expected),
        "draft" => return plain("calm", said.draft_expected),
        "submitted" => return plain("calm", said.review_expected),
        "archived" => return plain("calm", said.archived_expected),
        _ => {}
    }
    if request.amendment.as_deref() == Some("changes_requested") {
        return plain("warn", said.changes_expected);
    }
    let live = |token: &&Token| state(token) == "active";
    let last = request
        .tokens
        .iter()
        .filter(live)
        .max_by_key(|token| &token.expires_at);
    match last {
        None => plain("bad", said.gone_expected),
        Some(token) if format::days_until(&token.expires_at) < SOON => (
            "warn",
            said.prolong_expected(&format::day_of(&token.expires_at)),
        ),
        Some(_) => plain("ok", said.nothing_expected),
    }
}
