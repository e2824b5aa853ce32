//! Actions that are confirmed first. The dialog names the object and the verb and says what will happen; a refusal is
//! said in it; what was done is said where the button stands.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::button::{Button, Look};
use super::dialog::Dialog;
use super::shown::Notice;
use crate::api::ApiError;
use crate::words::words;

type Acting = Pin<Box<dyn Future<Output = Result<(), ApiError>>>>;

/// What an action does at the server.
#[derive(Clone)]
pub struct Deed(Arc<dyn Fn() -> Acting + Send + Sync>);

impl Deed {
    /// Does this.
    pub fn new<Fut>(act: impl Fn() -> Fut + Send + Sync + 'static) -> Self
    where
        Fut: Future<Output = Result<(), ApiError>> + 'static,
    {
        Self(Arc::new(move || Box::pin(act())))
    }
}

/// The dialog alone. `done` is told when the action has succeeded.
#[component]
pub fn Confirm(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] explanation: Signal<String>,
    verb: &'static str,
    deed: Deed,
    done: Callback<()>,
    /// Fields of the action.
    #[prop(optional)]
    children: Option<ChildrenFn>,
) -> impl IntoView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<String>);
    let deed = StoredValue::new(deed);
    let children = StoredValue::new(children);
    Effect::new(move |_| {
        if open.get() {
            failure.set(None);
        }
    });
    let act = move |_| {
        busy.set(true);
        failure.set(None);
        let acting = deed.with_value(|deed| (deed.0)());
        spawn_local(async move {
            let outcome = acting.await;
            busy.try_set(false);
            match outcome {
                Ok(()) => {
                    open.try_set(false);
                    done.try_run(());
                }
                Err(error) => drop(failure.try_set(Some(words().error(&error)))),
            }
        });
    };
    let refused = move || {
        failure
            .get()
            .map(|text| view! { <div role="alert"><Notice tone="bad" text=text/></div> })
    };
    view! {
        <Dialog open=open title=title>
            <h2>{move || title.get()}</h2>
            <p>{move || explanation.get()}</p>
            {children.with_value(|children| children.as_ref().map(|children| children()))}
            {refused}
            <div class="dialog-actions">
                <Button press=move |_| open.set(false)>{words().cancel}</Button>
                <Button look=Look::Primary busy=busy press=act>{verb}</Button>
            </div>
        </Dialog>
    }
}

/// A button, its dialog, and a word of what was done.
#[component]
pub fn Act(
    label: &'static str,
    #[prop(default = Look::Plain)] look: Look,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] explanation: Signal<String>,
    deed: Deed,
    done: &'static str,
    /// Whether it can be done now. The word stays when what was done leaves nothing to do.
    #[prop(default = Signal::stored(true), into)]
    offered: Signal<bool>,
    #[prop(optional)] children: Option<ChildrenFn>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let is_done = RwSignal::new(false);
    let word = NodeRef::<html::Span>::new();
    let press = move |_| {
        is_done.set(false);
        open.set(true);
    };
    let told = Callback::new(move |()| {
        is_done.try_set(true);
    });
    Effect::new(move |_| {
        if is_done.get() && !offered.get() {
            request_animation_frame(move || take_lost_focus(word));
        }
    });
    view! {
        <span class="act">
            <Show when=move || offered.get()>
                <Button look=look press=press>{label}</Button>
            </Show>
            <span node_ref=word class="act-done" role="status" tabindex="-1">{move || is_done.get().then_some(done)}</span>
        </span>
        <Confirm open=open title=title explanation=explanation verb=label deed=deed done=told>
            {children.as_ref().map(|children| children())}
        </Confirm>
    }
}

/// Gives the focus to the word of what was done, if it was on the button that is gone.
fn take_lost_focus(word: NodeRef<html::Span>) {
    let is_lost = document()
        .active_element()
        .is_none_or(|element| element.tag_name() == "BODY");
    if is_lost && let Some(word) = word.get_untracked() {
        drop(word.focus());
    }
}
