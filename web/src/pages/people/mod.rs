//! People: the list, and beside it the person who is open.
//!
//! Administrators see the directory (`users`); everybody else sees the cards (`user_cards`).

mod cards;
mod users;

use leptos::prelude::*;

use crate::pages::person::open_person;
use crate::session::Session;
use crate::ui::{Split, use_open};
use crate::words::words;
use cards::Cards;
use users::Users;

/// The list and the open person.
#[component]
pub fn PeopleRoute() -> impl IntoView {
    let admin = expect_context::<Session>().is_admin();
    let open = use_open();
    let list = move || {
        if admin {
            view! { <Users open=open/> }.into_any()
        } else {
            view! { <Cards open=open/> }.into_any()
        }
    };
    view! { <Split open=open title=words().people list=list detail=open_person/> }
}
