//! Roles and variables of tokens of all shapes.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end by a panic"
)]

use serde_json::json;

use super::*;

fn map(written: Value) -> Result<ClaimsMap, String> {
    serde_json::from_value(written).map_err(|error| error.to_string())
}

#[track_caller]
fn refused(source: &ClaimSource, content: &Value, code: Code, problem: &str) {
    let error = source.grant(content).unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (code, problem));
}

#[test]
fn variables_are_texts_whatever_their_claims_are() {
    let content = json!({ NAMESPACE: {
        "X-Hasura-Allowed-Roles": ["user", "admin"],
        "x-hasura-default-role": "user",
        "X-Hasura-User-Id": 7,
        "x-hasura-flag": true,
        "x-hasura-none": null,
        "x-hasura-list": ["a", "b c", "", "q\"\\", "null", null, 1, [2]],
        "x-hasura-object": { "a": 1 },
        "other": "dropped",
    } });
    let grant = ClaimSource::default().grant(&content).unwrap();
    let session = grant.session(None).unwrap();
    assert_eq!(session.role(), "user");
    for (name, value) in [
        ("x-hasura-user-id", Some("7")),
        ("x-hasura-flag", Some("true")),
        ("x-hasura-none", None),
        (
            "x-hasura-list",
            Some(r#"{a,"b c","","q\"\\","null",NULL,1,{2}}"#),
        ),
        ("x-hasura-object", Some(r#"{"a":1}"#)),
        ("x-hasura-allowed-roles", None),
        ("other", None),
        ("x-hasura-role", Some("user")),
    ] {
        assert_eq!(session.variable(name), value, "{name}");
    }
    assert_eq!(grant.session(Some("admin")).unwrap().role(), "admin");
    assert_eq!(grant.session(Some("")).unwrap().role(), "user");
    let denied = grant.session(Some("boss")).unwrap_err();
    assert_eq!(denied.code, Code::AccessDenied);
    let limited = grant.limited_to(&BTreeSet::from(["admin".to_owned()]));
    assert!(limited.session(None).is_err());
    assert!(limited.session(Some("admin")).is_ok());
}

#[test]
fn a_token_without_usable_claims_is_refused() {
    let source = ClaimSource::default();
    let (invalid, missing) = (Code::JwtInvalidClaims, Code::JwtMissingRoleClaims);
    let key = format!("claims key: '{NAMESPACE}' not found");
    refused(&source, &json!({}), invalid, &key);
    let problem = "expecting a json object when claims_format is json";
    refused(&source, &json!({ NAMESPACE: "{}" }), invalid, problem);
    let problem = "JWT claim does not contain x-hasura-allowed-roles";
    refused(&source, &json!({ NAMESPACE: {} }), missing, problem);
    let content = json!({ NAMESPACE: { "x-hasura-allowed-roles": ["a"] } });
    let problem = "JWT claim does not contain x-hasura-default-role";
    refused(&source, &content, missing, problem);
    let content =
        json!({ NAMESPACE: { "x-hasura-allowed-roles": "a", "x-hasura-default-role": "a" } });
    let problem = "invalid x-hasura-allowed-roles; should be a list of roles";
    refused(&source, &content, invalid, problem);
    let content =
        json!({ NAMESPACE: { "x-hasura-allowed-roles": ["a"], "x-hasura-default-role": 1 } });
    let problem = "invalid x-hasura-default-role; should be a role";
    refused(&source, &content, invalid, problem);
    let content = json!({ NAMESPACE: { "x-hasura-user-id": "1", "X-Hasura-User-Id": "2" } });
    let problem = "JWT claim x-hasura-user-id is there twice";
    refused(&source, &content, invalid, problem);
}

#[test]
fn claims_can_be_text_and_anywhere() {
    let claims = json!({ "x-hasura-allowed-roles": ["a"], "x-hasura-default-role": "a" });
    let path = ClaimPath::parse("$.deep['er'][0]").unwrap();
    let source = ClaimSource(Source::Namespace {
        place: Place::At(path, "$.deep['er'][0]".to_owned()),
        is_text: true,
    });
    let content = json!({ "deep": { "er": [claims.to_string()] } });
    assert!(source.grant(&content).unwrap().session(None).is_ok());
    let problem = "expecting a string when claims_format is stringified_json";
    let content = json!({ "deep": { "er": [claims] } });
    refused(&source, &content, Code::JwtInvalidClaims, problem);
    let problem = "expecting stringified json at: '$.deep['er'][0]'";
    let content = json!({ "deep": { "er": ["no json"] } });
    refused(&source, &content, Code::JwtInvalidClaims, problem);
    let problem = "claims not found at claims_namespace_path: '$.deep['er'][0]'";
    refused(&source, &json!({}), Code::JwtInvalidClaims, problem);
}

#[test]
fn a_map_says_where_each_claim_stands() {
    let source = ClaimSource::from(
        map(json!({
            "X-Hasura-Allowed-Roles": { "path": "$.roles[*].name", "default": ["guest"] },
            "x-hasura-default-role": "guest",
            "x-hasura-user-id": { "path": "$.sub" },
            "x-hasura-tenant": 5,
        }))
        .unwrap(),
    );
    let content = json!({ "sub": "u1", "roles": [{ "name": "guest" }, { "name": "user" }] });
    let grant = source.grant(&content).unwrap();
    let session = grant.session(Some("user")).unwrap();
    assert_eq!(session.variable("x-hasura-user-id"), Some("u1"));
    assert_eq!(session.variable("x-hasura-tenant"), Some("5"));
    let grant = source.grant(&json!({ "sub": "u1", "roles": [] })).unwrap();
    assert!(grant.session(Some("user")).is_err());
    assert!(grant.session(None).is_ok());
    let problem = "JWT claim from claims_map, x-hasura-user-id not found";
    refused(&source, &json!({}), Code::JwtInvalidClaims, problem);
}

#[test]
fn a_map_that_cannot_be_meant_is_refused() {
    let roles = json!({ "x-hasura-allowed-roles": ["a"], "x-hasura-default-role": "a" });
    let with = |name: &str, rule: Value| {
        let mut written = roles.clone();
        written[name] = rule;
        map(written).unwrap_err()
    };
    assert!(with("user-id", json!("x")).contains("x-hasura-"));
    assert!(with("x-hasura-user-id", json!({ "pth": "$.a" })).contains("path"));
    assert!(with("x-hasura-user-id", json!({ "path": "$." })).contains("x-hasura-user-id"));
    assert!(with("X-Hasura-Default-Role", json!("b")).contains("twice"));
    let problem = map(json!({ "x-hasura-allowed-roles": ["a"] })).unwrap_err();
    assert!(problem.contains("x-hasura-default-role"));
}

#[test]
fn a_map_without_allowed_roles_allows_the_default_one_alone() {
    let written = json!({ "x-hasura-default-role": { "path": "$.role" } });
    let source = ClaimSource::from(map(written).unwrap());
    let grant = source.grant(&json!({ "role": "user", "x-hasura-allowed-roles": ["admin"] }));
    let grant = grant.unwrap();
    assert_eq!(grant.session(None).unwrap().role(), "user");
    assert!(grant.session(Some("admin")).is_err());
    let problem = "JWT claim does not contain x-hasura-default-role";
    refused(&source, &json!({}), Code::JwtMissingRoleClaims, problem);
    let problem = "invalid x-hasura-allowed-roles; should be a list of roles";
    refused(
        &source,
        &json!({ "role": 1 }),
        Code::JwtInvalidClaims,
        problem,
    );
}

#[test]
fn scopes_are_roles_where_a_map_says_so() {
    let written = json!({
        "x-hasura-allowed-roles": { "path": "$.scope" },
        "x-hasura-default-role": "user",
    });
    let source = ClaimSource::from(map(written).unwrap());
    let grant = source
        .grant(&json!({ "scope": "openid  user auditor" }))
        .unwrap();
    assert_eq!(grant.session(None).unwrap().role(), "user");
    assert_eq!(grant.session(Some("auditor")).unwrap().role(), "auditor");
    for role in ["admin", "openid  user", ""] {
        let session = grant.session(Some(role));
        assert!(session.is_err() || role.is_empty(), "{role}");
    }
    let nobody = source.grant(&json!({ "scope": "" })).unwrap();
    assert!(nobody.session(None).is_err());
}

#[test]
fn a_list_of_two_in_a_map_is_a_list_of_roles_and_no_place() {
    let source = ClaimSource::from(
        map(json!({
            "x-hasura-allowed-roles": ["user", "editor"],
            "x-hasura-default-role": "user",
        }))
        .unwrap(),
    );
    let grant = source.grant(&json!({})).unwrap();
    assert_eq!(grant.session(None).unwrap().role(), "user");
    assert_eq!(grant.session(Some("editor")).unwrap().role(), "editor");
}
