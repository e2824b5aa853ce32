//! The applicant's questions before a token is prolonged (reference/datapass.md § 3.2), at an address of its own. The step
//! is in the address, so that the browser's ways back and forth work; the answers are kept until the page is left.

mod answers;
mod outcome;
mod steps;
mod summary;

use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};

use super::apis::{Apis, StateApi};
use super::own::{Own, use_own};
use super::standing::refusal;
use super::{Request, Token};
use crate::api::ApiError;
use crate::format;
use crate::queries::{MyRequests, my_requests, request_prolongation};
use crate::remote::live;
use crate::ui::{ErrorNote, Icon, Look, Notice, PageTitle, Skeleton};
use crate::words::authorizations::{asked, said};
use answers::{Answers, LAST};
use outcome::Outcome;
use steps::Step;

/// What is asked about: known when the questions begin, and kept to their end.
#[derive(Debug, Clone, PartialEq)]
struct Case {
    request: Request,
    token: Token,
    api: Option<StateApi>,
}

/// What the server answers.
type Answer = request_prolongation::RequestProlongationRequestTokenProlongation;

/// What stands on the page.
#[derive(Debug, Clone, PartialEq)]
enum Entry {
    Awaited,
    Failed(ApiError),
    /// Why there is nothing to ask.
    Refused(String),
    Open(Box<Case>),
}

/// The page of the token in the address.
#[component]
pub fn Prolong() -> impl IntoView {
    let id = use_params_map()
        .with_untracked(|params| params.get("id"))
        .unwrap_or_default();
    let mine = live::<MyRequests>(|| my_requests::Variables {});
    let (own, apis) = (use_own(), Apis::ask());
    let entry = Memo::new(move |before: Option<&Entry>| match before {
        // What happens to the token while the questions are answered, its prolongation first of all, ends nothing.
        Some(Entry::Open(case)) => Entry::Open(case.clone()),
        _ => match (mine.get(), own.get()) {
            (Some(Err(error)), _) => Entry::Failed(error),
            (Some(Ok(data)), Some(own)) if apis.are_known() => {
                enter(data.authorization_requests, &id, &own, apis)
            }
            _ => Entry::Awaited,
        },
    });
    let content = move || match entry.get() {
        Entry::Awaited => view! { <Skeleton lines=8/> }.into_any(),
        Entry::Failed(error) => {
            view! { <ErrorNote error=error retry=move || mine.reload()/> }.into_any()
        }
        Entry::Refused(why) => view! { <Notice tone="calm" text=why/> }.into_any(),
        Entry::Open(case) => view! { <Wizard case=*case/> }.into_any(),
    };
    view! {
        <div class="page narrow">
            <div class="back-bar">
                <A href="/my-requests" attr:class="button quiet">
                    <Icon icon=icondata_lu::LuChevronLeft/>
                    {said().my_requests}
                </A>
            </div>
            <header class="page-head"><PageTitle title=asked().title/></header>
            {content}
        </div>
    }
}

fn enter(requests: Vec<Request>, id: &str, own: &Own, apis: Apis) -> Entry {
    let found = requests.into_iter().find_map(|request| {
        let token = request
            .tokens
            .iter()
            .find(|token| token.id == id)
            .cloned()?;
        Some((request, token))
    });
    let Some((request, token)) = found else {
        return Entry::Refused(asked().unknown.to_owned());
    };
    match refusal(&request, &token, &own.roles(&request.contacts)) {
        Some(why) => Entry::Refused(why),
        None => {
            let api = apis.find(&request.api);
            Entry::Open(Box::new(Case {
                request,
                token,
                api,
            }))
        }
    }
}

#[component]
fn Wizard(case: Case) -> impl IntoView {
    let title = case.request.title.clone();
    let title = title.unwrap_or_else(|| said().untitled.to_owned());
    let number = said().request_number(&case.request.external_id);
    let end = case.token.expires_at.clone();
    let (moment, day) = (format::moment(&end), format::day_of(&end));
    let answer = RwSignal::new(None::<Answer>);
    let case = StoredValue::new(case);
    let content = move || match answer.get() {
        None => view! { <Questions case=case answer=answer/> }.into_any(),
        Some(answer) => view! { <Outcome case=case answer=answer/> }.into_any(),
    };
    view! {
        <p class="wizard-subject">
            <strong>{title}</strong>
            <span class="muted">" · " {number} " · " {said().expires} " " <time datetime=end title=moment>{day}</time></span>
        </p>
        {content}
    }
}

/// The steps, one at a time.
#[component]
fn Questions(case: StoredValue<Case>, answer: RwSignal<Option<Answer>>) -> impl IntoView {
    let query = use_query_map();
    let navigate = StoredValue::new_local(use_navigate());
    let answers = Answers::default();
    // Whether somebody wanted to go on without an answer.
    let missed = RwSignal::new(false);
    let heading = NodeRef::<html::H2>::new();
    let step = Memo::new(move |_| {
        let wanted = query.with(|query| query.get("step").and_then(|step| step.parse().ok()));
        wanted.unwrap_or(1).clamp(1, answers.reach())
    });
    Effect::new(move |before: Option<usize>| {
        let step = step.get();
        if before.is_some_and(|before| before != step) {
            missed.set(false);
            if let Some(heading) = heading.get_untracked() {
                drop(heading.focus());
            }
        }
        step
    });
    let go = move |step: usize| {
        navigate.with_value(|navigate| navigate(&address(case, step), NavigateOptions::default()));
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let step = step.get_untracked();
        if answers.is_answered(step) {
            go(step + 1);
        } else {
            missed.set(true);
            request_animation_frame(focus_first_missing);
        }
    };
    let back = move || match step.get() {
        1 => view! { <A href="/my-requests" attr:class="button">{asked().cancel}</A> }.into_any(),
        step => view! { <A href=address(case, step - 1) attr:class="button">{asked().back}</A> }
            .into_any(),
    };
    let inside = move || {
        if step.get() == LAST {
            view! { <summary::Summary case=case answers=answers answer=answer back=back/> }
                .into_any()
        } else {
            view! {
                <form class="form" novalidate on:submit=submit>
                    <Step step=step.get() case=case answers=answers missed=missed/>
                    <div class="actions">
                        {back}
                        <button type="submit" class=Look::Primary.class()>{asked().next}</button>
                    </div>
                </form>
            }
            .into_any()
        }
    };
    view! {
        <section class="wizard" aria-labelledby="step">
            <div class="wizard-head">
                <p class="muted">{move || asked().step_of(step.get(), LAST)}</p>
                <ol class="steps" aria-hidden="true">
                    {(1..=LAST).map(|number| view! { <li data-done=move || (number <= step.get()).to_string()></li> }).collect_view()}
                </ol>
                <h2 id="step" tabindex="-1" node_ref=heading>{move || asked().step_name(step.get())}</h2>
            </div>
            {inside}
        </section>
    }
}

/// The address of a step.
fn address(case: StoredValue<Case>, step: usize) -> String {
    case.with_value(|case| format!("/my-requests/{}/prolong?step={step}", case.token.id))
}

fn focus_first_missing() {
    let missing = document().query_selector("[aria-invalid=true] input");
    let missing = missing.ok().flatten();
    if let Some(choice) = missing
        .and_then(|choice| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(choice).ok())
    {
        drop(choice.focus());
    }
}
