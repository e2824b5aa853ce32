//! A date in a list of facts, edited where it stands. It says there whether it was saved, and why not.

use std::future::Future;
use std::pin::Pin;

use gloo_timers::callback::Timeout;
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::button::{Button, Look};
use super::icon::Icon;
use super::time::Day;
use crate::words::words;

/// How long "Saved" stays.
const STAYS_MS: u32 = 5_000;

/// The work of saving: the date to keep, or why it cannot be kept, in words.
pub type Saving = Pin<Box<dyn Future<Output = Result<Option<String>, String>>>>;

/// A date with its name. `edit_label` names the button that edits it; without `save` it is only shown.
#[component]
pub fn FactDate(
    label: &'static str,
    edit_label: &'static str,
    id: &'static str,
    value: RwSignal<Option<String>>,
    save: Option<fn(String, Option<String>) -> Saving>,
    #[prop(into)] owner: String,
    #[prop(into)] check: Callback<Option<String>, Option<&'static str>>,
) -> impl IntoView {
    let editing = RwSignal::new(false);
    let said = RwSignal::new(Said::Nothing);
    let input = NodeRef::<html::Input>::new();
    let pencil = NodeRef::<html::Button>::new();

    Effect::new(move |_| {
        if let (true, Some(input)) = (editing.get(), input.get()) {
            drop(input.focus());
        }
    });
    let stop = move || {
        editing.set(false);
        request_animation_frame(move || {
            if let Some(pencil) = pencil.get_untracked() {
                drop(pencil.focus());
            }
        });
    };
    let keep = move |wanted: Option<String>| {
        let Some(save) = save else { return };
        if said.get_untracked() == Said::Saving {
            return;
        }
        if let Some(reason) = check.run(wanted.clone()) {
            said.set(Said::Refused(reason.to_owned()));
            return;
        }
        said.set(Said::Saving);
        let work = save(owner.clone(), wanted);
        spawn_local(async move {
            match work.await {
                Ok(kept) => {
                    value.try_set(kept);
                    said.try_set(Said::Saved);
                    stop();
                    let forget = move || {
                        said.try_update(|said| {
                            if *said == Said::Saved {
                                *said = Said::Nothing;
                            }
                        });
                    };
                    Timeout::new(STAYS_MS, forget).forget();
                }
                Err(reason) => drop(said.try_set(Said::Refused(reason))),
            }
        });
    };
    let keep = StoredValue::new_local(keep);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(input) = input.get_untracked() else {
            return;
        };
        if !input.validity().valid() {
            said.set(Said::Refused(words().unreadable_date.to_owned()));
            return;
        }
        let typed = Some(input.value()).filter(|typed| !typed.is_empty());
        keep.with_value(|keep| keep(typed));
    };
    let press = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            said.set(Said::Nothing);
            stop();
        }
    };
    let begin = move |_| {
        said.set(Said::Nothing);
        editing.set(true);
    };
    let message_id = format!("{id}-message");
    let described = message_id.clone();
    view! {
        <div class="fact">
            <dt>{label}</dt>
            <dd>
                {move || if editing.get() {
                    view! {
                        <form class="fact-form" novalidate on:submit=submit on:keydown=press>
                            <input
                                id=id
                                type="date"
                                class="input"
                                // Without it a year may have six digits.
                                max="9999-12-31"
                                aria-label=label
                                aria-describedby=described.clone()
                                aria-invalid=move || matches!(said.get(), Said::Refused(_)).then_some("true")
                                prop:value=value.get_untracked().unwrap_or_default()
                                node_ref=input
                                on:input=move |_| said.set(Said::Nothing)
                            />
                            <button type="submit" class=Look::Primary.class()>{words().save}</button>
                            <button type="button" class="button quiet icon-only" aria-label=words().cancel title=words().cancel on:click=move |_| { said.set(Said::Nothing); stop(); }>
                                <Icon icon=icondata_lu::LuX/>
                            </button>
                            <Show when=move || value.get().is_some()>
                                <Button look=Look::Quiet press=move |_| keep.with_value(|keep| keep(None))>{words().clear_date}</Button>
                            </Show>
                        </form>
                    }.into_any()
                } else {
                    view! {
                        <span class="fact-value">
                            {move || match value.get() {
                                Some(day) => view! { <Day day=day/> }.into_any(),
                                None => view! { <span class="muted">{words().not_set}</span> }.into_any(),
                            }}
                        </span>
                        <Show when=move || save.is_some()>
                            <button type="button" class="button quiet icon-only edit" aria-label=edit_label title=edit_label node_ref=pencil on:click=begin>
                                <Icon icon=icondata_lu::LuPencil/>
                            </button>
                        </Show>
                    }.into_any()
                }}
                <span id=message_id class="fact-message" role="status" data-tone=move || said.get().tone()>
                    {move || said.get().text()}
                </span>
            </dd>
        </div>
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Nothing,
    Saving,
    Saved,
    Refused(String),
}

impl Said {
    fn text(self) -> String {
        match self {
            Said::Nothing => String::new(),
            Said::Saving => words().saving.to_owned(),
            Said::Saved => words().saved.to_owned(),
            Said::Refused(reason) => reason,
        }
    }

    fn tone(self) -> &'static str {
        match self {
            Said::Refused(_) => "bad",
            Said::Saved => "ok",
            _ => "calm",
        }
    }
}
