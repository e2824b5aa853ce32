//! Who is signed in, as the server's session says it, and under which of their session roles this tab asks.
//! The session itself is a cookie that no script can read.

use leptos::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::api::{self, Answer, ApiError, Request, decode_text};
use crate::preferences;

/// The person signed in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Me {
    /// The user's key; a contact of authorization requests has none.
    #[serde(default)]
    pub id: Option<String>,
    pub name: String,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub avatar_url: Option<String>,
    pub roles: Vec<String>,
    pub default_role: String,
}

/// A way to sign in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Provider {
    #[serde(default)]
    pub kind: String,
    pub label: String,
    pub login_url: String,
}

/// What is known of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The server has not answered yet.
    Unknown,
    SignedOut,
    SignedIn(Me),
    /// The server gave no answer.
    Unreachable(ApiError),
}

/// The session of this tab.
#[derive(Clone, Copy)]
pub struct Session {
    state: RwSignal<State>,
    role: RwSignal<String>,
    providers: RwSignal<Vec<Provider>>,
    left: RwSignal<bool>,
}

#[derive(Deserialize)]
struct SignedIn {
    user: Me,
}

impl Session {
    /// A session that has asked nobody yet.
    pub fn new() -> Self {
        Self {
            state: RwSignal::new(State::Unknown),
            role: RwSignal::new(String::new()),
            providers: RwSignal::new(Vec::new()),
            left: RwSignal::new(false),
        }
    }

    /// What is known, tracked.
    pub fn state(self) -> State {
        self.state.get()
    }

    /// The person signed in, tracked.
    pub fn me(self) -> Option<Me> {
        match self.state.get() {
            State::SignedIn(me) => Some(me),
            _ => None,
        }
    }

    /// The session role in use, tracked.
    pub fn role(self) -> String {
        self.role.get()
    }

    /// Whether this tab asks as an administrator, tracked.
    pub fn is_admin(self) -> bool {
        self.role.with(|role| role == "admin")
    }

    /// Whether this tab asks as a contact of authorization requests, tracked.
    pub fn is_contact(self) -> bool {
        self.role.with(|role| role == "contact")
    }

    /// The ways to sign in, tracked.
    pub fn providers(self) -> Vec<Provider> {
        self.providers.get()
    }

    /// Whether anybody may sign in here by typing a name, tracked.
    pub fn is_demonstration(self) -> bool {
        self.providers
            .with(|providers| providers.iter().any(|provider| provider.kind == "dev"))
    }

    /// Asks the server who is signed in and how one may sign in.
    pub async fn refresh(self) {
        if let Ok(providers) = ask::<Vec<Provider>>("GET", "/auth/providers", None).await {
            self.providers.set(providers);
        }
        match ask::<SignedIn>("GET", "/auth/get_current_user", None).await {
            Ok(answer) => self.enter(answer.user),
            Err(error) if error.code == "network" => self.state.set(State::Unreachable(error)),
            Err(_) => self.leave(),
        }
    }

    /// Asks the server whether the session still stands, and shows the sign-in page if it says that it does not.
    pub async fn doubt(self) {
        if !self
            .state
            .with_untracked(|state| matches!(state, State::SignedIn(_)))
        {
            return;
        }
        let request = Request {
            method: "GET",
            address: "/auth/get_current_user",
            body: None,
            role: None,
        };
        if api::send(request)
            .await
            .is_ok_and(|answer| answer.status == 401)
        {
            self.leave();
        }
    }

    /// Whether somebody has just signed out, and so wants to come back to no page in particular.
    pub fn has_signed_out(self) -> bool {
        self.left.get_untracked()
    }

    /// Signs in by a name alone, where the server allows it.
    pub async fn sign_in(self, address: &str, login: &str, role: &str) -> Result<(), ApiError> {
        let body = json!({"login": login, "role": role}).to_string();
        let answer = ask::<SignedIn>("POST", address, Some(body)).await?;
        preferences::store("role", None);
        self.enter(answer.user);
        Ok(())
    }

    /// Signs in by the secret of a mailed link.
    pub async fn enter_by_link(self, secret: &str) -> Result<(), ApiError> {
        let body = json!({ "secret": secret }).to_string();
        let answer = ask::<SignedIn>("POST", "/auth/contact/enter", Some(body)).await?;
        preferences::store("role", None);
        self.enter(answer.user);
        Ok(())
    }

    /// Asks for a link to be mailed to a contact.
    pub async fn ask_for_link(self, email: &str) -> Result<(), ApiError> {
        let request = Request {
            method: "POST",
            address: "/auth/contact",
            body: Some(json!({ "email": email }).to_string()),
            role: None,
        };
        let answer = api::send(request).await?;
        if answer.status < 300 {
            return Ok(());
        }
        Err(refusal(&answer))
    }

    /// Ends the session at the server and here.
    pub async fn sign_out(self) -> Result<(), ApiError> {
        let request = Request {
            method: "POST",
            address: "/auth/logout",
            body: None,
            role: None,
        };
        // The socket may tell that the session has ended before the answer does.
        self.left.set(true);
        if let Err(error) = api::send(request).await {
            self.left.set(false);
            return Err(error);
        }
        preferences::store("role", None);
        self.leave();
        Ok(())
    }

    /// Asks under another of the person's session roles from now on.
    pub fn choose_role(self, role: &str) {
        preferences::store("role", Some(role));
        api::set_role(Some(role.to_owned()));
        self.role.set(role.to_owned());
    }

    fn enter(self, me: Me) {
        let stored = preferences::stored("role").filter(|role| me.roles.contains(role));
        let role = stored.unwrap_or_else(|| me.default_role.clone());
        api::set_role(Some(role.clone()));
        self.role.set(role);
        self.left.set(false);
        self.state.set(State::SignedIn(me));
    }

    fn leave(self) {
        api::set_role(None);
        self.role.set(String::new());
        self.state.set(State::SignedOut);
    }
}

/// The error of the routes under `/auth`.
#[derive(Deserialize)]
struct Refusal {
    error: RefusalFacts,
}

#[derive(Deserialize)]
struct RefusalFacts {
    code: String,
    message: String,
    #[serde(default)]
    request_id: Option<String>,
}

async fn ask<T: DeserializeOwned>(
    method: &'static str,
    address: &str,
    body: Option<String>,
) -> Result<T, ApiError> {
    let answer = api::send(Request {
        method,
        address,
        body,
        role: None,
    })
    .await?;
    if answer.status < 300
        && let Ok(value) = decode_text(&answer.body)
    {
        return Ok(value);
    }
    Err(refusal(&answer))
}

fn refusal(answer: &Answer) -> ApiError {
    match decode_text::<Refusal>(&answer.body) {
        Ok(Refusal { error }) => ApiError {
            code: error.code,
            message: error.message,
            request_id: error.request_id.or_else(|| answer.request_id.clone()),
        },
        Err(_) => ApiError {
            code: "unexpected".to_owned(),
            message: format!("HTTP {}", answer.status),
            request_id: answer.request_id.clone(),
        },
    }
}
