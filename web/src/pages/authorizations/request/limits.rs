//! From where, and how often, the tokens of a request may be used.

use std::net::IpAddr;

use leptos::prelude::*;

use crate::api::{self, ApiError};
use crate::format::number;
use crate::queries::{SetLimits, authorization, set_limits};
use crate::ui::{Act, Deed};
use crate::words::authorizations::said;

type Held = authorization::AuthorizationAuthorizationRequestsByPkLimits;

/// The limits, and the dialog that changes them.
#[component]
pub fn Limits(request: String, #[prop(into)] limits: Signal<Option<Held>>) -> impl IntoView {
    let networks = move || {
        let networks = limits.with(|limits| limits.as_ref().map(|it| it.allowed_networks.clone()));
        match networks.filter(|networks| !networks.is_empty()) {
            Some(networks) => networks
                .into_iter()
                .map(|network| view! { <code>{network}</code> " " })
                .collect_view()
                .into_any(),
            None => said().any_network.into_any(),
        }
    };
    let rate = move || {
        let rate = limits.with(|limits| limits.as_ref()?.requests_per_minute);
        rate.map_or_else(|| said().any_rate.to_owned(), number)
    };
    view! {
        <dl class="facts">
            <div class="fact"><dt>{said().networks}</dt><dd class="networks">{networks}</dd></div>
            <div class="fact"><dt>{said().calls_per_minute}</dt><dd>{rate}</dd></div>
        </dl>
        <Change request=request limits=limits/>
    }
}

#[component]
fn Change(request: String, limits: Signal<Option<Held>>) -> impl IntoView {
    let networks = RwSignal::new(String::new());
    let rate = RwSignal::new(String::new());
    // The fields begin with what holds, and follow it.
    Effect::new(move |_| {
        let held = limits.get();
        let held = held.as_ref();
        networks.set(held.map_or_else(String::new, |held| held.allowed_networks.join("\n")));
        let held = held.and_then(|held| held.requests_per_minute);
        rate.set(held.map_or_else(String::new, |rate| rate.to_string()));
    });
    let set = Deed::new(move || {
        let networks = networks_in(&networks.get_untracked());
        let rate = rate_in(&rate.get_untracked());
        let request = request.clone();
        async move {
            let variables = set_limits::Variables {
                request,
                networks: networks.map_err(ApiError::mistake)?,
                rate: rate.map_err(ApiError::mistake)?,
            };
            api::run::<SetLimits>(variables).await.map(drop)
        }
    });
    view! {
        <div class="actions">
            <Act
                label=said().change_limits
                title=said().change_limits_title.to_owned()
                explanation=said().change_limits_help.to_owned()
                deed=set
                done=said().limits_changed
            >
                <div class="field">
                    <label for="limits-networks">{said().networks}</label>
                    <textarea
                        id="limits-networks"
                        class="input area"
                        rows="4"
                        spellcheck="false"
                        aria-describedby="limits-networks-help"
                        prop:value=move || networks.get()
                        on:input=move |event| networks.set(event_target_value(&event))
                    ></textarea>
                    <p id="limits-networks-help" class="under">{said().networks_help}</p>
                </div>
                <div class="field">
                    <label for="limits-rate">{said().calls_per_minute}</label>
                    <input
                        id="limits-rate"
                        class="input"
                        inputmode="numeric"
                        aria-describedby="limits-rate-help"
                        prop:value=move || rate.get()
                        on:input=move |event| rate.set(event_target_value(&event))
                    />
                    <p id="limits-rate-help" class="under">{said().rate_help}</p>
                </div>
            </Act>
        </div>
    }
}

/// The addresses and networks of a text, apart by spaces, commas or lines; or why one of them is none.
fn networks_in(text: &str) -> Result<Vec<String>, String> {
    let networks = text.split(|letter: char| letter.is_whitespace() || letter == ',');
    networks
        .filter(|network| !network.is_empty())
        .map(|network| {
            if is_network(network) {
                Ok(network.to_owned())
            } else {
                Err(said().bad_network(network))
            }
        })
        .collect()
}

fn is_network(text: &str) -> bool {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, length.parse().ok()),
        None => (text, Some(0)),
    };
    match (address.parse(), length) {
        (Ok(IpAddr::V4(_)), Some(length)) => length <= 32_u8,
        (Ok(IpAddr::V6(_)), Some(length)) => length <= 128,
        _ => false,
    }
}

/// The number of calls of a text, none for an empty one; or why it is no such number.
fn rate_in(text: &str) -> Result<Option<i64>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let rate: Option<i32> = text.parse().ok().filter(|rate| *rate > 0);
    rate.map(|rate| Some(i64::from(rate)))
        .ok_or_else(|| said().bad_rate.to_owned())
}
