//! The tokens of one request, newest first.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::api;
use crate::format;
use crate::pages::authorizations::marks::{TokenState, token_state};
use crate::queries::{
    BlacklistToken, IssueToken, ProlongToken, SendTokenLink, authorization, blacklist_token,
    issue_token, prolong_token, send_token_link,
};
use crate::ui::{Act, Deed, Each};
use crate::words::authorizations::said;

type Token = authorization::AuthorizationAuthorizationRequestsByPkTokens;

/// The tokens, each with its state, its dates, and what an administrator may do with it.
#[component]
pub fn Tokens(#[prop(into)] tokens: Signal<Vec<Token>>) -> impl IntoView {
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
    let draw = |token| view! { <OneToken token=token/> }.into_any();
    view! {
        <Show
            when=move || tokens.with(|tokens| !tokens.is_empty())
            fallback=|| view! { <p class="muted">{said().no_tokens_here}</p> }
        >
            <ul class="cards"><Each rows=tokens key=|token| &token.id draw=draw/></ul>
        </Show>
    }
}

#[component]
fn OneToken(token: Signal<Token>) -> impl IntoView {
    let id = token.with_untracked(|token| token.id.clone());
    let state = Memo::new(move |_| {
        token.with(|token| token_state(&token.expires_at, token.blacklisted_at.as_deref()))
    });
    let is_live = Signal::derive(move || matches!(state.get(), "active" | "scheduled"));
    let facts = move || {
        let token = token.get();
        let left = is_live.get().then(|| {
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
        facts
            .into_iter()
            .filter_map(|(name, value)| {
                Some(view! { <div class="fact"><dt>{name}</dt><dd>{value?}</dd></div> })
            })
            .collect_view()
    };
    let anchor = format!("token-{id}");
    let replaces = token
        .with_untracked(|token| token.replaces_id.clone())
        .map(|id| {
            view! {
                <a class="muted" href=format!("#token-{id}")>{said().replaces_another}</a>
            }
        });
    view! {
        <li class="card" id=anchor>
            <div class="card-head">
                {move || view! { <TokenState state=state.get()/> }}
                <code class="muted clip">{id.clone()}</code>
            </div>
            <dl class="facts">{facts}</dl>
            {replaces}
            <Actions id=id is_live=is_live/>
        </li>
    }
}

fn day(at: &str) -> AnyView {
    let (at, title, text) = (at.to_owned(), format::moment(at), format::day_of(at));
    view! { <time datetime=at title=title>{text}</time> }.into_any()
}

#[component]
fn Actions(id: String, is_live: Signal<bool>) -> impl IntoView {
    let id = StoredValue::new(id);
    let day = RwSignal::new(String::new());
    let replace = RwSignal::new(false);
    let prolong = Deed::new(move || async move {
        let id = id.get_value();
        api::run::<ProlongToken>(prolong_token::Variables { id })
            .await
            .map(drop)
    });
    let send = Deed::new(move || async move {
        let id = id.get_value();
        api::run::<SendTokenLink>(send_token_link::Variables { id })
            .await
            .map(drop)
    });
    let blacklist = Deed::new(move || {
        let variables = blacklist_token::Variables {
            id: id.get_value(),
            at: format::start_of(&day.get_untracked()),
            replace: replace.get_untracked(),
        };
        async move { api::run::<BlacklistToken>(variables).await.map(drop) }
    });
    view! {
        <div class="actions">
            <Act
                label=said().prolong
                title=said().prolong_title.to_owned()
                explanation=said().prolong_help.to_owned()
                deed=prolong
                done=said().prolonged
                offered=is_live
            />
            <Act
                label=said().send_link
                title=said().send_link_title.to_owned()
                explanation=said().send_link_help.to_owned()
                deed=send
                done=said().link_sent
                offered=is_live
            />
            <Act
                label=said().blacklist
                title=said().blacklist_title.to_owned()
                explanation=said().blacklist_help.to_owned()
                deed=blacklist
                done=said().blacklisted
                offered=is_live
            >
                <DayField id="blacklist-day" label=said().blacklist_day day=day/>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || replace.get()
                        on:change=move |event| replace.set(event_target_checked(&event))
                    />
                    {said().blacklist_replace}
                </label>
            </Act>
        </div>
    }
}

/// Issues a token of a request.
#[component]
pub fn Issue(request: String) -> impl IntoView {
    let day = RwSignal::new(String::new());
    let issue = Deed::new(move || {
        let variables = issue_token::Variables {
            request: request.clone(),
            end: format::start_of(&day.get_untracked()),
        };
        async move { api::run::<IssueToken>(variables).await.map(drop) }
    });
    view! {
        <div class="actions">
            <Act
                label=said().issue
                title=said().issue_title.to_owned()
                explanation=said().issue_help.to_owned()
                deed=issue
                done=said().token_issued
            >
                <DayField id="issue-day" label=said().issue_day day=day/>
            </Act>
        </div>
    }
}

#[component]
fn DayField(id: &'static str, label: &'static str, day: RwSignal<String>) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                id=id
                type="date"
                class="input"
                min=format::day_after(1)
                prop:value=move || day.get()
                on:input=move |event| day.set(event_target_value(&event))
            />
        </div>
    }
}
