//! The last step: what was answered, what will follow from it, and the question to the server.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;

use super::answers::Answers;
use super::steps::{contacts, owners, purposes, yes_or_no};
use super::{Answer, Case, address};
use crate::api;
use crate::format;
use crate::queries::RequestProlongation;
use crate::ui::{Button, Look, Notice};
use crate::words::authorizations::asked;
use crate::words::words;

/// The summary; `answer` becomes what the server answers.
#[component]
pub fn Summary(
    case: StoredValue<Case>,
    answers: Answers,
    answer: RwSignal<Option<Answer>>,
    #[prop(into)] back: ViewFn,
) -> impl IntoView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<String>);
    let ask = move |_| {
        let Some(question) = answers.ask(case.with_value(|case| case.token.id.clone())) else {
            return;
        };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let outcome = api::run::<RequestProlongation>(question).await;
            busy.try_set(false);
            match outcome {
                Ok(data) => drop(answer.try_set(data.request_token_prolongation)),
                Err(error) => drop(failure.try_set(Some(words().error(&error)))),
            }
        });
    };
    let [business, technical] = contacts(case);
    let rows = [
        (
            1,
            asked().ask_owner.to_owned(),
            chosen(&owners(), answers.owner),
        ),
        (
            2,
            asked().ask_purpose.to_owned(),
            chosen(&purposes(), answers.purpose),
        ),
        (3, business, chosen(&yes_or_no(), answers.business)),
        (3, technical, chosen(&yes_or_no(), answers.technical)),
    ];
    let row = move |(step, question, word): (usize, String, &'static str)| {
        let change = asked().change_answer(&question);
        view! {
            <div>
                <dt>{question}</dt>
                <dd>{word} <A href=address(case, step) attr:aria-label=change>{asked().change}</A></dd>
            </div>
        }
    };
    let are_unchanged = answers.are_unchanged();
    let (tone, follows, verb) = if are_unchanged {
        let months = case.with_value(|case| case.api.as_ref().map(|api| api.token_months));
        let day = months.map(|months| format::day_of(&format::months_ahead(months)));
        ("ok", asked().will_prolong(day.as_deref()), asked().prolong)
    } else {
        ("warn", asked().will_amend.to_owned(), asked().send)
    };
    view! {
        <dl class="answers">{rows.map(row).into_iter().collect_view()}</dl>
        <Notice tone=tone text=follows/>
        {move || failure.get().map(|text| view! { <div role="alert"><Notice tone="bad" text=text/></div> })}
        <div class="actions">
            {back.run()}
            <Button look=Look::Primary busy=busy press=ask>{verb}</Button>
        </div>
    }
}

/// The words of the choice that was made.
fn chosen<T: Copy + PartialEq + Send + Sync + 'static>(
    choices: &[(T, &'static str)],
    answer: RwSignal<Option<T>>,
) -> &'static str {
    let answer = answer.get_untracked();
    let found = choices.iter().find(|(value, _)| Some(*value) == answer);
    found.map_or("", |(_, word)| *word)
}
