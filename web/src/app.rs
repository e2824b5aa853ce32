//! All routes on one screen, and what every page stands on: session, preferences, messages.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::{ParentRoute, ProtectedParentRoute, Route, Router, Routes};
use leptos_router::path;

use crate::frame::Frame;
use crate::pages::{Dashboard, NotFound, PeopleRoute, PersonRoute, RunRoute, Services, SignIn};
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
    spawn_local(session.refresh());

    // Another language, role or person draws everything anew: no text needs a signal of its own.
    let drawn_for = Memo::new(move |_| (preferences.language(), session.role(), session.state()));
    let page = move || {
        let (language, _, state) = drawn_for.get();
        if let Some(root) = document().document_element() {
            // Setting an attribute of a valid name cannot fail.
            drop(root.set_attribute("lang", language.code()));
        }
        match state {
            State::Unknown => view! { <main class="alone"><Skeleton lines=3/></main> }.into_any(),
            State::Unreachable(error) => view! {
                <main class="alone"><ErrorNote error=error retry=move || spawn_local(session.refresh())/></main>
            }
            .into_any(),
            State::SignedIn(_) | State::SignedOut => pages(session).into_any(),
        }
    };
    view! { <Router>{page}</Router> }
}

fn pages(session: Session) -> impl IntoView {
    let signed_in = move || Some(session.me().is_some());
    let for_admin = move |page: fn() -> AnyView| {
        move || {
            if session.is_admin() {
                page()
            } else {
                view! { <NotFound/> }.into_any()
            }
        }
    };
    view! {
        <Routes fallback=NotFound>
            <Route path=path!("/sign-in") view=SignIn/>
            <ProtectedParentRoute path=path!("") view=Frame condition=signed_in redirect_path=sign_in_and_return>
                <Route path=path!("/") view=Dashboard/>
                <ParentRoute path=path!("/people") view=PeopleRoute>
                    <Route path=path!("") view=|| ()/>
                    <Route path=path!("/:id") view=PersonRoute/>
                </ParentRoute>
                <Route path=path!("/services") view=for_admin(|| view! { <Services/> }.into_any())/>
                <Route path=path!("/services/runs/:id") view=for_admin(|| view! { <RunRoute/> }.into_any())/>
                <Route path=path!("/*any") view=NotFound/>
            </ProtectedParentRoute>
        </Routes>
    }
}

/// The sign-in page, which comes back here afterwards.
fn sign_in_and_return() -> String {
    let location = window().location();
    let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    if here == "/" {
        return "/sign-in".to_owned();
    }
    format!(
        "/sign-in?next={}",
        String::from(js_sys::encode_uri_component(&here))
    )
}
