//! One alert, wherever it is shown: what it is of, and what has been said of it.

use leptos::prelude::*;

use crate::ui::{Ago, Icon, StateMark};
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
