//! The rows of a request and of its contacts.

use super::{NOON, V1, World, counted};
use anyhow::Result;
use serde_json::{Value, json};
use tests::simulators::datapass::{first, second};

async fn facts(world: &World) -> Result<Value> {
    let query = "{ authorization_requests { status amendment title previous_external_id service_provider \
                 first_submitted_at validated_at approved_at last_event_at organization { siret } } }";
    let mut data = world.operator().data(query).await?;
    Ok(data["authorization_requests"][0].take())
}

fn at(second: i64) -> String {
    let moment = chrono::DateTime::from_timestamp(NOON + second, 0).unwrap_or_default();
    moment.to_rfc3339()
}

#[tokio::test]
async fn spec_a_contact_is_made_with_names() -> Result<()> {
    let world = World::start().await?;
    world.deliver(&second(1, "create", NOON, "draft")).await?;
    let query = "{ authorization_request_contacts(where: {role: {_eq: \"applicant\"}}) { email first_name last_name phone job user_id } }";
    let data = world.operator().data(query).await?;
    assert_eq!(
        data["authorization_request_contacts"],
        json!([{ "email": "a.martin@ville.example", "first_name": "Anne", "last_name": "Martin",
                 "phone": "0320000001", "job": "Cheffe de projet", "user_id": null }])
    );
    Ok(())
}

#[tokio::test]
async fn spec_an_address_that_is_known_makes_no_new_row_and_names_follow() -> Result<()> {
    let world = World::start().await?;
    world.deliver(&second(1, "create", NOON, "draft")).await?;
    let mut renamed = second(1, "update", NOON + 1, "draft");
    renamed["data"]["applicant"]["email"] = json!(" A.MARTIN@ville.example");
    renamed["data"]["applicant"]["given_name"] = json!("Annie");
    renamed["data"]["data"]["contact_metier_given_name"] = json!("Brune");
    world.deliver(&renamed).await?;
    let contacts = world.request(1).await?["contacts"].take();
    let names: Vec<&Value> = contacts
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| &it["first_name"])
        .collect();
    assert_eq!(names, ["Annie", "Brune", "Chloé"]);
    Ok(())
}

#[tokio::test]
async fn spec_a_draft_that_is_there_is_updated() -> Result<()> {
    let world = World::start().await?;
    world.deliver(&second(1, "create", NOON, "draft")).await?;
    let mut submit = second(1, "submit", NOON + 7, "submitted");
    submit["data"]["data"]["intitule"] = json!("Autre titre");
    submit["data"]["service_provider"] = json!({ "id": "mon-editeur", "type": "editor" });
    submit["data"]["data"]["contact_metier_email"] = json!("c.petit@ville.example");
    submit["data"]["data"]["contact_technique_email"] = json!("b.roy@ville.example");
    world.deliver(&submit).await?;
    let facts = facts(&world).await?;
    for (column, value) in [
        ("title", json!("Autre titre")),
        ("status", json!("submitted")),
        ("amendment", Value::Null),
        ("last_event_at", json!(at(7))),
        (
            "service_provider",
            json!({ "id": "mon-editeur", "type": "editor" }),
        ),
    ] {
        assert_eq!(facts[column], value, "{column}");
    }
    let contacts = world.request(1).await?["contacts"].take();
    let addresses: Vec<&Value> = contacts
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| &it["email"])
        .collect();
    assert_eq!(
        addresses,
        [
            "a.martin@ville.example",
            "c.petit@ville.example",
            "b.roy@ville.example"
        ],
        "swapped"
    );
    Ok(())
}

#[tokio::test]
async fn spec_another_event_on_a_validated_request_is_an_amendment() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let before = facts(&world).await?;
    for (event, state) in [
        ("reopen", "draft"),
        ("update", "draft"),
        ("submit", "submitted"),
    ] {
        let mut payload = second(1, event, NOON + 5, state);
        payload["data"]["data"]["intitule"] = json!("Brouillon");
        world.deliver(&payload).await?;
    }
    let after = facts(&world).await?;
    assert_eq!(after["amendment"], "submitted");
    for column in ["title", "status", "approved_at", "service_provider"] {
        assert_eq!(after[column], before[column], "{column}");
    }
    Ok(())
}

