//! Language, theme, and the account with its session roles.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast as _;

use crate::preferences::{Preferences, Theme};
use crate::session::Session;
use crate::ui::{Avatar, Dropdown, Icon};
use crate::words::{Language, words};

const LANGUAGE_BUTTON: &str = "language-menu";

/// The choice of language. The page is drawn anew; the focus comes back here.
#[component]
pub fn LanguageMenu() -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let spoken = preferences.language();
    let item = move |language: Language, name: &'static str| {
        let choose = move |_| {
            preferences.set_language(language);
            request_animation_frame(|| focus(LANGUAGE_BUTTON));
        };
        view! { <Radio name=name language=language.code() checked=Signal::derive(move || spoken == language) press=choose/> }
    };
    view! {
        <Dropdown
            label=words().language
            id=LANGUAGE_BUTTON
            menu=true
            class="panel to-left"
            face=view! { <span class="language-code">{words().language_code}</span> }
        >
            {item(Language::English, "English")}
            {item(Language::French, "Français")}
        </Dropdown>
    }
}

/// The choice of theme.
#[component]
pub fn ThemeMenu() -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let item = move |theme: Theme, name: &'static str| {
        let checked = Signal::derive(move || preferences.theme() == theme);
        view! { <Radio name=name checked=checked press=move |_| preferences.set_theme(theme)/> }
    };
    view! {
        <Dropdown label=words().theme menu=true class="panel to-left" face=view! { <Icon icon=icondata_lu::LuSunMoon/> }>
            {item(Theme::System, words().theme_system)}
            {item(Theme::Light, words().theme_light)}
            {item(Theme::Dark, words().theme_dark)}
        </Dropdown>
    }
}

/// The person signed in: their page, their session roles, and the way out.
#[component]
pub fn AccountMenu(help_open: RwSignal<bool>) -> impl IntoView {
    let session = expect_context::<Session>();
    let Some(me) = session.me() else {
        return ().into_any();
    };
    let navigate = StoredValue::new_local(use_navigate());
    let my_page = me.id.as_ref().map(|id| format!("/people/{id}"));
    let go = move |address: &str| {
        navigate.with_value(|navigate| navigate(address, NavigateOptions::default()));
    };
    let leave = move |_| {
        spawn_local(async move {
            if session.sign_out().await.is_err() {
                // The server did not hear it: ask who is signed in rather than pretend.
                session.refresh().await;
            }
        });
    };
    let roles = StoredValue::new(if me.roles.len() > 1 {
        me.roles.clone()
    } else {
        Vec::new()
    });
    let (name, email) = (
        StoredValue::new(me.name.clone()),
        StoredValue::new(me.email.clone()),
    );
    let my_page = StoredValue::new(my_page);
    view! {
        <Dropdown
            label=words().signed_in_as(&me.name)
            menu=true
            class="panel to-left wide"
            face=view! { <Avatar name=me.name.clone() address=me.avatar_url.clone()/> }
        >
            <p class="panel-head" role="none">
                <strong>{name.get_value()}</strong>
                {email.get_value().map(|email| view! { <span class="muted">{email}</span> })}
            </p>
            {my_page.get_value().map(|address| view! {
                <button type="button" role="menuitem" class="panel-item" data-close="" on:click=move |_| go(&address)>
                    <Icon icon=icondata_lu::LuUser/>
                    {words().my_page}
                </button>
            })}
            <button type="button" role="menuitem" class="panel-item" data-close="" on:click=move |_| help_open.set(true)>
                <Icon icon=icondata_lu::LuKeyboard/>
                {words().keyboard_shortcuts}
            </button>
            <Show when=move || !roles.with_value(Vec::is_empty)>
                <div role="group" aria-label=words().acting_as>
                    <p class="panel-title" aria-hidden="true">{words().acting_as}</p>
                    {roles.get_value().into_iter().map(|role| {
                        let name = words().role_name(&role);
                        let held = role.clone();
                        let checked = Signal::derive(move || session.role() == held);
                        view! { <Radio name=name checked=checked press=move |_| { go("/"); session.choose_role(&role); }/> }
                    }).collect_view()}
                </div>
            </Show>
            <button type="button" role="menuitem" class="panel-item" data-close="" on:click=leave>
                <Icon icon=icondata_lu::LuLogOut/>
                {words().sign_out}
            </button>
        </Dropdown>
    }
    .into_any()
}

#[component]
fn Radio(
    #[prop(into)] name: String,
    #[prop(optional)] language: Option<&'static str>,
    checked: Signal<bool>,
    press: impl Fn(leptos::ev::MouseEvent) + 'static,
) -> impl IntoView {
    view! {
        <button
            type="button"
            role="menuitemradio"
            class="panel-item"
            data-close=""
            lang=language
            aria-checked=move || checked.get().to_string()
            on:click=press
        >
            <Icon icon=icondata_lu::LuCheck/>
            {name}
        </button>
    }
}

fn focus(id: &str) {
    let element = document().get_element_by_id(id);
    if let Some(element) =
        element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
    {
        drop(element.focus());
    }
}
