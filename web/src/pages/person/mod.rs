//! One person: state, facts, warnings, accounts, and for administrators what may be the same person and the history.
//!
//! The base document is valid for every role: whoever may not see the person in the directory still sees the card.

mod accounts;
mod facts;
mod history;
mod suggestions;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::NotFound;
use crate::api;
use crate::queries::{Person as PersonQuery, PersonReview, person, person_review};
use crate::remote::remote;
use crate::session::Session;
use crate::ui::{Avatar, Detail, DetailTitle, Notice, Shown, StateMark, is_key};
use crate::words::words;
pub use accounts::Accounts;
use facts::Facts;
use history::History;
use suggestions::Suggestions;

/// The person with this key.
pub fn open_person(id: String) -> AnyView {
    if is_key(&id) {
        view! { <Person id=id/> }.into_any()
    } else {
        view! { <NotFound/> }.into_any()
    }
}

/// The sign of a presence.
pub fn presence_tone(presence: &str) -> &'static str {
    match presence {
        "present" => "ok",
        "arriving" => "busy",
        _ => "calm",
    }
}

#[component]
fn Person(id: String) -> impl IntoView {
    let asked = id.clone();
    let person = remote(move || api::run::<PersonQuery>(person::Variables { id: asked.clone() }));
    view! {
        <Detail path="/people" word=words().people>
            <Shown remote=person lines=8 let:data>
                {match data.user_cards.into_iter().next() {
                    None => view! { <NotFound/> }.into_any(),
                    Some(card) => view! { <Known id=id.clone() card=card user=data.users_by_pk/> }.into_any(),
                }}
            </Shown>
        </Detail>
    }
}

#[component]
fn Known(
    id: String,
    card: person::PersonUserCards,
    user: Option<person::PersonUsersByPk>,
) -> impl IntoView {
    let name = card.name.clone().unwrap_or_default();
    let presence = card.presence.unwrap_or_default();
    let line = user
        .as_ref()
        .and_then(|user| user.email.clone().or(user.login.clone()));
    view! {
        <header class="person-head">
            <Avatar name=name.clone() address=card.avatar_url class="avatar large"/>
            <div>
                <DetailTitle title=name/>
                <p class="state-line">
                    <StateMark tone=presence_tone(&presence) label=words().presence_name(&presence)/>
                    {line.map(|line| view! { <span class="muted">{line}</span> })}
                </p>
            </div>
        </header>
        {match user {
            Some(user) => view! { <InDirectory user=user/> }.into_any(),
            None => view! { <p class="muted" data-person=id>{words().only_card}</p> }.into_any(),
        }}
    }
}

#[component]
fn InDirectory(user: person::PersonUsersByPk) -> impl IntoView {
    let session = expect_context::<Session>();
    let admin = session.is_admin();
    let id = user.id.clone();
    let warnings = RwSignal::new(codes(&user));
    // Counts the edits: what depends on the person is asked for again after each.
    let edits = RwSignal::new(0_u32);
    let review = admin.then(|| {
        let id = id.clone();
        remote(move || api::run::<PersonReview>(person_review::Variables { id: id.clone() }))
    });
    let asked = id.clone();
    Effect::new(move |_| {
        if edits.get() == 0 {
            return;
        }
        let id = asked.clone();
        leptos::task::spawn_local(async move {
            if let Ok(data) = api::run::<PersonQuery>(person::Variables { id }).await
                && let Some(user) = data.users_by_pk
            {
                warnings.try_set(codes(&user));
            }
        });
    });
    let hash = use_location().hash;
    Effect::new(move |_| show_account(&hash.get()));

    let keys: Vec<String> = std::iter::once(id.clone())
        .chain(user.accounts.iter().map(|account| account.id.clone()))
        .collect();
    let shown_warnings = move || {
        warnings
            .get()
            .into_iter()
            .map(|code| {
                let tone = if code == "expired" { "bad" } else { "warn" };
                let text = format!(
                    "{}. {}",
                    words().warning_name(&code),
                    words().warning_help(&code)
                );
                view! { <li><Notice tone=tone text=text/></li> }
            })
            .collect_view()
    };
    view! {
        <ul class="notes" aria-label=words().warnings aria-live="polite">{shown_warnings}</ul>
        <Facts user=user.clone() editable=admin edits=edits/>
        <Accounts accounts=user.accounts review=review/>
        {review.map(|review| view! { <Suggestions id=id review=review/> })}
        {admin.then(|| view! { <History keys=keys edits=edits/> })}
    }
}

fn codes(user: &person::PersonUsersByPk) -> Vec<String> {
    user.warnings
        .iter()
        .filter_map(|warning| warning.warning.clone())
        .collect()
}

/// Brings the account that the address names into view.
fn show_account(hash: &str) {
    let Some(id) = hash
        .strip_prefix('#')
        .filter(|id| id.starts_with("account-"))
        .map(str::to_owned)
    else {
        return;
    };
    request_animation_frame(move || {
        if let Some(account) = document().get_element_by_id(&id) {
            account.scroll_into_view();
        }
    });
}
