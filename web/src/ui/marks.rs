//! Small signs of a state. Each has a shape of its own and a name, so that colour says nothing alone.

use icondata_core::IconData;
use leptos::prelude::*;
use leptos_router::components::A;

use super::icon::Icon;
use crate::words::words;

/// One account in the matrix of a list: filled = active, half = invited, ring = disabled, crossed = gone, dash = none.
#[component]
pub fn AccountMark(
    #[prop(into)] state: String,
    #[prop(into)] label: String,
    /// Where the account is shown.
    #[prop(optional)]
    address: Option<String>,
) -> impl IntoView {
    let shape = match state.as_str() {
        "active" => r#"<circle cx="8" cy="8" r="5" fill="currentColor"/>"#,
        "invited" => {
            r#"<circle cx="8" cy="8" r="4.25" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M8 3a5 5 0 0 0 0 10z" fill="currentColor"/>"#
        }
        "disabled" => {
            r#"<circle cx="8" cy="8" r="4.25" fill="none" stroke="currentColor" stroke-width="1.5"/>"#
        }
        "absent" => {
            r#"<path d="M4.5 4.5l7 7m0-7l-7 7" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"/>"#
        }
        _ => {
            r#"<path d="M5 8h6" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"/>"#
        }
    };
    let sign = view! {
        <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false" inner_html=shape></svg>
        <span class="unseen">{label.clone()}</span>
    };
    match address {
        Some(address) => view! {
            <A href=address attr:class="account-mark" attr:data-state=state attr:title=label attr:tabindex="-1">{sign}</A>
        }
        .into_any(),
        None => view! { <span class="account-mark" data-state=state title=label>{sign}</span> }.into_any(),
    }
}

/// A word of state with its sign: `tone` is `ok`, `warn`, `bad`, `busy` or `calm`.
#[component]
pub fn StateMark(tone: &'static str, #[prop(into)] label: String) -> impl IntoView {
    view! {
        <span class="state" data-tone=tone>
            <Icon icon=tone_icon(tone)/>
            {label}
        </span>
    }
}

fn tone_icon(tone: &str) -> &'static IconData {
    match tone {
        "ok" => icondata_lu::LuCircleCheck,
        "warn" => icondata_lu::LuTriangleAlert,
        "bad" => icondata_lu::LuCircleX,
        "busy" => icondata_lu::LuCircleDashed,
        _ => icondata_lu::LuCircleDot,
    }
}

/// A short label in a frame, such as a team.
#[component]
pub fn Tag(#[prop(into)] label: String) -> impl IntoView {
    view! { <span class="tag">{label}</span> }
}

/// The warnings of one row: one triangle, with their names.
#[component]
pub fn WarningMark(codes: Vec<String>) -> impl IntoView {
    if codes.is_empty() {
        return ().into_any();
    }
    let names = codes
        .iter()
        .map(|code| words().warning_name(code))
        .collect::<Vec<_>>()
        .join(", ");
    let grave = codes.iter().any(|code| code == "expired");
    view! {
        <span class="warning-mark" data-tone=if grave { "bad" } else { "warn" } title=names.clone()>
            <Icon icon=icondata_lu::LuTriangleAlert/>
            <span class="unseen">{names.clone()}</span>
        </span>
    }
    .into_any()
}
