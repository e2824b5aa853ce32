//! The tokens of one request, newest first.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::format;
use crate::pages::authorizations::marks::{TokenState, token_state};
use crate::queries::authorization;
use crate::words::authorizations::said;

type Token = authorization::AuthorizationAuthorizationRequestsByPkTokens;

/// The tokens, each with its state and dates.
#[component]
pub fn Tokens(tokens: Vec<Token>) -> impl IntoView {
    // Brings the token that the address names into view, once it is there.
    let hash = use_location().hash.get_untracked();
    if let Some(id) = hash.strip_prefix('#').filter(|id| id.starts_with("token-")) {
        let id = id.to_owned();
        request_animation_frame(move || {
            if let Some(token) = document().get_element_by_id(&id) {
                token.scroll_into_view();
            }
        });
    }
    if tokens.is_empty() {
        return view! { <p class="muted">{said().no_tokens_here}</p> }.into_any();
    }
    let cards = tokens
        .into_iter()
        .map(|token| view! { <OneToken token=token/> });
    view! { <ul class="cards">{cards.collect_view()}</ul> }.into_any()
}

#[component]
fn OneToken(token: Token) -> impl IntoView {
    let state = token_state(&token.expires_at, token.blacklisted_at.as_deref());
    let day = |at: &str| {
        let (at, title, text) = (at.to_owned(), format::moment(at), format::day_of(at));
        view! { <time datetime=at title=title>{text}</time> }.into_any()
    };
    let left = matches!(state, "active" | "scheduled").then(|| {
        let days = format::days_until(&token.expires_at);
        view! { <span class="muted">{said().days_left(days)}</span> }
    });
    let reason = token.blacklist_reason.as_deref();
    let reason = reason.map(|reason| said().blacklist_reason(reason).into_any());
    let facts = [
        (said().issued, Some(day(&token.issued_at))),
        (
            said().expires,
            Some(view! { {day(&token.expires_at)} {left} }.into_any()),
        ),
        (
            said().blacklisted_from,
            token.blacklisted_at.as_deref().map(day),
        ),
        (said().blacklist_reason, reason),
    ];
    let replaces = token.replaces_id.map(|id| {
        view! {
            <a class="muted" href=format!("#token-{id}")>{said().replaces_another}</a>
        }
    });
    let anchor = format!("token-{}", token.id);
    view! {
        <li class="card" id=anchor>
            <div class="card-head">
                <TokenState state=state/>
                <code class="muted clip">{token.id}</code>
            </div>
            <dl class="facts">
                {facts.into_iter().filter_map(|(name, value)| Some(view! {
                    <div class="fact"><dt>{name}</dt><dd>{value?}</dd></div>
                })).collect_view()}
            </dl>
            {replaces}
        </li>
    }
}
