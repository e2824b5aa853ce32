//! The palette: type to find a person or a page, go there with Enter.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::queries::{FindPeople, find_people};
use crate::remote::remote;
use crate::search::{normalized, pattern};
use crate::session::Session;
use crate::ui::{Avatar, Dialog, Icon};
use crate::words::words;

const PATIENCE_MS: u32 = 150;

#[derive(Clone, PartialEq)]
enum Face {
    Page,
    /// A person, with the address of the picture if there is one.
    Person(Option<String>),
}

#[derive(Clone, PartialEq)]
struct Place {
    address: String,
    name: String,
    face: Face,
}

/// The palette's dialog.
#[component]
pub fn Palette(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open=open title=words().palette_label class="dialog palette">
            <Inside open=open/>
        </Dialog>
    }
}

#[component]
fn Inside(open: RwSignal<bool>) -> impl IntoView {
    let session = expect_context::<Session>();
    let navigate = use_navigate();
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let input = NodeRef::<html::Input>::new();
    let waiting = StoredValue::new_local(RefCell::new(None::<Timeout>));
    let (admin, contact) = (session.is_admin(), session.is_contact());

    let people = remote(move || {
        let wanted = typed.get();
        async move {
            if wanted.is_empty() || contact {
                return Ok(Vec::new());
            }
            let variables = find_people::Variables {
                pattern: pattern(&wanted),
            };
            crate::api::run::<FindPeople>(variables)
                .await
                .map(|data| data.user_cards)
        }
    });
    let places = Memo::new(move |_| {
        let wanted = typed.get();
        let pages = pages(admin, contact)
            .into_iter()
            .filter(|page| normalized(&page.name).contains(&wanted));
        let people = people
            .ok()
            .unwrap_or_default()
            .into_iter()
            .map(|card| Place {
                address: format!("/people/{}", card.id.unwrap_or_default()),
                name: card.name.unwrap_or_default(),
                face: Face::Person(card.avatar_url),
            });
        if wanted.is_empty() {
            pages.collect()
        } else {
            people.chain(pages).collect::<Vec<_>>()
        }
    });
    let go = StoredValue::new_local(move |place: &Place| {
        open.set(false);
        navigate(&place.address, NavigateOptions::default());
    });
    let type_on = move |_| {
        let wait = Timeout::new(PATIENCE_MS, move || {
            if let Some(input) = input.try_get_untracked().flatten() {
                typed.set(normalized(&input.value()));
                at.set(0);
            }
        });
        waiting.with_value(|waiting| waiting.replace(Some(wait)));
    };
    let press = move |event: KeyboardEvent| {
        let last = places.with_untracked(Vec::len).saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1).min(last)),
            "ArrowUp" => at.update(|at| *at = at.saturating_sub(1)),
            "Enter" => {
                let place = places.with_untracked(|places| places.get(at.get_untracked()).cloned());
                if let Some(place) = place {
                    go.with_value(|go| go(&place));
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            drop(input.focus());
        }
    });
    let rows = move || {
        places
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, place)| {
                let (name, face) = (place.name.clone(), place.face.clone());
                view! {
                    <li
                        id=format!("palette-{index}")
                        role="option"
                        aria-selected=move || (at.get() == index).to_string()
                        on:click=move |_| go.with_value(|go| go(&place))
                    >
                        {match face {
                            Face::Person(address) => view! { <Avatar name=name.clone() address=address/> }.into_any(),
                            Face::Page => view! { <Icon icon=icondata_lu::LuArrowRight/> }.into_any(),
                        }}
                        <span>{name}</span>
                    </li>
                }
            })
            .collect_view()
    };
    let nothing =
        move || !typed.with(String::is_empty) && !people.is_busy() && places.with(Vec::is_empty);
    view! {
        <div class="palette-search">
            <Icon icon=icondata_lu::LuSearch/>
            <input
                class="palette-input"
                role="combobox"
                aria-label=words().palette_label
                aria-expanded="true"
                aria-controls="palette-places"
                aria-activedescendant=move || format!("palette-{}", at.get())
                aria-autocomplete="list"
                autocomplete="off"
                spellcheck="false"
                placeholder=words().palette_label
                node_ref=input
                on:input=type_on
                on:keydown=press
            />
        </div>
        <ul id="palette-places" class="palette-places" role="listbox" aria-label=words().palette_label>{rows}</ul>
        <p class="palette-nothing" role="status">{move || nothing().then_some(words().palette_nothing)}</p>
    }
}

fn pages(admin: bool, contact: bool) -> Vec<Place> {
    let page = |address: &str, name: &str| Place {
        address: address.to_owned(),
        name: name.to_owned(),
        face: Face::Page,
    };
    let mut pages = Vec::new();
    if !contact {
        pages.extend([page("/", words().home), page("/people", words().people)]);
    }
    if admin {
        pages.extend([
            page("/services", words().services),
            page("/authorizations", words().authorizations),
            page("/authorizations/tokens", words().authorization_tokens),
            page("/authorizations/alerts", words().authorization_alerts),
            page("/authorizations/journal", words().authorization_journal),
            page("/operations/jobs", words().jobs),
        ]);
    } else {
        pages.push(page("/my-requests", words().my_requests));
    }
    pages
}
