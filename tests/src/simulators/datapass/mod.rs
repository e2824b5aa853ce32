//! What DataPass sends: the bodies of both generations, signed as it signs them; for demos, whole histories of invented
//! requests ([`stories`]), sent to a server's webhook when it is asked to.
//!
//! `POST /_send` with `{"server": URL, "secret": TEXT}` sends them all; it answers `{"requests", "deliveries"}`.

mod sender;
mod stories;

use aws_lc_rs::hmac;
use serde_json::{Value, json};

pub use sender::router;

/// What the simulated DataPass signs with.
pub const SECRET: &str = "a-secret-of-the-simulated-datapass";

/// A body of the second generation. Members can be set afterwards as in any JSON.
pub fn second(request: u64, event: &str, fired_at: i64, state: &str) -> Value {
    json!({
        "event": event,
        "fired_at": fired_at,
        "model_type": "authorization_request/api_entreprise",
        "model_id": request,
        "data": {
            "id": request,
            "public_id": "5f0c1c2e-7c1e-4f6e-9a0b-0a1b2c3d4e5f",
            "type": "AuthorizationRequest::APIEntreprise",
            "state": state,
            "form_uid": "api-entreprise-marches-publics",
            "created_at": "2025-12-20T08:00:00.000+01:00",
            "last_submitted_at": null,
            "last_validated_at": null,
            "organization": { "id": 77, "name": "Commune d'Exemple", "siret": "21590350100017", "insee_payload": null },
            "applicant": {
                "id": 12, "uid": null, "email": "a.martin@ville.example", "given_name": "Anne",
                "family_name": "Martin", "phone_number": "0320000001", "job_title": "Cheffe de projet",
            },
            "service_provider": null,
            "data": {
                "intitule": "Marchés publics",
                "description": "Vérifier les pièces",
                "scopes": ["entreprises", "open_data_a", "open_data_b"],
                "contact_metier_email": "b.roy@ville.example",
                "contact_metier_given_name": "Bruno",
                "contact_metier_family_name": "Roy",
                "contact_technique_email": "c.petit@ville.example",
                "contact_technique_given_name": "Chloé",
                "contact_technique_family_name": "Petit",
            },
        },
    })
}

/// A body of the first generation.
pub fn first(request: u64, event: &str, fired_at: i64, status: &str) -> Value {
    let member = |kind: &str, email: &str, name: &str| {
        json!({
            "id": 1, "uid": null, "type": kind, "email": email, "given_name": name, "family_name": "Exemple",
            "phone_number": null, "job": null,
        })
    };
    json!({
        "event": event,
        "fired_at": fired_at,
        "model_type": "enrollment/api_entreprise",
        "data": { "pass": {
            "id": request,
            "intitule": "Aides locales",
            "description": null,
            "demarche": "aides_publiques",
            "status": status,
            "siret": "21590350100017",
            "scopes": { "entreprises": true, "associations": false },
            "previous_enrollment_id": null,
            "copied_from_enrollment_id": null,
            "team_members": [
                member("demandeur", "a.martin@ville.example", "Anne"),
                member("contact_metier", "b.roy@ville.example", "Bruno"),
                member("responsable_technique", "c.petit@ville.example", "Chloé"),
            ],
            "events": [],
        }},
    })
}

/// The authorizations of a body of the second generation, by their states.
pub fn authorizations(states: &[&str]) -> Value {
    let authorization =
        |(number, state): (usize, &&str)| json!({ "id": number, "state": state, "revoked": false });
    states.iter().enumerate().map(authorization).collect()
}

/// The header `X-Hub-Signature-256` of a body.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, body);
    let digits: String = tag
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256={digits}")
}
