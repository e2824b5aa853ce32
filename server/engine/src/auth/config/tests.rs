//! What is read, and what is refused.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end by a panic"
)]

use serde_json::{Value, json};

use super::*;

fn with(members: &Value) -> Result<Issuer, String> {
    let mut written = json!({ "type": "HS256", "key": "x".repeat(32) });
    for (name, value) in members.as_object().unwrap() {
        written[name] = value.clone();
    }
    Issuer::parse(&written.to_string()).map_err(|error| error.to_string())
}

#[test]
fn what_hasura_reads_is_read() {
    let issuer = with(&json!({
        "audience": ["a", "b"],
        "issuer": "me",
        "allowed_skew": 60,
        "claims_format": "stringified_json",
        "claims_namespace": "ns",
        "header": { "type": "Cookie", "name": "token" },
    }))
    .unwrap();
    assert_eq!(issuer.audience, ["a", "b"]);
    assert_eq!(issuer.skew, TimeDelta::minutes(1));
    assert_eq!(issuer.location, Location::Cookie("token".to_owned()));
    assert!(!issuer.is_endless_allowed);
    let published = json!({ "jwk_url": "https://a.example/keys", "type": "RS512" });
    let issuer = Issuer::parse(&published.to_string()).unwrap();
    assert!(matches!(issuer.keys, KeySource::Published { .. }));
    assert_eq!(
        Issuer::parse_list(&json!([published, published]).to_string())
            .unwrap()
            .len(),
        2
    );
    assert_eq!(with(&json!({ "audience": "a" })).unwrap().audience, ["a"]);
}

#[test]
fn what_cannot_be_meant_is_refused_by_name() {
    for (members, name) in [
        (json!({ "audiense": "a" }), "audiense"),
        (json!({ "audience": [] }), "audience"),
        (json!({ "jwk_url": "https://a.example" }), "jwk_url"),
        (json!({ "key": null }), "jwk_url"),
        (
            json!({ "key": null, "jwk_url": "file:///etc/passwd" }),
            "jwk_url",
        ),
        (json!({ "type": null }), "type"),
        (json!({ "type": "none" }), "type"),
        (json!({ "allowed_skew": -1 }), "u32"),
        (
            json!({ "claims_namespace": "a", "claims_namespace_path": "$" }),
            "claims_namespace",
        ),
        (
            json!({ "claims_namespace_path": "$." }),
            "claims_namespace_path",
        ),
        (json!({ "claims_map": {} }), "claims_map"),
        (json!({ "claims_format": "xml" }), "stringified_json"),
        (json!({ "header": { "type": "Cookie" } }), "name"),
        (
            json!({ "header": { "type": "CustomHeader", "name": "a b" } }),
            "header",
        ),
    ] {
        let problem = with(&members).unwrap_err();
        assert!(problem.contains(name), "{members}: {problem}");
    }
}
