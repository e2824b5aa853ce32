//! What an event does to its request, its contacts and its tokens.

use super::{NOON, World, alerts, tokens};
use anyhow::Result;
use serde_json::{Value, json};
use tests::simulators::datapass::{authorizations, second};

#[tokio::test]
async fn a1_d1_a_revocation_blacklists_every_token_at_once() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    world
        .deliver(&second(2, "approve", NOON, "validated"))
        .await?;
    world
        .database
        .run_statements(
            "insert into api_tokens (request_id, expires_at, blacklisted_at) \
             select r.id, now() + e, b from authorization_requests r, \
             (values (interval '1 year', null), (interval '1 year', now() + interval '30 days'), \
             (interval '-1 day', null)) v (e, b) where r.external_id = '1'",
        )
        .await?;
    world
        .deliver(&second(1, "revoke", NOON + 1, "revoked"))
        .await?;
    let request = world.request(1).await?;
    assert_eq!(
        (&request["status"], tokens(&request)),
        (&json!("revoked"), (0, 4))
    );
    let live = "{ api_tokens(where: {blacklisted_at: {_gt: \"now\"}}) { id } }";
    assert_eq!(
        world.operator().data(live).await?,
        json!({ "api_tokens": [] })
    );
    assert_eq!(
        tokens(&world.request(2).await?),
        (1, 0),
        "another request keeps its token"
    );
    Ok(())
}

#[tokio::test]
async fn a19_a_revocation_of_an_unknown_request_is_kept() -> Result<()> {
    let world = World::start().await?;
    assert_eq!(
        world.deliver(&second(1, "revoke", NOON, "revoked")).await?,
        json!({})
    );
    let request = world.request(1).await?;
    assert_eq!(
        (&request["status"], tokens(&request)),
        (&json!("revoked"), (0, 0))
    );
    assert_eq!(request["title"], "Marchés publics");
    Ok(())
}

#[tokio::test]
async fn a20_an_approval_after_a_revocation_yields_a_new_token() -> Result<()> {
    let world = World::start().await?;
    let old = world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    world
        .deliver(&second(1, "revoke", NOON + 1, "revoked"))
        .await?;
    let new = world
        .deliver(&second(1, "approve", NOON + 2, "validated"))
        .await?;
    assert_ne!(old["token_id"], new["token_id"]);
    let request = world.request(1).await?;
    assert_eq!(
        (&request["status"], tokens(&request)),
        (&json!("validated"), (1, 1))
    );
    let live = request["tokens"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|it| it["blacklisted_at"].is_null());
    assert_eq!(live.map(|it| &it["id"]), Some(&new["token_id"]));
    assert_eq!(alerts(&request), ["approved_after_revocation"]);
    Ok(())
}

#[tokio::test]
async fn a5_a21_a_partial_revocation_raises_an_alert_and_keeps_the_token() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let mut partial = second(1, "revoke", NOON + 1, "validated");
    partial["data"]["authorizations"] = authorizations(&["active", "revoked", "obsolete"]);
    world.deliver(&partial).await?;
    let request = world.request(1).await?;
    assert_eq!(
        (&request["status"], tokens(&request)),
        (&json!("validated"), (1, 0))
    );
    assert_eq!(alerts(&request), ["partial_revocation"]);
    // Revoked while an amendment is open: the state says draft, and nothing is in force any more.
    let mut whole = second(1, "revoke", NOON + 2, "draft");
    whole["data"]["authorizations"] = authorizations(&["revoked", "obsolete"]);
    world.deliver(&whole).await?;
    let request = world.request(1).await?;
    assert_eq!(
        (&request["status"], &request["amendment"]),
        (&json!("revoked"), &json!("draft"))
    );
    assert_eq!(tokens(&request), (0, 1));
    Ok(())
}

#[tokio::test]
async fn a21_the_main_authorization_decides_and_not_its_children() -> Result<()> {
    let world = World::start().await?;
    for (id, main, child, is_revoked) in [
        (1, "revoked", "active", true),
        (2, "active", "revoked", false),
    ] {
        world
            .deliver(&second(id, "approve", NOON, "validated"))
            .await?;
        let mut revoke = second(id, "revoke", NOON + 1, "validated");
        let of = |class: &str, state: &str| json!({ "state": state, "authorization_request_class": class });
        revoke["data"]["authorizations"] = json!([
            of("AuthorizationRequest::APIEntreprise", main),
            of("AuthorizationRequest::FranceConnect", child),
        ]);
        world.deliver(&revoke).await?;
        let request = world.request(id).await?;
        assert_eq!(tokens(&request), if is_revoked { (0, 1) } else { (1, 0) });
        assert_eq!(request["status"] == "revoked", is_revoked);
    }
    Ok(())
}

