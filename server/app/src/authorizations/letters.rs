//! Letters to the contacts of one request: each person once, whatever their roles; and who gets the link that shows a token.

use std::collections::BTreeMap;

use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    delivery::{Contact, Role},
    tokens::links,
};
use crate::{
    db::sql,
    jobs::NewJob,
    mail::{Letter, Template},
};

/// Who is told of what a request is granted, and of its end.
pub(super) const CONCERNED: [Role; 3] = [Role::Applicant, Role::Business, Role::Technical];
/// Who is shown a token: the first of them that there is.
const HOLDERS: [Role; 2] = [Role::Technical, Role::Applicant];

/// What letters about one request speak of, and who there is to read them.
pub(super) struct Letters {
    people: Vec<Person>,
    values: Map<String, Value>,
}

struct Person {
    email: String,
    name: Option<String>,
    roles: Vec<Role>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Nullable<Text>)]
    first_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    last_name: Option<String>,
}

impl Letters {
    /// Letters to these contacts, which speak of these values.
    pub(super) fn new(contacts: &BTreeMap<Role, Contact>, values: Map<String, Value>) -> Self {
        let mut people: Vec<Person> = Vec::new();
        for (role, contact) in contacts {
            let names = [&contact.first_name, &contact.last_name];
            let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
            let name = (!names.is_empty()).then(|| names.join(" "));
            match people.iter_mut().find(|it| it.email == contact.email) {
                Some(known) => {
                    known.roles.push(*role);
                    known.name = known.name.take().or(name);
                }
                None => people.push(Person {
                    email: contact.email.clone(),
                    name,
                    roles: vec![*role],
                }),
            }
        }
        Self { people, values }
    }

    /// Letters to the contacts of a request as they are in its rows.
    pub(super) async fn of(
        conn: &mut AsyncPgConnection,
        request: Uuid,
        values: Map<String, Value>,
    ) -> QueryResult<Self> {
        let rows: Vec<Row> = sql(
            "select role, email::text as email, first_name, last_name from authorization_request_contacts \
             where request_id = $1",
        )
        .bind::<SqlUuid, _>(request)
        .load(conn)
        .await?;
        let contact = |row: Row| {
            let contact = Contact {
                email: row.email,
                first_name: row.first_name,
                last_name: row.last_name,
                phone: None,
                job: None,
            };
            Some((Role::named(&row.role)?, contact))
        };
        Ok(Self::new(
            &rows.into_iter().filter_map(contact).collect(),
            values,
        ))
    }

    /// The same letter to whoever holds one of these roles.
    pub(super) fn to(&self, roles: &[Role], template: Template, occasion: &str) -> Vec<NewJob> {
        let readers = self.people.iter().filter(|person| person.is_any_of(roles));
        readers
            .map(|person| self.letter(person, template).job(occasion))
            .collect()
    }

    /// Word of a first approval to applicant, business and technical contact; to whoever holds tokens with the link that
    /// shows this one.
    pub(super) fn about_new_token(&self, token: Uuid, occasion: &str) -> Vec<NewJob> {
        let holder = self.holder().map(|holder| holder.email.as_str());
        let letter = |person: &Person| {
            if Some(person.email.as_str()) == holder {
                let letter = self.letter(person, Template::TokenIssued);
                links::job(&letter, token, occasion)
            } else {
                self.letter(person, Template::RequestApproved).job(occasion)
            }
        };
        let readers = self
            .people
            .iter()
            .filter(|person| person.is_any_of(&CONCERNED));
        readers.map(letter).collect()
    }

    /// The link to a token for whoever holds tokens.
    pub(super) fn link(&self, token: Uuid, occasion: &str) -> Option<NewJob> {
        let holder = self.holder()?;
        Some(self.link_to(holder, token, occasion))
    }

    /// The link to a token for one of the contacts.
    pub(super) fn link_for(&self, email: &str, token: Uuid, occasion: &str) -> Option<NewJob> {
        let person = self.people.iter().find(|person| person.email == email)?;
        Some(self.link_to(person, token, occasion))
    }

    fn link_to(&self, person: &Person, token: Uuid, occasion: &str) -> NewJob {
        links::job(&self.letter(person, Template::TokenLink), token, occasion)
    }

    fn holder(&self) -> Option<&Person> {
        let holding = |role| self.people.iter().find(|person| person.is_any_of(&[role]));
        HOLDERS.into_iter().find_map(holding)
    }

    fn letter(&self, person: &Person, template: Template) -> Letter {
        let mut values = self.values.clone();
        values.insert("name".to_owned(), json!(person.name));
        Letter {
            to: person.email.clone(),
            template,
            values,
        }
    }
}

impl Person {
    fn is_any_of(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }
}