#[tokio::test]
async fn spec_validate_and_transfer_update_a_validated_request() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver_to(V1, &first(1, "validate", NOON, "validated"))
        .await?;
    let mut again = first(1, "validate", NOON + 1, "validated");
    again["data"]["pass"]["intitule"] = json!("Nouveau titre");
    world.deliver_to(V1, &again).await?;
    assert_eq!(facts(&world).await?["title"], "Nouveau titre");
    let mut transfer = second(1, "transfer", NOON + 2, "validated");
    transfer["data"]["organization"]["siret"] = json!("13002526500013");
    world.deliver(&transfer).await?;
    assert_eq!(
        facts(&world).await?["organization"]["siret"],
        "13002526500013"
    );
    Ok(())
}

#[tokio::test]
async fn spec_a_new_request_has_its_siret_what_it_renews_and_its_contacts() -> Result<()> {
    let world = World::start().await?;
    let mut create = first(1, "create", NOON, "draft");
    create["data"]["pass"]["copied_from_enrollment_id"] = json!(38001);
    world.deliver_to(V1, &create).await?;
    let facts = facts(&world).await?;
    assert_eq!(
        (
            &facts["organization"]["siret"],
            &facts["previous_external_id"]
        ),
        (&json!("21590350100017"), &json!("38001"))
    );
    let contacts = world.request(1).await?["contacts"].take();
    assert_eq!(contacts.as_array().map(Vec::len), Some(3));
    Ok(())
}

#[tokio::test]
async fn spec_first_submitted_at_is_set_once_and_validated_at_by_the_approval() -> Result<()> {
    let world = World::start().await?;
    for (second_, event, state) in [
        (0, "create", "draft"),
        (1, "submit", "submitted"),
        (2, "request_changes", "changes_requested"),
        (3, "submit", "submitted"),
        (4, "approve", "validated"),
        (5, "approve", "validated"),
    ] {
        world
            .deliver(&second(1, event, NOON + second_, state))
            .await?;
    }
    let facts = facts(&world).await?;
    for (column, second) in [
        ("first_submitted_at", 1),
        ("validated_at", 4),
        ("approved_at", 5),
    ] {
        assert_eq!(facts[column], at(second), "{column}");
    }
    Ok(())
}

#[tokio::test]
async fn spec_only_archive_archives_a_request() -> Result<()> {
    let world = World::start().await?;
    for (second_, event, state) in [
        (0, "create", "draft"),
        (1, "submit", "submitted"),
        (2, "refuse", "refused"),
    ] {
        world
            .deliver(&second(1, event, NOON + second_, state))
            .await?;
        assert_ne!(world.request(1).await?["status"], "archived", "{event}");
    }
    world
        .deliver(&second(1, "archive", NOON + 3, "archived"))
        .await?;
    assert_eq!(world.request(1).await?["status"], "archived");
    Ok(())
}

#[tokio::test]
async fn spec_only_an_approval_archives_what_it_renews() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver_to(V1, &first(1, "validate", NOON, "validated"))
        .await?;
    let renewal = |event: &str, at, status: &str, copied: Value| {
        let mut payload = first(2, event, at, status);
        payload["data"]["pass"]["copied_from_enrollment_id"] = copied;
        payload
    };
    for (payload, status) in [
        (renewal("create", NOON + 1, "draft", json!(1)), "validated"),
        (
            renewal("submit", NOON + 2, "submitted", json!(1)),
            "validated",
        ),
        (
            renewal("validate", NOON + 3, "validated", json!(1)),
            "archived",
        ),
    ] {
        world.deliver_to(V1, &payload).await?;
        assert_eq!(world.request(1).await?["status"], status, "{payload}");
    }
    assert_eq!(
        counted(&world.request(1).await?),
        (1, 0),
        "its tokens run to their end"
    );
    world
        .deliver_to(V1, &first(3, "validate", NOON, "validated"))
        .await?;
    let mut other = first(4, "validate", NOON + 1, "validated");
    other["data"]["pass"]["copied_from_enrollment_id"] = Value::Null;
    world.deliver_to(V1, &other).await?;
    assert_eq!(world.request(3).await?["status"], "validated");
    Ok(())
}
