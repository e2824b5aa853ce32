//! The questions of each step.

use leptos::prelude::*;

use super::Case;
use super::answers::{Answers, Owner};
use crate::pages::authorizations::mine::standing::holder;
use crate::words::authorizations::asked;

/// The questions of a step before the last.
#[component]
pub fn Step(
    step: usize,
    case: StoredValue<Case>,
    answers: Answers,
    /// Whether somebody wanted to go on without an answer.
    missed: RwSignal<bool>,
) -> impl IntoView {
    match step {
        1 => view! {
            <Question
                name="owner"
                legend=asked().ask_owner.to_owned()
                choices=owners().to_vec()
                answer=answers.owner
                missed=missed
            />
        }
        .into_any(),
        2 => {
            let description = case.with_value(|case| case.request.description.clone());
            view! {
                {description.map(|description| view! {
                    <figure class="quoted"><figcaption class="muted">{asked().described}</figcaption><blockquote>{description}</blockquote></figure>
                })}
                <Question
                    name="purpose"
                    legend=asked().ask_purpose.to_owned()
                    choices=purposes().to_vec()
                    answer=answers.purpose
                    missed=missed
                />
            }
            .into_any()
        }
        _ => {
            let [business, technical] = contacts(case);
            view! {
                <Question name="business" legend=business choices=yes_or_no().to_vec() answer=answers.business missed=missed/>
                <Question name="technical" legend=technical choices=yes_or_no().to_vec() answer=answers.technical missed=missed/>
            }
            .into_any()
        }
    }
}

/// What can be said of who is in charge.
pub fn owners() -> [(Owner, &'static str); 3] {
    [
        (Owner::Stays, asked().owner_stays),
        (Owner::LeavesSoon, asked().owner_leaves),
        (Owner::Gone, asked().owner_gone),
    ]
}

/// What can be said of the purpose.
pub fn purposes() -> [(bool, &'static str); 2] {
    [(true, asked().purpose_same), (false, asked().purpose_other)]
}

/// What can be said of a contact.
pub fn yes_or_no() -> [(bool, &'static str); 2] {
    [(true, asked().contact_same), (false, asked().contact_other)]
}

/// The questions about the business and the technical contact.
pub fn contacts(case: StoredValue<Case>) -> [String; 2] {
    case.with_value(|case| {
        ["business", "technical"].map(|role| match holder(&case.request, role) {
            Some(name) => asked().ask_contact(role, &name),
            None => asked().ask_no_contact(role).to_owned(),
        })
    })
}

/// One question with its choices. Without an answer it says so, once somebody wanted to go on.
#[component]
fn Question<T: Copy + PartialEq + Send + Sync + 'static>(
    name: &'static str,
    legend: String,
    choices: Vec<(T, &'static str)>,
    answer: RwSignal<Option<T>>,
    missed: RwSignal<bool>,
) -> impl IntoView {
    let is_missing = Memo::new(move |_| missed.get() && answer.with(Option::is_none));
    let error = format!("{name}-error");
    let described_by = error.clone();
    let choice = move |(value, word): (T, &'static str)| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name=name
                    prop:checked=move || answer.get() == Some(value)
                    on:change=move |_| answer.set(Some(value))
                />
                {word}
            </label>
        }
    };
    view! {
        <fieldset
            class="choices question"
            role="radiogroup"
            aria-required="true"
            aria-invalid=move || is_missing.get().then_some("true")
            aria-describedby=described_by
        >
            <legend>{legend}</legend>
            {choices.into_iter().map(choice).collect_view()}
            <p id=error class="field-error" role="alert">{move || is_missing.get().then(|| asked().answer_missing)}</p>
        </fieldset>
    }
}
