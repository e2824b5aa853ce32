//! What is known of a person. An administrator changes the dates where they stand.

use leptos::prelude::*;

use crate::api;
use crate::queries::{SetArrival, SetDeparture, person, set_arrival, set_departure};
use crate::ui::{Ago, FactDate, Saving, Section};
use crate::words::words;

/// The list of facts. `edits` is counted up after each change.
#[component]
pub fn Facts(user: person::PersonUsersByPk, editable: bool, edits: RwSignal<u32>) -> impl IntoView {
    let arrival = RwSignal::new(user.arrival.clone());
    let departure = RwSignal::new(user.departure.clone());
    Effect::new(move |drawn: Option<()>| {
        arrival.track();
        departure.track();
        if drawn.is_some() {
            edits.update(|edits| *edits += 1);
        }
    });
    let in_order = |arrival: Option<String>, departure: Option<String>| match (arrival, departure) {
        // Days compare as text.
        (Some(arrival), Some(departure)) if departure < arrival => {
            Some(words().departure_before_arrival)
        }
        _ => None,
    };
    let facts = [
        (words().email, user.email.clone()),
        (words().login, user.login.clone()),
    ];
    view! {
        <Section title=words().facts id="facts">
            <dl class="facts">
                <FactDate
                    label=words().arrival
                    edit_label=words().edit_arrival
                    id="arrival"
                    value=arrival
                    save=editable.then_some(save_arrival as fn(String, Option<String>) -> Saving)
                    owner=user.id.clone()
                    check=Callback::new(move |wanted| in_order(wanted, departure.get_untracked()))
                />
                <FactDate
                    label=words().departure
                    edit_label=words().edit_departure
                    id="departure"
                    value=departure
                    save=editable.then_some(save_departure as fn(String, Option<String>) -> Saving)
                    owner=user.id.clone()
                    check=Callback::new(move |wanted| in_order(arrival.get_untracked(), wanted))
                />
                {facts.into_iter().map(|(name, value)| view! {
                    <div class="fact">
                        <dt>{name}</dt>
                        <dd>{match value {
                            Some(value) => view! { <span class="fact-value">{value}</span> }.into_any(),
                            None => view! { <span class="muted">{words().none}</span> }.into_any(),
                        }}</dd>
                    </div>
                }).collect_view()}
                <div class="fact"><dt>{words().first_seen}</dt><dd><Ago at=user.created_at/></dd></div>
            </dl>
        </Section>
    }
}

fn save_arrival(id: String, date: Option<String>) -> Saving {
    Box::pin(async move {
        match api::run::<SetArrival>(set_arrival::Variables { id, date }).await {
            Ok(answer) => answer
                .update_users_by_pk
                .map(|user| user.arrival)
                .ok_or_else(|| words().error_forbidden.to_owned()),
            Err(error) => Err(words().error(&error)),
        }
    })
}

fn save_departure(id: String, date: Option<String>) -> Saving {
    Box::pin(async move {
        match api::run::<SetDeparture>(set_departure::Variables { id, date }).await {
            Ok(answer) => answer
                .update_users_by_pk
                .map(|user| user.departure)
                .ok_or_else(|| words().error_forbidden.to_owned()),
            Err(error) => Err(words().error(&error)),
        }
    })
}
