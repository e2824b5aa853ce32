//! The keyboard: one listener for the window, and the help that lists it. Single keys do nothing while somebody types,
//! in a dialog, or when they are switched off.

use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

use crate::preferences::Preferences;
use crate::session::Session;
use crate::ui::{Dialog, Icon};
use crate::words::words;

const GO_PATIENCE_MS: f64 = 1_500.0;

/// Listens while the frame stands.
pub fn listen(palette_open: RwSignal<bool>, help_open: RwSignal<bool>) {
    let preferences = expect_context::<Preferences>();
    let session = expect_context::<Session>();
    let navigate = use_navigate();
    let go_pressed_at = StoredValue::new(f64::NEG_INFINITY);
    let handle = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        let key = event.key();
        if (event.meta_key() || event.ctrl_key()) && key.eq_ignore_ascii_case("k") {
            event.prevent_default();
            palette_open.update(|open| *open = !*open);
            return;
        }
        if event.meta_key() || event.ctrl_key() || event.alt_key() || is_taken(&event) {
            return;
        }
        if key == "Escape" {
            close_panel();
            return;
        }
        if !preferences.single_keys() {
            return;
        }
        let after_go = event.time_stamp() - go_pressed_at.get_value() < GO_PATIENCE_MS;
        go_pressed_at.set_value(f64::NEG_INFINITY);
        if after_go {
            let mut places = places(&session).into_iter();
            if let Some(place) = places.find(|place| place.keys[1] == key) {
                navigate(place.address, NavigateOptions::default());
            }
            return;
        }
        match key.as_str() {
            "g" => go_pressed_at.set_value(event.time_stamp()),
            "j" => move_row(1),
            "k" => move_row(-1),
            "/" => {
                event.prevent_default();
                focus("[data-list-search]");
            }
            "?" => help_open.set(true),
            _ => {}
        }
    });
    on_cleanup(move || handle.remove());
}

fn is_taken(event: &KeyboardEvent) -> bool {
    let typing = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|target| {
            matches!(
                target.closest("input, textarea, select, dialog, [role=menu]"),
                Ok(Some(_))
            )
        });
    typing || event.default_prevented()
}

fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

fn focus(selector: &str) {
    if let Some(element) = find(selector) {
        drop(element.focus());
    }
}

fn close_panel() {
    if let Some(link) = find("[data-close-panel]") {
        link.click();
    }
}

/// Moves the focus to the link of another row; with a panel open, the panel follows.
fn move_row(step: i32) {
    let Ok(found) = document().query_selector_all("[data-row] a[data-row-link]") else {
        return;
    };
    let links: Vec<HtmlElement> = (0..found.length())
        .filter_map(|index| found.get(index)?.dyn_into().ok())
        .collect();
    let active = document().active_element();
    let is_current = |link: &HtmlElement| {
        active.as_ref() == Some(link.as_ref())
            || matches!(link.closest("[aria-current=true]"), Ok(Some(_)))
    };
    let at = links
        .iter()
        .position(is_current)
        .and_then(|at| i32::try_from(at).ok());
    let next = at.map_or(0, |at| at + step);
    let Some(link) = usize::try_from(next).ok().and_then(|next| links.get(next)) else {
        return;
    };
    drop(link.focus());
    if find("[data-close-panel]").is_some() {
        link.click();
    }
}

/// The list of shortcuts, with the switch for single keys.
#[component]
pub fn ShortcutHelp(open: RwSignal<bool>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let session = expect_context::<Session>();
    let shortcuts = StoredValue::new(shortcuts(&session));
    view! {
        <Dialog open=open title=words().keyboard_shortcuts>
            <div class="dialog-head">
                <h2>{words().keyboard_shortcuts}</h2>
                <button type="button" class="button quiet icon-only" aria-label=words().close on:click=move |_| open.set(false)>
                    <Icon icon=icondata_lu::LuX/>
                </button>
            </div>
            <dl class="shortcuts">
                {shortcuts.get_value().into_iter().map(|(keys, meaning)| view! {
                    <div>
                        <dt>{meaning}</dt>
                        <dd>{keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect_view()}</dd>
                    </div>
                }).collect_view()}
            </dl>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || preferences.single_keys()
                    on:change=move |event| preferences.set_single_keys(event_target_checked(&event))
                />
                {words().single_keys}
            </label>
        </Dialog>
    }
}

fn shortcuts(session: &Session) -> Vec<(&'static [&'static str], &'static str)> {
    let words = words();
    let mut list: Vec<(&'static [&'static str], &'static str)> = vec![
        (&["Ctrl", "K"], words.key_palette),
        (&["/"], words.key_search),
        (&["j", "k"], words.key_rows),
        (&["Enter"], words.key_open),
        (&["Esc"], words.key_escape),
    ];
    let places = places(session).into_iter();
    list.extend(places.map(|place| (place.keys.as_slice(), place.meaning)));
    list.push((&["?"], words.key_help));
    list
}

/// Where two keys lead: `g`, and the second of these.
struct Place {
    keys: &'static [&'static str; 2],
    address: &'static str,
    meaning: &'static str,
}

/// The places that who is signed in may go to.
fn places(session: &Session) -> Vec<Place> {
    let words = words();
    let place = |keys, address, meaning| Place {
        keys,
        address,
        meaning,
    };
    let mut places = vec![place(&["g", "h"], "/", words.key_home)];
    if !session.is_contact() {
        places.push(place(&["g", "p"], "/people", words.key_people));
    }
    if session.is_admin() {
        places.extend([
            place(&["g", "s"], "/services", words.key_services),
            place(&["g", "r"], "/authorizations", words.key_requests),
            place(&["g", "t"], "/authorizations/tokens", words.key_tokens),
            place(&["g", "l"], "/authorizations/alerts", words.key_alerts),
            place(&["g", "j"], "/authorizations/journal", words.key_journal),
            place(&["g", "o"], "/operations/jobs", words.key_jobs),
        ]);
    } else {
        places.push(place(&["g", "r"], "/my-requests", words.key_my_requests));
    }
    places
}
