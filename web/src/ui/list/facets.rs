//! A facet: a button that opens a set of values to tick, each with its count.

use leptos::prelude::*;

use super::address::Address;
use crate::format::number;
use crate::ui::dropdown::Dropdown;
use crate::ui::icon::Icon;
use crate::words::words;

/// A value to tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub count: Option<i64>,
}

/// A set of values under one key of the address.
#[derive(Clone)]
pub struct Facet {
    pub key: &'static str,
    pub label: &'static str,
    pub choices: Signal<Vec<Choice>>,
}

/// All facets of a list.
#[component]
pub fn Facets(address: Address, facets: Vec<Facet>) -> impl IntoView {
    facets
        .into_iter()
        .map(|facet| view! { <OneFacet address=address facet=facet/> })
        .collect_view()
}

#[component]
fn OneFacet(address: Address, facet: Facet) -> impl IntoView {
    let Facet {
        key,
        label,
        choices,
    } = facet;
    let toggle = move |value: &str| {
        let mut ticked = address.ticked(key);
        match ticked.iter().position(|held| held == value) {
            Some(at) => drop(ticked.remove(at)),
            None => ticked.push(value.to_owned()),
        }
        address.set(key, Some(ticked.join(",")));
    };
    let face = move || {
        let ticked = address.ticked(key);
        let chosen = choices.with(|choices| {
            choices
                .iter()
                .filter(|choice| ticked.contains(&choice.value))
                .map(|choice| choice.label.clone())
                .collect::<Vec<_>>()
        });
        let chosen = (!chosen.is_empty())
            .then(|| view! { <span class="facet-chosen">{chosen.join(", ")}</span> });
        view! { <span>{label}</span>{chosen}<Icon icon=icondata_lu::LuChevronDown/> }
    };
    view! {
        <Dropdown label=label button_class="button facet" sign=false face=face>
            <ul class="facet-choices">
                <For each=move || choices.get() key=|choice| choice.value.clone() let:choice>
                    {
                        let value = StoredValue::new(choice.value);
                        // The count moves while the box stays, and with it the focus.
                        let count = Memo::new(move |_| {
                            choices.with(|choices| {
                                value.with_value(|value| choices.iter().find(|choice| choice.value == *value)?.count)
                            })
                        });
                        view! {
                            <li>
                                <label>
                                    <input
                                        type="checkbox"
                                        prop:checked=move || address.ticked(key).contains(&value.get_value())
                                        on:change=move |_| toggle(&value.get_value())
                                    />
                                    <span>{choice.label}</span>
                                    {move || count.get().map(|count| view! { <span class="count">{number(count)}</span> })}
                                </label>
                            </li>
                        }
                    }
                </For>
            </ul>
            <Show when=move || !address.get(key).is_empty()>
                <button type="button" class="button quiet" data-close="" on:click=move |_| address.set(key, None)>{words().clear_filters}</button>
            </Show>
        </Dropdown>
    }
}
