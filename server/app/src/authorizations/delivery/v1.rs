//! The first generation: everything under `data.pass`, people in a list (reference/datapass.md § 1.4).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Contact, Content, Role, Snapshot, State, Unreadable, email, id, scopes, siret, text};

pub(super) fn read(envelope: &Map<String, Value>) -> Result<Snapshot, Unreadable> {
    let pass = envelope.get("data").and_then(|data| data.get("pass"));
    let pass = pass.and_then(Value::as_object);
    let pass = pass.ok_or(Unreadable::Missing("data.pass"))?;
    let selected = pass.get("scopes").and_then(Value::as_object).map(|codes| {
        let selected = codes
            .iter()
            .filter(|(_, is_selected)| **is_selected == Value::Bool(true));
        scopes(selected.map(|(code, _)| code.clone()))
    });
    Ok(Snapshot {
        external_id: id(pass, "id").ok_or(Unreadable::Missing("data.pass.id"))?,
        state: text(pass, "status").and_then(|name| State::parse(&name)),
        content: Content {
            public_id: None,
            title: text(pass, "intitule"),
            description: text(pass, "description"),
            form: text(pass, "demarche"),
            siret: siret(pass, "siret"),
            organization: None,
            previous_external_id: id(pass, "copied_from_enrollment_id"),
            service_provider: None,
            modalities: BTreeSet::new(),
        },
        contacts: contacts(pass),
        scopes: selected,
        has_active_authorization: None,
    })
}

/// The first of each role that has an address.
fn contacts(pass: &Map<String, Value>) -> BTreeMap<Role, Contact> {
    let members = pass.get("team_members").and_then(Value::as_array);
    let mut contacts = BTreeMap::new();
    for member in members.into_iter().flatten().filter_map(Value::as_object) {
        let Some((role, email)) = role(member).zip(email(member, "email")) else {
            continue;
        };
        contacts.entry(role).or_insert_with(|| Contact {
            email,
            first_name: text(member, "given_name"),
            last_name: text(member, "family_name"),
            phone: text(member, "phone_number"),
            job: text(member, "job"),
        });
    }
    contacts
}

fn role(member: &Map<String, Value>) -> Option<Role> {
    Some(match text(member, "type")?.as_str() {
        "demandeur" => Role::Applicant,
        "contact_metier" => Role::Business,
        "responsable_technique" | "contact_technique" => Role::Technical,
        "responsable_traitement" => Role::Controller,
        "delegue_protection_donnees" => Role::DataProtectionOfficer,
        _ => return None,
    })
}
