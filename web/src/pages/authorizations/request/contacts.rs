//! Who stands for a request, by their roles.

use leptos::prelude::*;
use leptos_router::components::A;

use super::name_of;
use crate::queries::authorization;
use crate::words::authorizations::said;

type Contact = authorization::AuthorizationAuthorizationRequestsByPkContacts;

const ROLES: [&str; 5] = [
    "applicant",
    "business",
    "technical",
    "controller",
    "data_protection_officer",
];

/// The contacts, the applicant first.
#[component]
pub fn Contacts(contacts: Vec<Contact>) -> impl IntoView {
    if contacts.is_empty() {
        return view! { <p class="muted">{said().no_contacts}</p> }.into_any();
    }
    let mut contacts = contacts;
    contacts.sort_by_key(|contact| ROLES.iter().position(|role| *role == contact.role));
    let one = |contact: Contact| {
        let name = name_of(
            contact.first_name.as_deref(),
            contact.last_name.as_deref(),
            &contact.email,
        );
        let name = match contact.user {
            Some(user) => view! { <A href=format!("/people/{}", user.id) attr:title=said().in_directory>{name}</A> }
                .into_any(),
            None => name.into_any(),
        };
        // Where an address must be broken, it is broken before its @.
        let at = contact.email.find('@').unwrap_or_default();
        let (person, place) = contact.email.split_at(at);
        let (person, place) = (person.to_owned(), place.to_owned());
        let job = contact.job.map(|job| format!("{job} · "));
        let phone = contact.phone.map(|phone| format!(" · {phone}"));
        view! {
            <div class="fact">
                <dt>{said().contact_role(&contact.role)}</dt>
                <dd><span>{name}</span><span class="muted">{job}{person}<wbr/>{place}{phone}</span></dd>
            </div>
        }
    };
    view! { <dl class="facts">{contacts.into_iter().map(one).collect_view()}</dl> }.into_any()
}
