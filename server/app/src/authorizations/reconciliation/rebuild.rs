//! A lost event in the words of the webhook (reference/datapass.md § 1.5), from what the REST API shows.
//!
//! The state and the authorizations are those of now, so that only the newest event of a request gets them; what an older
//! one led to, its name says. Of a revocation that no approval follows, the authorizations of now tell whether it left one
//! in force. What an approval granted is what its authorization holds, not what may be a draft by now.

use serde_json::{Map, Value, json};

use super::compare::moment;

/// The body of the delivery of an event of a request.
pub(super) fn body(request: &Value, events: &[Value], event: &Value) -> Value {
    let newest = events
        .iter()
        .filter_map(|event| moment(event, "created_at"))
        .max();
    let at = moment(event, "created_at");
    let name = event.get("name").cloned().unwrap_or_default();
    let mut data = Map::new();
    for member in [
        "id",
        "public_id",
        "type",
        "form_uid",
        "created_at",
        "last_submitted_at",
        "last_validated_at",
    ] {
        data.insert(
            member.to_owned(),
            request.get(member).cloned().unwrap_or_default(),
        );
    }
    data.insert(
        "organization".to_owned(),
        request.get("organisation").cloned().unwrap_or_default(),
    );
    data.insert("applicant".to_owned(), applicant(request, events));
    data.insert("data".to_owned(), content(request, event));
    if at == newest {
        data.insert(
            "state".to_owned(),
            request.get("state").cloned().unwrap_or_default(),
        );
    }
    if at == newest || is_last_word(event, events) {
        data.insert(
            "authorizations".to_owned(),
            request.get("habilitations").cloned().unwrap_or_default(),
        );
    }
    json!({
        "event": name,
        "fired_at": at.map(|at| at.timestamp()),
        "model_type": "authorization_request",
        "model_id": request.get("id"),
        "data": data,
    })
}

/// Whether an event is a revocation that no approval follows.
fn is_last_word(event: &Value, events: &[Value]) -> bool {
    let is = |event: &Value, name: &str| event.get("name").and_then(Value::as_str) == Some(name);
    let at = moment(event, "created_at");
    let follows = |other: &&Value| is(other, "approve") && moment(other, "created_at") > at;
    is(event, "revoke") && !events.iter().any(|other| follows(&other))
}

/// Who applies: as the request says, or whoever submitted or created it last.
fn applicant(request: &Value, events: &[Value]) -> Value {
    if let Some(applicant) = request
        .get("applicant")
        .filter(|applicant| applicant.is_object())
    {
        return applicant.clone();
    }
    let is_own = |event: &&Value| {
        matches!(
            event.get("name").and_then(Value::as_str),
            Some("submit" | "create")
        )
    };
    let last = events
        .iter()
        .filter(is_own)
        .max_by_key(|event| moment(event, "created_at"));
    last.and_then(|event| event.get("user"))
        .cloned()
        .unwrap_or_default()
}

/// The form: for an approval, of the authorization that it made.
fn content(request: &Value, event: &Value) -> Value {
    let form = request.get("data").cloned().unwrap_or_default();
    let entity = event.pointer("/entity/id");
    let authorizations = request.get("habilitations").and_then(Value::as_array);
    let made = authorizations
        .into_iter()
        .flatten()
        .find(|authorization| entity.is_some() && authorization.get("id") == entity);
    let (Some("approve"), Some(granted)) = (event.get("name").and_then(Value::as_str), made) else {
        return form;
    };
    match granted.get("data") {
        Some(Value::Object(members)) => members
            .iter()
            .map(|(name, value)| (name.clone(), unpacked(value)))
            .collect(),
        _ => form,
    }
}

/// A value of an authorization: a text, in which lists are written as JSON.
fn unpacked(value: &Value) -> Value {
    let list = value.as_str().filter(|text| text.starts_with('['));
    let list = list.and_then(|text| serde_json::from_str(text).ok());
    list.unwrap_or_else(|| value.clone())
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::indexing_slicing,
        reason = "indexing into a JSON value gives null where a member is missing"
    )]

    use super::*;

    #[test]
    fn an_approval_grants_what_its_authorization_holds() {
        let events = [
            json!({ "name": "create", "created_at": "2026-01-01T09:00:00Z", "user": { "email": "a@ville.example" } }),
            json!({ "name": "approve", "created_at": "2026-01-05T09:00:00Z", "entity": { "id": 7 } }),
            json!({ "name": "reopen", "created_at": "2026-01-06T09:00:00Z" }),
        ];
        let request = json!({
            "id": 1, "state": "draft", "data": { "scopes": ["draft"] },
            "habilitations": [{ "id": 7, "state": "active", "data": { "scopes": "[\"granted\"]", "intitule": "Aides" } }],
        });
        let approve = body(&request, &events, &events[1]);
        assert_eq!(
            approve["data"]["data"],
            json!({ "scopes": ["granted"], "intitule": "Aides" })
        );
        assert_eq!(approve["data"]["applicant"]["email"], "a@ville.example");
        assert!(
            approve["data"].get("state").is_none(),
            "what the state was then is not known"
        );
        let reopen = body(&request, &events, &events[2]);
        assert_eq!(
            (&reopen["data"]["state"], &reopen["fired_at"]),
            (&json!("draft"), &json!(1_767_690_000))
        );
    }
}
