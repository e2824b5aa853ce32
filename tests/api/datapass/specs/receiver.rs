//! The webhook's answers, for both generations.

use super::{NOON, V1, V2, World};
use anyhow::Result;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::simulators::datapass::{SECRET, first, second, signature};

fn bodies(event: &str, state: &str) -> [(&'static str, Value); 2] {
    [
        (V1, first(1, event, NOON, state)),
        (V2, second(2, event, NOON, state)),
    ]
}

#[tokio::test]
async fn spec_a_bad_signature_is_401_with_a_json_error_and_nothing_is_called() -> Result<()> {
    let world = World::start().await?;
    for (path, body) in bodies("approve", "validated") {
        let body = body.to_string();
        let signed = signature("another secret", body.as_bytes());
        let (status, answer) = world.send(path, body.as_bytes(), Some(&signed)).await?;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert!(answer["error"]["message"].is_string(), "{answer}");
    }
    assert_eq!(world.journal().await?, Vec::<Value>::new());
    assert_eq!(world.request(1).await?, Value::Null);
    Ok(())
}

#[tokio::test]
async fn spec_a_good_signature_calls_the_pipeline_and_success_is_200() -> Result<()> {
    let world = World::start().await?;
    for (path, body) in bodies("submit", "submitted") {
        world.deliver_to(path, &body).await?;
    }
    assert_eq!(world.outcomes().await?, ["applied", "applied"]);
    Ok(())
}

#[tokio::test]
async fn spec_an_approval_is_answered_with_the_token_id() -> Result<()> {
    let world = World::start().await?;
    for (path, body) in bodies("approve", "validated") {
        let answer = world.deliver_to(path, &body).await?;
        assert!(answer["token_id"].is_string(), "{path}: {answer}");
    }
    let old_name = first(3, "validate", NOON, "validated");
    let answer = world.deliver_to(V1, &old_name).await?;
    assert!(answer["token_id"].is_string(), "validate: {answer}");
    Ok(())
}

#[tokio::test]
async fn spec_any_other_event_is_answered_with_an_empty_object() -> Result<()> {
    let world = World::start().await?;
    for (path, body) in bodies("update", "draft") {
        assert_eq!(world.deliver_to(path, &body).await?, json!({}), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn spec_hmac_of_nothing_is_invalid_of_the_body_valid_of_an_altered_body_invalid() -> Result<()>
{
    let world = World::start().await?;
    let body = second(1, "submit", NOON, "submitted").to_string();
    let signed = signature(SECRET, body.as_bytes());
    let altered = body.replace("submitted", "validated");
    for (body, signed, status) in [
        ("", None, StatusCode::UNAUTHORIZED),
        ("", Some(""), StatusCode::UNAUTHORIZED),
        (&body, None, StatusCode::UNAUTHORIZED),
        (&body, Some("sha256="), StatusCode::UNAUTHORIZED),
        (&altered, Some(signed.as_str()), StatusCode::UNAUTHORIZED),
        (&body, Some(signed.as_str()), StatusCode::OK),
    ] {
        let answer = world.send(V2, body.as_bytes(), signed).await?;
        assert_eq!(answer.0, status, "{signed:?}");
    }
    Ok(())
}
