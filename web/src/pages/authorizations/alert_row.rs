//! One alert, wherever it is shown: what it is of, what has been said of it, and the dialog that acknowledges it.

use leptos::prelude::*;

use crate::api;
use crate::queries::{AcknowledgeAlert, acknowledge_alert};
use crate::ui::{Act, Ago, Confirm, Deed, Icon, StateMark};
use crate::words::authorizations::said;

/// What every list of alerts knows of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    pub acknowledged_at: Option<String>,
    /// Who acknowledged it, if it was a user.
    pub by: Option<String>,
    pub note: Option<String>,
}

/// The kind of an alert, and what it means.
#[component]
pub fn AlertKind(#[prop(into)] kind: String, open: bool) -> impl IntoView {
    let icon = if open {
        icondata_lu::LuTriangleAlert
    } else {
        icondata_lu::LuCheck
    };
    view! {
        <span class="alert-kind" data-tone=if open { "warn" } else { "calm" }>
            <Icon icon=icon/>
            <strong>{said().alert_kind(&kind)}</strong>
        </span>
        <span class="under">{said().alert_help(&kind)}</span>
    }
}

/// Whether an alert is open; if not, who said what of it, and when.
#[component]
pub fn AlertStanding(alert: Alert) -> impl IntoView {
    let Some(at) = alert.acknowledged_at else {
        return view! { <StateMark tone="warn" label=said().alert_open/> }.into_any();
    };
    let by = alert.by.unwrap_or_else(|| said().an_operator.to_owned());
    view! {
        <StateMark tone="ok" label=said().alert_acknowledged/>
        <span class="under">{by} " · " <Ago at=at/></span>
        {alert.note.map(|note| view! { <span class="alert-note">{note}</span> })}
    }
    .into_any()
}

/// A button that acknowledges one alert while it is open, and a word that it was.
#[component]
pub fn AcknowledgeButton(id: String, #[prop(into)] open: Signal<bool>) -> impl IntoView {
    let note = RwSignal::new(String::new());
    view! {
        <Act
            label=said().acknowledge
            title=said().acknowledge_title.to_owned()
            explanation=said().acknowledge_help.to_owned()
            deed=acknowledge(move || id.clone(), note)
            done=said().alert_done
            offered=open
        >
            <NoteField note=note/>
        </Act>
    }
}

/// The dialog that acknowledges the alert chosen, with a note.
#[component]
pub fn Acknowledge(chosen: RwSignal<Option<String>>, done: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(false);
    let note = RwSignal::new(String::new());
    Effect::new(move |_| {
        if chosen.with(Option::is_some) {
            note.set(String::new());
            open.set(true);
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            chosen.set(None);
        }
    });
    let deed = acknowledge(move || chosen.get_untracked().unwrap_or_default(), note);
    view! {
        <Confirm
            open=open
            title=said().acknowledge_title.to_owned()
            explanation=said().acknowledge_help.to_owned()
            verb=said().acknowledge
            deed=deed
            done=done
        >
            <NoteField note=note/>
        </Confirm>
    }
}

fn acknowledge(id: impl Fn() -> String + Send + Sync + 'static, note: RwSignal<String>) -> Deed {
    Deed::new(move || {
        let variables = acknowledge_alert::Variables {
            id: id(),
            note: Some(note.get_untracked()),
        };
        async move { api::run::<AcknowledgeAlert>(variables).await.map(drop) }
    })
}

#[component]
fn NoteField(note: RwSignal<String>) -> impl IntoView {
    view! {
        <div class="field">
            <label for="alert-note">{said().acknowledge_note}</label>
            <textarea
                id="alert-note"
                class="input area"
                rows="3"
                maxlength="2000"
                prop:value=move || note.get()
                on:input=move |event| note.set(event_target_value(&event))
            ></textarea>
        </div>
    }
}
