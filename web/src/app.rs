//! All routes on one screen, and what every page stands on: session, preferences, messages.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::hooks::use_location;
use leptos_router::path;

use crate::frame::Frame;
use crate::lazy;
use crate::pages::{Dashboard, NotFound, PeopleRoute, SignIn, SignedIn};
use crate::preferences::Preferences;
use crate::session::{Session, State};
use crate::ui::{ErrorNote, Skeleton, Toasts};

/// The whole page.
#[component]
pub fn App() -> impl IntoView {
    let preferences = Preferences::load();
    let session = Session::new();
    provide_context(preferences);
    provide_context(session);
    provide_context(Toasts::new());
    crate::api::on_doubt(move || spawn_local(session.doubt()));
    spawn_local(session.refresh());

    view! { <Router><Standing preferences=preferences session=session/></Router> }
}

/// What stands there: for whom, in which language; or where a mailed link leads, whoever follows it.
#[component]
fn Standing(preferences: Preferences, session: Session) -> impl IntoView {
    let path = use_location().pathname;
    let linked = Memo::new(move |_| {
        path.with(|path| {
            if path.starts_with("/token/") {
                Some(lazy::token_shown as fn() -> AnyView)
            } else if path.starts_with("/sign-in/contact/") {
                Some(lazy::contact_entry as fn() -> AnyView)
            } else {
                None
            }
        })
    });
    // Another language, role or person draws everything anew: no text needs a signal of its own.
    let drawn_for = Memo::new(move |_| (preferences.language(), session.role(), session.state()));
    move || {
        let (language, _, state) = drawn_for.get();
        if let Some(root) = document().document_element() {
            // Setting an attribute of a valid name cannot fail.
            drop(root.set_attribute("lang", language.code()));
        }
        if let Some(page) = linked.get() {
            return page();
        }
        match state {
            State::Unknown => view! { <main class="alone"><Skeleton lines=3/></main> }.into_any(),
            State::Unreachable(error) => view! {
                <main class="alone"><ErrorNote error=error retry=move || spawn_local(session.refresh())/></main>
            }
            .into_any(),
            State::SignedIn(_) => pages(session).into_any(),
            State::SignedOut => view! { <SignIn/> }.into_any(),
        }
    }
}

/// The routes of who is signed in. A person is a part of the people's route, so that the list stays as it is while
/// one person after the other is looked at.
fn pages(session: Session) -> impl IntoView {
    let only = move |allowed: bool, page: fn() -> AnyView| {
        move || {
            if allowed {
                page()
            } else {
                view! { <NotFound/> }.into_any()
            }
        }
    };
    let for_admin = move |page| only(session.is_admin(), page);
    let for_users = move |page| only(!session.is_contact(), page);
    let for_others = move |page| only(!session.is_admin(), page);
    let home = move || {
        if session.is_contact() {
            lazy::my_requests()
        } else {
            view! { <Dashboard/> }.into_any()
        }
    };
    view! {
        <Frame>
            <FlatRoutes fallback=NotFound>
                <Route path=path!("/") view=home/>
                <Route path=path!("/people/:id?") view=for_users(|| view! { <PeopleRoute/> }.into_any())/>
                <Route path=path!("/services") view=for_admin(lazy::services)/>
                <Route path=path!("/services/runs/:id") view=for_admin(lazy::run)/>
                <Route path=path!("/authorizations/tokens") view=for_admin(lazy::tokens)/>
                <Route path=path!("/authorizations/alerts") view=for_admin(lazy::alerts)/>
                <Route path=path!("/authorizations/journal/:id?") view=for_admin(lazy::deliveries)/>
                <Route path=path!("/authorizations/:id?") view=for_admin(lazy::requests)/>
                <Route path=path!("/operations/jobs") view=for_admin(lazy::jobs)/>
                <Route path=path!("/my-requests") view=for_others(lazy::my_requests)/>
                <Route path=path!("/my-requests/:id/prolong") view=for_others(lazy::prolong)/>
                <Route path=path!("/sign-in") view=SignedIn/>
            </FlatRoutes>
        </Frame>
    }
}
