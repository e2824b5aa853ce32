//! Where the links of our mails lead: a contact signs in, and a token is shown. Both ask first, because programs that open
//! links in mails must use nothing up.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use serde::Deserialize;
use serde_json::json;

use crate::api::{ApiError, Request, decode_text, send};
use crate::format;
use crate::frame::{LanguageMenu, ThemeMenu};
use crate::session::Session;
use crate::ui::{Button, Look, Notice, PageTitle};
use crate::words::authorizations::said;
use crate::words::words;

/// The secret at the end of the address.
fn secret() -> String {
    let path = use_location().pathname.get_untracked();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

#[component]
fn Alone(title: &'static str, lead: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="sign-in">
            <div class="sign-in-choices"><LanguageMenu/><ThemeMenu/></div>
            <main class="sign-in-box">
                <span class="brand-mark large" aria-hidden="true"></span>
                <PageTitle title=title/>
                <p class="lead">{lead}</p>
                {children()}
            </main>
        </div>
    }
}

/// Lets a contact in.
#[component]
pub fn ContactEntry() -> impl IntoView {
    let session = expect_context::<Session>();
    let navigate = StoredValue::new_local(use_navigate());
    let secret = StoredValue::new(secret());
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<String>);
    let press = move |_| {
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let outcome = session.enter_by_link(&secret.get_value()).await;
            busy.try_set(false);
            match outcome {
                Ok(()) => navigate
                    .with_value(|navigate| navigate("/my-requests", NavigateOptions::default())),
                Err(_) => drop(failure.try_set(Some(said().entry_refused.to_owned()))),
            }
        });
    };
    view! {
        <Alone title=said().entry_title lead=said().entry_lead>
            <Refusal failure=failure/>
            <Button look=Look::Primary busy=busy press=press>{said().entry}</Button>
        </Alone>
    }
}

/// What `/tokens/show` answers with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Shown {
    token: String,
    token_id: String,
    title: Option<String>,
    expires_at: String,
}

/// Shows a token, once.
#[component]
pub fn TokenShown() -> impl IntoView {
    let secret = StoredValue::new(secret());
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<String>);
    let shown = RwSignal::new(None::<Shown>);
    let press = move |_| {
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let outcome = ask(&secret.get_value()).await;
            busy.try_set(false);
            match outcome {
                Ok(token) => drop(shown.try_set(token)),
                Err(error) => drop(failure.try_set(Some(words().error(&error)))),
            }
            if shown.try_with_untracked(Option::is_none) == Some(true)
                && failure.try_with_untracked(Option::is_none) == Some(true)
            {
                failure.set(Some(said().token_refused.to_owned()));
            }
        });
    };
    let content = move || match shown.get() {
        Some(token) => view! { <Token token=token/> }.into_any(),
        None => view! {
            <Refusal failure=failure/>
            <Button look=Look::Primary busy=busy press=press>{said().show_token}</Button>
        }
        .into_any(),
    };
    view! { <Alone title=said().show_title lead=said().show_lead>{content}</Alone> }
}

/// The token, if the link still holds.
async fn ask(secret: &str) -> Result<Option<Shown>, ApiError> {
    let request = Request {
        method: "POST",
        address: "/tokens/show",
        body: Some(json!({ "secret": secret }).to_string()),
        role: None,
    };
    let answer = send(request).await?;
    Ok(decode_text::<Shown>(&answer.body).ok())
}

#[component]
fn Token(token: Shown) -> impl IntoView {
    let ends = format::day_of(&token.expires_at);
    let title = token.title.unwrap_or_else(|| said().untitled.to_owned());
    view! {
        <Notice tone="warn" text=said().shown_once/>
        <p><strong>{title}</strong> " · " <span class="muted">{said().expires} " " {ends}</span></p>
        <label class="field">
            <span>{said().token}</span>
            <textarea class="input area token" rows="8" readonly autocomplete="off" spellcheck="false" prop:value=token.token></textarea>
        </label>
        <p class="muted"><code>{token.token_id}</code></p>
    }
}

#[component]
fn Refusal(failure: RwSignal<Option<String>>) -> impl IntoView {
    move || {
        failure
            .get()
            .map(|text| view! { <div role="alert"><Notice tone="bad" text=text/></div> })
    }
}