#[tokio::test]
async fn an_approval_that_says_nothing_of_scopes_or_organization_leaves_them() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let before = world.request(1).await?;
    let mut approve = second(1, "approve", NOON + 1, "validated");
    approve["data"]["data"]["scopes"] = Value::Null;
    approve["data"]["organization"] = Value::Null;
    world.deliver(&approve).await?;
    let after = world.request(1).await?;
    for column in ["scopes", "organization"] {
        assert_eq!(after[column], before[column], "{column}");
    }
    Ok(())
}

#[tokio::test]
async fn a_contact_stays_linked_to_whoever_proved_the_address_at_a_sign_in() -> Result<()> {
    let world = World::start().await?;
    world.deliver(&second(1, "create", NOON, "draft")).await?;
    let user = world.server.sign_in("noe", "user").await?;
    let link = "update authorization_request_contacts set user_id = (select id from users limit 1) where role = 'applicant'";
    world.database.run_statements(link).await?;
    let seen = "{ authorization_requests { external_id } }";
    let own = json!([{ "external_id": "1" }]);
    assert_eq!(user.data(seen).await?["authorization_requests"], own);
    world
        .deliver(&second(1, "submit", NOON + 1, "submitted"))
        .await?;
    assert_eq!(user.data(seen).await?["authorization_requests"], own);
    let mut other = second(1, "update", NOON + 2, "submitted");
    other["data"]["applicant"]["email"] = json!("x.autre@ville.example");
    world.deliver(&other).await?;
    assert_eq!(user.data(seen).await?["authorization_requests"], json!([]));
    Ok(())
}

#[tokio::test]
async fn a6_d2_archiving_keeps_the_tokens_and_raises_an_alert_if_one_lives() -> Result<()> {
    let world = World::start().await?;
    let now = chrono::Utc::now().timestamp() - 10;
    world
        .deliver(&second(1, "approve", now, "validated"))
        .await?;
    world
        .deliver(&second(1, "archive", now + 1, "archived"))
        .await?;
    let request = world.request(1).await?;
    assert_eq!(
        (&request["status"], tokens(&request)),
        (&json!("archived"), (1, 0))
    );
    assert_eq!(alerts(&request), ["archived_with_live_token"]);
    // In whatever order they come.
    world
        .deliver(&second(3, "archive", NOON + 9, "archived"))
        .await?;
    world
        .deliver(&second(3, "approve", NOON, "validated"))
        .await?;
    let late = world.request(3).await?;
    assert_eq!(
        (&late["status"], tokens(&late), alerts(&late)),
        (&json!("archived"), (1, 0), vec!["archived_with_live_token"])
    );
    Ok(())
}

#[tokio::test]
async fn d3_d4_archiving_what_was_never_validated_or_was_revoked_keeps_everything() -> Result<()> {
    let world = World::start().await?;
    world.deliver(&second(1, "create", NOON, "draft")).await?;
    world
        .deliver(&second(1, "archive", NOON + 1, "archived"))
        .await?;
    let request = world.request(1).await?;
    assert_eq!(
        (&request["status"], &request["title"]),
        (&json!("archived"), &json!("Marchés publics"))
    );
    assert_eq!(alerts(&request), Vec::<&str>::new());
    world
        .deliver_all(&[
            second(2, "approve", NOON, "validated"),
            second(2, "revoke", NOON + 1, "revoked"),
            second(2, "archive", NOON + 2, "archived"),
        ])
        .await?;
    let request = world.request(2).await?;
    assert_eq!(
        (&request["status"], tokens(&request)),
        (&json!("archived"), (0, 1))
    );
    assert_eq!(alerts(&request), Vec::<&str>::new());
    Ok(())
}

#[tokio::test]
async fn a7_d5_what_comes_back_from_the_archive_raises_an_alert() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver_all(&[
            second(1, "create", NOON, "draft"),
            second(1, "archive", NOON + 1, "archived"),
            second(1, "update", NOON + 2, "draft"),
        ])
        .await?;
    let request = world.request(1).await?;
    assert_eq!(
        (&request["status"], &request["archived_at"]),
        (&json!("draft"), &Value::Null)
    );
    assert_eq!(alerts(&request), ["revived"]);
    Ok(())
}

