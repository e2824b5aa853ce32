//! Who may be the same person, with the reason. Only told: joining people comes with the action that does it.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::queries::person_review;
use crate::remote::Remote;
use crate::ui::{Section, Tag};
use crate::words::words;

/// The open suggestions that name this person.
#[component]
pub fn Suggestions(id: String, review: Remote<person_review::ResponseData>) -> impl IntoView {
    let others = Memo::new(move |_| {
        let suggestions = review
            .ok()
            .map(|review| review.merge_suggestions)
            .unwrap_or_default();
        suggestions
            .into_iter()
            .map(|suggestion| {
                let (user, candidate) = (suggestion.user, suggestion.candidate);
                let other = if user.id == id {
                    (candidate.id, candidate.name, candidate.email)
                } else {
                    (user.id, user.name, user.email)
                };
                (other, suggestion.reason)
            })
            .collect::<Vec<_>>()
    });
    move || {
        let others = others.get();
        (!others.is_empty()).then(|| {
            view! {
                <Section title=words().same_person id="same-person">
                    <ul class="plain-list">
                        {others.into_iter().map(|((id, name, email), reason)| view! {
                            <li>
                                <A href=format!("/people/{id}")>{name}</A>
                                {email.map(|email| view! { <span class="muted">{email}</span> })}
                                <Tag label=reason_name(&reason)/>
                            </li>
                        }).collect_view()}
                    </ul>
                </Section>
            }
        })
    }
}

fn reason_name(reason: &str) -> &'static str {
    match reason {
        "same_email" => words().same_email,
        "same_login" => words().same_login,
        _ => words().same_name,
    }
}
