//! Which contacts of requests the person signed in is. The server decides the same way over what they may do.

use leptos::prelude::*;

use super::Contact;
use crate::queries::{OwnContacts, own_contacts};
use crate::remote::live;
use crate::session::Session;

/// How contacts name the person signed in.
#[derive(Debug, Clone, PartialEq)]
pub enum Own {
    /// Whoever came by a mailed link: by the address that it proved.
    Address(String),
    /// A user: by the keys of the contacts whose addresses are proved to be theirs.
    Contacts(Vec<String>),
}

impl Own {
    /// Whether this contact is the person signed in.
    fn is(&self, contact: &Contact) -> bool {
        match self {
            Self::Address(email) => email.eq_ignore_ascii_case(&contact.email),
            Self::Contacts(ids) => ids.contains(&contact.id),
        }
    }

    /// The roles of the person signed in among the contacts of one request.
    pub fn roles(&self, contacts: &[Contact]) -> Roles {
        let own = contacts.iter().filter(|contact| self.is(contact));
        Roles(own.map(|contact| contact.role.clone()).collect())
    }
}

/// The own roles for one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roles(Vec<String>);

impl Roles {
    /// Whether one decides over the request.
    pub fn is_applicant(&self) -> bool {
        self.has("applicant")
    }

    /// Whether one may be shown the tokens.
    pub fn may_see_tokens(&self) -> bool {
        self.is_applicant() || self.has("technical")
    }

    fn has(&self, role: &str) -> bool {
        self.0.iter().any(|own| own == role)
    }
}

/// How contacts name the person signed in, once it is known.
pub fn use_own() -> Signal<Option<Own>> {
    let me = expect_context::<Session>().me();
    match me.map(|me| (me.id, me.email)) {
        Some((Some(user), _)) => {
            let own = live::<OwnContacts>(move || own_contacts::Variables { user: user.clone() });
            let ids = move |_: Option<&_>| {
                // Nothing is offered to somebody of whom the server says nothing.
                let contacts = own
                    .get()?
                    .map_or_else(|_| Vec::new(), |data| data.authorization_request_contacts);
                Some(Own::Contacts(
                    contacts.into_iter().map(|contact| contact.id).collect(),
                ))
            };
            Memo::new(ids).into()
        }
        Some((None, Some(email))) => Signal::stored(Some(Own::Address(email))),
        _ => Signal::stored(Some(Own::Contacts(Vec::new()))),
    }
}