#[tokio::test]
async fn d7_a_refused_request_is_kept() -> Result<()> {
    let world = World::start().await?;
    world.deliver(&second(1, "refuse", NOON, "refused")).await?;
    assert_eq!(world.request(1).await?["status"], "refused");
    Ok(())
}

#[tokio::test]
async fn d8_a_token_cannot_be_deleted() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    assert!(
        world
            .database
            .run_statements("delete from api_tokens")
            .await
            .is_err()
    );
    let query = "mutation { delete_api_tokens(where: {}) { affected_rows } }";
    assert_eq!(world.operator().error(query).await?.0, "validation-failed");
    assert_eq!(tokens(&world.request(1).await?), (1, 0));
    Ok(())
}

#[tokio::test]
async fn a10_a_draft_without_scopes_contacts_or_organization_is_taken() -> Result<()> {
    let world = World::start().await?;
    let mut draft = second(1, "create", NOON, "draft");
    draft["data"]["data"] =
        json!({ "contact_metier_email": null, "contact_technique_given_name": "Nobody" });
    draft["data"]["applicant"] = Value::Null;
    draft["data"]["organization"]["siret"] = Value::Null;
    draft["data"]["state"] = json!("unheard of");
    world.deliver(&draft).await?;
    let request = world.request(1).await?;
    assert_eq!(
        (&request["status"], &request["scopes"]),
        (&json!("draft"), &json!([]))
    );
    assert_eq!(
        (&request["contacts"], &request["organization"]),
        (&json!([]), &Value::Null)
    );
    Ok(())
}

#[tokio::test]
async fn a11_an_amendment_changes_nothing_until_it_is_approved() -> Result<()> {
    let world = World::start().await?;
    let token = world
        .deliver_all(&[second(1, "approve", NOON, "validated")])
        .await?;
    let before = world.request(1).await?;
    let amended = |event: &str, at: i64, state: &str| {
        let mut payload = second(1, event, at, state);
        payload["data"]["data"]["scopes"] = json!(["everything"]);
        payload["data"]["data"]["intitule"] = json!("Autre chose");
        payload["data"]["data"]["contact_metier_email"] = json!("d.autre@ville.example");
        payload
    };
    for (event, at, state, amendment) in [
        ("reopen", 1, "draft", json!("draft")),
        ("submit", 2, "submitted", json!("submitted")),
        (
            "request_changes",
            3,
            "changes_requested",
            json!("changes_requested"),
        ),
        ("refuse", 4, "validated", Value::Null),
        ("reopen", 5, "draft", json!("draft")),
        ("cancel_reopening", 6, "validated", Value::Null),
        ("submit", 7, "submitted", json!("submitted")),
    ] {
        world.deliver(&amended(event, NOON + at, state)).await?;
        let request = world.request(1).await?;
        assert_eq!(request["amendment"], amendment, "{event}");
        for column in ["status", "title", "scopes", "contacts", "tokens"] {
            assert_eq!(request[column], before[column], "{event}: {column}");
        }
    }
    let same = world
        .deliver(&amended("approve", NOON + 8, "validated"))
        .await?;
    assert_eq!(same["token_id"], token);
    let request = world.request(1).await?;
    assert_eq!(
        (&request["scopes"], &request["title"]),
        (&json!(["everything"]), &json!("Autre chose"))
    );
    assert_eq!(
        (&request["amendment"], tokens(&request)),
        (&Value::Null, (1, 0))
    );
    Ok(())
}

#[tokio::test]
async fn a12_a_transfer_during_an_amendment_changes_people_and_nothing_else() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    world
        .deliver(&second(1, "reopen", NOON + 1, "draft"))
        .await?;
    let mut transfer = second(1, "transfer", NOON + 2, "draft");
    transfer["data"]["applicant"]["email"] = json!(" E.Nouvelle@Ville.example ");
    transfer["data"]["organization"] = json!({ "siret": "13002526500013", "name": "Autre" });
    transfer["data"]["data"]["intitule"] = json!("Brouillon");
    transfer["data"]["data"]["scopes"] = json!([]);
    world.deliver(&transfer).await?;
    let request = world.request(1).await?;
    assert_eq!(
        (&request["status"], &request["amendment"]),
        (&json!("validated"), &json!("draft"))
    );
    assert_eq!(request["contacts"][0]["email"], "e.nouvelle@ville.example");
    assert_eq!(request["organization"]["siret"], "13002526500013");
    assert_eq!(
        (&request["title"], &request["scopes"]),
        (
            &json!("Marchés publics"),
            &json!(["entreprises", "open_data"])
        )
    );
    Ok(())
}

