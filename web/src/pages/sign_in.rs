//! Signing in: by a provider, or by a name alone on a demonstration server.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};

use crate::frame::{Demonstration, LanguageMenu, ThemeMenu};
use crate::session::{Provider, Session};
use crate::ui::{Notice, PageTitle, ServiceIcon};
use crate::words::words;

/// Sends on whoever is signed in and still at the address of the sign-in page.
#[component]
pub fn SignedIn() -> impl IntoView {
    let query = use_query_map();
    let navigate = use_navigate();
    Effect::new(move |_| {
        // Only a path of this server: "//host" would lead elsewhere.
        let next = query
            .with_untracked(|query| query.get("next"))
            .filter(|next| next.starts_with('/') && !next.starts_with("//"));
        go(&navigate, next.as_deref().unwrap_or("/"));
    });
}

fn go(navigate: &impl Fn(&str, NavigateOptions), address: &str) {
    navigate(
        address,
        NavigateOptions {
            replace: true,
            ..NavigateOptions::default()
        },
    );
}

/// An address that remembers where the reader wanted to go.
fn with_next(address: &str, next: &str) -> String {
    let next = String::from(js_sys::encode_uri_component(next));
    format!("{address}?next={next}")
}

/// The sign-in page. It stands at an address of its own, which remembers where the reader wanted to go.
#[component]
pub fn SignIn() -> impl IntoView {
    let session = expect_context::<Session>();
    let query = use_query_map();
    let here = use_location();
    let navigate = use_navigate();
    Effect::new(move |_| {
        let (path, search) = (here.pathname.get_untracked(), here.search.get_untracked());
        if path == "/" || session.has_signed_out() {
            go(&navigate, "/sign-in");
        } else if path != "/sign-in" {
            let wanted = if search.is_empty() {
                path
            } else {
                format!("{path}?{search}")
            };
            go(&navigate, &with_next("/sign-in", &wanted));
        }
    });
    let (names, others): (Vec<_>, Vec<_>) = session
        .providers()
        .into_iter()
        .partition(|provider| provider.kind == "dev");
    let nobody = names.is_empty() && others.is_empty();
    let both = !names.is_empty() && !others.is_empty();
    let next = Memo::new(move |_| query.with(|query| query.get("next")));
    let error = query.with_untracked(|query| query.get("error"));
    view! {
        <Demonstration/>
        <div class="sign-in">
            <div class="sign-in-choices"><LanguageMenu/><ThemeMenu/></div>
            <main class="sign-in-box">
                <span class="brand-mark large" aria-hidden="true"></span>
                <PageTitle title=words().sign_in/>
                <p class="lead">{words().sign_in_lead}</p>
                {error.map(|code| view! { <div role="alert"><Notice tone="bad" text=words().sign_in_error(&code)/></div> })}
                {nobody.then(|| view! { <Notice tone="warn" text=words().no_providers/> })}
                {others.into_iter().map(|provider| view! { <ProviderLink provider=provider next=next/> }).collect_view()}
                {both.then(|| view! { <p class="or"><span>{words().or}</span></p> })}
                {names.into_iter().map(|provider| view! { <NameForm address=provider.login_url/> }).collect_view()}
                <ContactLink/>
            </main>
        </div>
    }
}

#[component]
fn ProviderLink(provider: Provider, next: Memo<Option<String>>) -> impl IntoView {
    let login_url = provider.login_url;
    let address = move || {
        next.get()
            .map_or_else(|| login_url.clone(), |next| with_next(&login_url, &next))
    };
    view! {
        <a class="button provider" href=address rel="external">
            {(provider.kind == "github").then(|| view! { <ServiceIcon kind="github"/> })}
            {words().sign_in_with(&provider.label)}
        </a>
    }
}

#[component]
fn NameForm(address: String) -> impl IntoView {
    let session = expect_context::<Session>();
    let role = RwSignal::new("admin");
    let failure = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let name = NodeRef::<html::Input>::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(name) = name.get_untracked() else {
            return;
        };
        let login = name.value().trim().to_owned();
        if login.is_empty() {
            failure.set(Some(words().your_name_missing.to_owned()));
            drop(name.focus());
            return;
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let address = address.clone();
        spawn_local(async move {
            let outcome = session
                .sign_in(&address, &login, role.get_untracked())
                .await;
            busy.try_set(false);
            failure.try_set(outcome.err().map(|error| words().error(&error)));
        });
    };
    let choice = move |value: &'static str| {
        view! {
            <label class="choice">
                <input type="radio" name="role" value=value prop:checked=move || role.get() == value on:change=move |_| role.set(value)/>
                <span>{words().role_name(value)}</span>
            </label>
        }
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <Field
                id="name"
                kind="text"
                autocomplete="username"
                label=words().your_name
                help=words().your_name_help
                failure=failure
                node=name
            />
            <fieldset class="choices">
                <legend>{words().try_as}</legend>
                {choice("admin")}
                {choice("user")}
            </fieldset>
            <button type="submit" class="button primary" aria-busy=move || busy.get().then_some("true")>{words().sign_in}</button>
        </form>
    }
}

/// Mails a link to a contact of authorization requests, whom the directory does not know.
#[component]
fn ContactLink() -> impl IntoView {
    let session = expect_context::<Session>();
    let email = NodeRef::<html::Input>::new();
    let busy = RwSignal::new(false);
    let is_sent = RwSignal::new(false);
    let failure = RwSignal::new(None::<String>);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(email) = email.get_untracked() else {
            return;
        };
        let address = email.value().trim().to_owned();
        if !address.contains('@') {
            failure.set(Some(words().contact_link_missing.to_owned()));
            drop(email.focus());
            return;
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        is_sent.set(false);
        spawn_local(async move {
            let outcome = session.ask_for_link(&address).await;
            busy.try_set(false);
            is_sent.try_set(outcome.is_ok());
            failure.try_set(outcome.err().map(|error| words().error(&error)));
        });
    };
    view! {
        <details class="contact-link">
            <summary>{words().contact_link}</summary>
            <form class="form" novalidate on:submit=submit>
                <Field
                    id="contact-email"
                    kind="email"
                    autocomplete="email"
                    label=words().email
                    help=words().contact_link_help
                    failure=failure
                    node=email
                />
                <button type="submit" class="button" aria-busy=move || busy.get().then_some("true")>{words().contact_link_send}</button>
                <p role="status">{move || is_sent.get().then_some(words().contact_link_sent)}</p>
            </form>
        </details>
    }
}

/// A field to fill in: its label above, below it the help, and what kept it from being accepted.
#[component]
fn Field(
    id: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    label: &'static str,
    help: &'static str,
    failure: RwSignal<Option<String>>,
    node: NodeRef<html::Input>,
) -> impl IntoView {
    let (help_id, error_id) = (format!("{id}-help"), format!("{id}-error"));
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                id=id
                type=kind
                class="input"
                autocomplete=autocomplete
                spellcheck="false"
                aria-describedby=format!("{help_id} {error_id}")
                aria-invalid=move || failure.get().is_some().then_some("true")
                node_ref=node
            />
            <span class="help" id=help_id>{help}</span>
            <span class="field-error" id=error_id role="alert">{move || failure.get()}</span>
        </div>
    }
}
