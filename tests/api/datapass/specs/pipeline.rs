//! What one delivery makes.

use super::{BUSINESS, NOON, V1, World, counted};
use anyhow::Result;
use serde_json::{Value, json};
use tests::simulators::datapass::{SECRET, first, second, signature};

fn roles(request: &Value) -> Vec<&str> {
    let contacts = request["contacts"].as_array().into_iter().flatten();
    contacts.filter_map(|it| it["role"].as_str()).collect()
}

#[tokio::test]
async fn spec_an_approval_makes_one_request_its_contacts_and_one_token() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let request = world.request(1).await?;
    assert_eq!(roles(&request), ["applicant", "business", "technical"]);
    assert_eq!(counted(&request), (1, 0));
    Ok(())
}

#[tokio::test]
async fn spec_one_person_for_all_roles_still_has_one_row_for_each() -> Result<()> {
    let world = World::start().await?;
    let mut alone = second(1, "submit", NOON, "submitted");
    for role in ["contact_metier", "contact_technique"] {
        alone["data"]["data"][format!("{role}_email")] = json!("a.martin@ville.example");
    }
    world.deliver(&alone).await?;
    let request = world.request(1).await?;
    assert_eq!(roles(&request), ["applicant", "business", "technical"]);
    Ok(())
}

#[tokio::test]
async fn spec_a_business_contact_of_nulls_has_no_role_and_the_token_is_issued() -> Result<()> {
    let world = World::start().await?;
    let mut approve = first(1, "approve", NOON, "validated");
    approve["data"]["pass"]["team_members"][1] = json!({
        "id": 2, "uid": null, "type": "contact_metier", "email": null, "given_name": null, "family_name": null,
        "phone_number": null, "job": null,
    });
    let answer = world.deliver_to(V1, &approve).await?;
    assert!(answer["token_id"].is_string(), "{answer}");
    let request = world.request(1).await?;
    assert_eq!(roles(&request), ["applicant", "technical"]);
    Ok(())
}

#[tokio::test]
async fn spec_revoke_archive_and_delete_succeed_even_for_a_request_never_seen() -> Result<()> {
    let world = World::start().await?;
    for (id, event, state) in [
        (1, "revoke", "revoked"),
        (2, "archive", "archived"),
        (3, "delete", "draft"),
    ] {
        assert_eq!(
            world.deliver(&second(id, event, NOON, state)).await?,
            json!({})
        );
    }
    for (id, status) in [(1, "revoked"), (2, "archived"), (3, "draft")] {
        let request = world.request(id).await?;
        assert_eq!(
            (&request["status"], counted(&request)),
            (&json!(status), (0, 0))
        );
    }
    Ok(())
}

#[tokio::test]
async fn spec_the_api_is_that_of_the_path() -> Result<()> {
    let world = World::start().await?;
    // The body says nothing of it that counts.
    let body = second(1, "submit", NOON, "submitted").to_string();
    let signed = signature("the new secret", body.as_bytes());
    let path = "/api/datapass/v2/api_particulier/webhook";
    world.send(path, body.as_bytes(), Some(&signed)).await?;
    let signed = signature(SECRET, body.as_bytes());
    let path = "/api/datapass/v2/api_entreprise/webhook";
    world.send(path, body.as_bytes(), Some(&signed)).await?;
    let apis = world
        .operator()
        .data("{ authorization_requests(order_by: [{api: asc}]) { api } }")
        .await?;
    assert_eq!(
        apis["authorization_requests"],
        json!([{ "api": "api_entreprise" }, { "api": "api_particulier" }])
    );
    Ok(())
}

#[tokio::test]
async fn spec_the_second_generation_gives_form_and_public_id() -> Result<()> {
    let world = World::start().await?;
    world.deliver(&second(1, "create", NOON, "draft")).await?;
    let data = world
        .operator()
        .data("{ authorization_requests { form public_id } }")
        .await?;
    assert_eq!(
        data["authorization_requests"][0],
        json!({ "form": "api-entreprise-marches-publics", "public_id": "5f0c1c2e-7c1e-4f6e-9a0b-0a1b2c3d4e5f" })
    );
    Ok(())
}

#[tokio::test]
async fn spec_a_legacy_token_id_is_kept() -> Result<()> {
    let world = World::start().await?;
    let mut submit = first(1, "submit", NOON, "submitted");
    submit["data"]["external_token_id"] = json!("an old token");
    world.deliver_to(V1, &submit).await?;
    let kept = "{ datapass_events { payload(path: \"data.external_token_id\") } }";
    let kept = world.operator().data(kept).await?;
    assert_eq!(kept["datapass_events"][0]["payload"], "an old token");
    Ok(())
}

#[tokio::test]
async fn spec_no_token_without_the_modality_params() -> Result<()> {
    let world = World::start().await?;
    let approve = |id, at, modalities: Value| {
        let mut payload = second(id, "approve", at, "validated");
        payload["data"]["data"]["modalities"] = modalities;
        payload
    };
    let without = approve(1, NOON, json!(["formulaire_qf", "france_connect"]));
    assert_eq!(world.deliver(&without).await?, json!({}));
    let request = world.request(1).await?;
    assert_eq!(
        (&request["status"], counted(&request)),
        (&json!("validated"), (0, 0))
    );
    world.rest().await?;
    let told = world.mails(BUSINESS, 1).await?;
    let text = told[0]["text"].as_str().unwrap_or_default();
    assert!(text.contains("ne demandent pas de jeton"), "{text}");
    // An amendment may ask for tokens, and another one for none any more: what was issued stays.
    let with = approve(1, NOON + 9, json!(["params", "formulaire_qf"]));
    assert!(world.deliver(&with).await?["token_id"].is_string());
    let tokens = world.request(1).await?["tokens"].take();
    let again = approve(1, NOON + 99, json!(["formulaire_qf"]));
    assert_eq!(world.deliver(&again).await?, json!({}));
    assert_eq!(world.request(1).await?["tokens"], tokens);
    // Nothing said, or an empty list, is params.
    for (id, modalities) in [(2, Value::Null), (3, json!([])), (4, json!(["params"]))] {
        let answer = world.deliver(&approve(id, NOON, modalities)).await?;
        assert!(answer["token_id"].is_string(), "{id}: {answer}");
    }
    Ok(())
}