#[tokio::test]
async fn a_delivery_that_names_nobody_removes_nobody() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let before = world.request(1).await?["contacts"].take();
    let mut transfer = second(1, "transfer", NOON + 1, "validated");
    transfer["data"]["applicant"] = Value::Null;
    transfer["data"]["data"] = json!({});
    world.deliver(&transfer).await?;
    assert_eq!(world.request(1).await?["contacts"], before);
    Ok(())
}

#[tokio::test]
async fn contacts_are_replaced_and_removed() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "submit", NOON, "submitted"))
        .await?;
    let mut other = second(1, "update", NOON + 1, "draft");
    other["data"]["data"]["contact_metier_email"] = json!("not an address");
    other["data"]["data"]["contact_technique_email"] = json!("f.neuf@ville.example");
    world.deliver(&other).await?;
    let contacts = world.request(1).await?["contacts"].take();
    let held: Vec<(&str, &str)> = contacts
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|it| Some((it["role"].as_str()?, it["email"].as_str()?)))
        .collect();
    assert_eq!(
        held,
        [
            ("applicant", "a.martin@ville.example"),
            ("technical", "f.neuf@ville.example")
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_renewal_archives_what_it_renews_and_its_tokens_run_on() -> Result<()> {
    let world = World::start().await?;
    let path = "/api/datapass/api_entreprise/webhook";
    let mut renewal = tests::simulators::datapass::first(2, "approve", NOON + 1, "validated");
    renewal["data"]["pass"]["copied_from_enrollment_id"] = json!(1);
    // In either order.
    for (old, new) in [(1, 2), (3, 4)] {
        let approval = tests::simulators::datapass::first(old, "approve", NOON, "validated");
        renewal["data"]["pass"]["id"] = json!(new);
        renewal["data"]["pass"]["copied_from_enrollment_id"] = json!(old);
        let mut deliveries = [approval, renewal.clone()];
        if old == 3 {
            deliveries.reverse();
        }
        for delivery in &deliveries {
            world.deliver_to(path, delivery).await?;
        }
        let request = world.request(old).await?;
        assert_eq!(
            (&request["status"], tokens(&request)),
            (&json!("archived"), (1, 0)),
            "{old}"
        );
        assert_eq!(alerts(&request), Vec::<&str>::new());
        assert_eq!(world.request(new).await?["status"], "validated");
    }
    Ok(())
}

#[tokio::test]
async fn a_contact_is_linked_by_a_verified_address_and_sees_their_own_requests() -> Result<()> {
    let world = World::start().await?;
    let anne = world.server.sign_in("anne", "user").await?;
    let chloe = world.server.sign_in("chloe", "user").await?;
    let account = |login: &str, email: &str, is_verified: bool| {
        format!(
            "insert into accounts (service_id, user_id, remote_id, login, email, email_verified) \
             select s.id, u.id, '{login}', '{login}', '{email}', {is_verified} from services s, users u \
             where u.name ilike '{login}';"
        )
    };
    let service = "insert into services (code, kind, name) values ('github', 'github', 'GitHub');";
    let statements = [
        service.to_owned(),
        account("anne", "A.Martin@ville.example", true),
        account("chloe", "c.petit@ville.example", false),
    ];
    world.database.run_statements(&statements.concat()).await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let mut other = second(2, "approve", NOON, "validated");
    other["data"]["applicant"]["email"] = json!("somebody@else.example");
    world.deliver(&other).await?;
    let query = "{ authorization_requests { external_id contacts(order_by: {role: asc}) { role user { name } } } \
                 api_tokens { request { external_id } } }";
    let seen = anne.data(query).await?;
    assert_eq!(seen["authorization_requests"][0]["external_id"], "1");
    assert_eq!(
        seen["authorization_requests"][0]["contacts"][0]["user"]["name"],
        "anne"
    );
    assert_eq!(
        seen["authorization_requests"].as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(
        seen["api_tokens"],
        json!([{ "request": { "external_id": "1" } }])
    );
    let nothing = json!({ "authorization_requests": [], "api_tokens": [] });
    assert_eq!(
        chloe.data(query).await?,
        nothing,
        "an address that nobody vouches for links nobody"
    );
    Ok(())
}
