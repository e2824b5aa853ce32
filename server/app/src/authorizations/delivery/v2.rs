//! The second generation: everything under `data`, people by prefixed fields (reference/datapass.md § 1.5).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Contact, Content, Role, Snapshot, State, Unreadable, email, id, scopes, siret, text};

pub(super) fn read(envelope: &Map<String, Value>) -> Result<Snapshot, Unreadable> {
    let data = envelope.get("data").and_then(Value::as_object);
    let data = data.ok_or(Unreadable::Missing("data"))?;
    let external_id = id(envelope, "model_id").or_else(|| id(data, "id"));
    let none = Map::new();
    let object = |name: &str| data.get(name).and_then(Value::as_object).unwrap_or(&none);
    let (form, organization) = (object("data"), object("organization"));
    Ok(Snapshot {
        external_id: external_id.ok_or(Unreadable::Missing("model_id"))?,
        state: text(data, "state").and_then(|name| State::parse(&name)),
        content: Content {
            public_id: text(data, "public_id").and_then(|id| id.parse().ok()),
            title: text(form, "intitule"),
            description: text(form, "description"),
            form: text(data, "form_uid"),
            siret: siret(organization, "siret"),
            organization: text(organization, "name"),
            previous_external_id: None,
            service_provider: data
                .get("service_provider")
                .filter(|it| it.is_object())
                .cloned(),
            modalities: codes(form, "modalities").unwrap_or_default(),
        },
        contacts: contacts(object("applicant"), form),
        scopes: codes(form, "scopes").map(scopes),
        has_active_authorization: has_active(data),
    })
}

fn codes(form: &Map<String, Value>, name: &str) -> Option<BTreeSet<String>> {
    let codes = form.get(name)?.as_array()?.iter().filter_map(Value::as_str);
    Some(codes.map(str::to_owned).collect())
}

/// Whether a main authorization is in force: one of the request's own kind, where kinds are told; those of another one (of
/// `FranceConnect`, say) hang on it. By `state`: the member `revoked` is a relic that nothing sets.
fn has_active(data: &Map<String, Value>) -> Option<bool> {
    let own = text(data, "type");
    let is_main = |authorization: &&Value| {
        let kind = authorization.get("authorization_request_class");
        let kind = kind.and_then(Value::as_str);
        kind.is_none() || own.is_none() || kind == own.as_deref()
    };
    let authorizations = data.get("authorizations")?.as_array()?;
    let mut main = authorizations.iter().filter(is_main).peekable();
    main.peek()?;
    Some(main.any(|authorization| authorization["state"] == "active"))
}

fn contacts(applicant: &Map<String, Value>, form: &Map<String, Value>) -> BTreeMap<Role, Contact> {
    let others = [
        (Role::Business, "contact_metier"),
        (Role::Technical, "contact_technique"),
        (Role::Controller, "responsable_traitement"),
        (Role::DataProtectionOfficer, "delegue_protection_donnees"),
    ];
    let others = others.into_iter().filter_map(|(role, prefix)| {
        Some((role, contact(form, &|name| format!("{prefix}_{name}"))?))
    });
    let applicant = contact(applicant, &str::to_owned);
    let applicant = applicant.map(|contact| (Role::Applicant, contact));
    applicant.into_iter().chain(others).collect()
}

fn contact(object: &Map<String, Value>, named: &dyn Fn(&str) -> String) -> Option<Contact> {
    let field = |name: &str| text(object, &named(name));
    Some(Contact {
        email: email(object, &named("email"))?,
        first_name: field("given_name"),
        last_name: field("family_name"),
        phone: field("phone_number"),
        job: field("job_title"),
    })
}
