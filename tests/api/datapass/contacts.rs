//! Contacts, who are nobody of the directory: signing in by a link, and what they see and may do then.

use std::time::SystemTime;

use super::{NOON, World, secret};
use anyhow::{Context as _, Result};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Text},
};
use diesel_async::RunQueryDsl as _;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{harness::Client, simulators::datapass::second};

const APPLICANT: &str = "a.martin@ville.example";
const BUSINESS: &str = "b.roy@ville.example";

async fn ask(world: &World, email: &str) -> Result<StatusCode> {
    let answer = world
        .server
        .anonymous()
        .post("/auth/contact", &json!({ "email": email }))
        .await?;
    Ok(answer.status())
}

/// Asks with the headers in which proxies tell an address.
async fn ask_from(world: &World, address: &str, email: &str) -> Result<StatusCode> {
    let caller = world
        .server
        .anonymous()
        .with_header("x-forwarded-for", address)
        .with_header("x-real-ip", address);
    let answer = caller
        .post("/auth/contact", &json!({ "email": email }))
        .await?;
    Ok(answer.status())
}

/// How many links were noted for an address.
pub(super) async fn links(world: &World, email: &str) -> Result<i64> {
    let found: Count =
        diesel::sql_query("select count(*) as count from contact_links where email = $1::citext")
            .bind::<Text, _>(email)
            .get_result(&mut world.database.connect().await?)
            .await?;
    Ok(found.count)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// A contact who signed in by the link in the newest of so many mails.
pub(super) async fn enter(world: &World, email: &str, mails: usize) -> Result<Client> {
    assert_eq!(ask(world, email).await?, StatusCode::ACCEPTED);
    let mails = world.mails(email, mails).await?;
    let secret = secret(mails.last(), "/sign-in/contact/")?;
    let entered = world
        .server
        .anonymous()
        .post("/auth/contact/enter", &json!({ "secret": secret }))
        .await?;
    assert_eq!(entered.status(), StatusCode::OK);
    let body: Value = entered.json().await?;
    assert_eq!(
        (&body["user"]["email"], &body["user"]["roles"]),
        (&json!(email), &json!(["contact"]))
    );
    let again = world
        .server
        .anonymous()
        .post("/auth/contact/enter", &json!({ "secret": secret }))
        .await?;
    assert_eq!(
        again.status(),
        StatusCode::UNAUTHORIZED,
        "a link serves once"
    );
    let token = body["token"].as_str().context("no token")?;
    Ok(world
        .server
        .anonymous()
        .with_header("authorization", &format!("Bearer {token}")))
}

#[tokio::test]
async fn a_contact_sees_the_own_requests_and_tokens_and_nothing_else() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let mut others = second(2, "approve", NOON, "validated");
    others["data"]["applicant"]["email"] = json!("z@autre.example");
    for role in ["contact_metier", "contact_technique"] {
        others["data"]["data"][format!("{role}_email")] = json!("z@autre.example");
    }
    world.deliver(&others).await?;
    let contact = enter(&world, APPLICANT, 2).await?;
    let data = contact
        .data("{ authorization_requests { external_id organization { siret } contacts { email } tokens { id } } api_tokens { id } organizations { siret } }")
        .await?;
    assert_eq!(
        data["authorization_requests"].as_array().map(Vec::len),
        Some(1),
        "{data}"
    );
    assert_eq!(data["authorization_requests"][0]["external_id"], "1");
    assert_eq!(data["api_tokens"].as_array().map(Vec::len), Some(1));
    for hidden in ["users", "user_cards", "datapass_events", "alerts", "jobs"] {
        let (code, _) = contact
            .error(&format!("{{ {hidden} {{ __typename }} }}"))
            .await?;
        assert_eq!(
            code, "validation-failed",
            "{hidden} does not exist for a contact"
        );
    }
    Ok(())
}

#[tokio::test]
async fn asking_for_a_link_tells_nothing_and_floods_nobody() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "submit", NOON, "submitted"))
        .await?;
    world.rest().await?;
    assert_eq!(
        ask(&world, "nobody@ville.example").await?,
        StatusCode::ACCEPTED,
        "as for a contact"
    );
    assert_eq!(ask(&world, "no address").await?, StatusCode::BAD_REQUEST);
    for _ in 0..5 {
        assert_eq!(
            ask(&world, "A.Martin@Ville.example").await?,
            StatusCode::ACCEPTED
        );
    }
    world.rest().await?;
    assert_eq!(
        world.mails("nobody@ville.example", 0).await?,
        Vec::<Value>::new()
    );
    assert_eq!(
        world.mails(APPLICANT, 4).await?.len(),
        4,
        "three links beside the first letter"
    );
    for number in 0..20 {
        ask(&world, &format!("somebody{number}@ville.example")).await?;
    }
    assert_eq!(ask(&world, APPLICANT).await?, StatusCode::TOO_MANY_REQUESTS);
    let invented = world
        .server
        .anonymous()
        .post("/auth/contact/enter", &json!({ "secret": "guessed" }))
        .await?;
    assert_eq!(invented.status(), StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test]
async fn asks_at_once_count_each_other() -> Result<()> {
    let world = World::with("[limits]\naddress_header = \"x-real-ip\"\n").await?;
    let places: Vec<String> = (0..40).map(|number| format!("192.0.2.{number}")).collect();
    let asks = places
        .iter()
        .map(|place| ask_from(&world, place, APPLICANT));
    let answers = futures::future::try_join_all(asks).await?;
    assert!(
        answers.iter().all(|status| *status == StatusCode::ACCEPTED),
        "{answers:?}"
    );
    assert_eq!(links(&world, APPLICANT).await?, 3);
    let people: Vec<String> = (0..40)
        .map(|number| format!("somebody{number}@ville.example"))
        .collect();
    let asks = people
        .iter()
        .map(|email| ask_from(&world, "198.51.100.1", email));
    let answers = futures::future::try_join_all(asks).await?;
    let accepted = answers
        .iter()
        .filter(|status| **status == StatusCode::ACCEPTED);
    assert_eq!(accepted.count(), 20, "{answers:?}");
    Ok(())
}

#[tokio::test]
async fn behind_a_proxy_each_place_is_throttled_by_itself() -> Result<()> {
    let world = World::with("[limits]\naddress_header = \"x-forwarded-for\"\n").await?;
    for number in 0..20 {
        let email = format!("somebody{number}@ville.example");
        // What the caller wrote stands before what the proxy added.
        let told = format!("203.0.113.{number}, 192.0.2.1");
        let status = ask_from(&world, &told, &email).await?;
        assert_eq!(status, StatusCode::ACCEPTED, "{number}");
    }
    assert_eq!(
        ask_from(&world, "192.0.2.1", APPLICANT).await?,
        StatusCode::TOO_MANY_REQUESTS
    );
    assert_eq!(
        ask_from(&world, "192.0.2.2", APPLICANT).await?,
        StatusCode::ACCEPTED,
        "somebody else's asks"
    );
    Ok(())
}

#[tokio::test]
async fn without_a_proxy_no_header_says_where_an_ask_came_from() -> Result<()> {
    let world = World::start().await?;
    for number in 0..20 {
        let email = format!("somebody{number}@ville.example");
        ask_from(&world, &format!("192.0.2.{number}"), &email).await?;
    }
    assert_eq!(
        ask_from(&world, "192.0.2.99", APPLICANT).await?,
        StatusCode::TOO_MANY_REQUESTS
    );
    Ok(())
}

#[tokio::test]
async fn an_applicant_prolongs_a_token_at_once_or_by_way_of_datapass() -> Result<()> {
    let world = World::start().await?;
    // Approved so long ago that the token ends in some 18 days.
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let approved = i64::try_from(now.as_secs())? - 530 * 86_400;
    let id = world
        .deliver(&second(1, "approve", approved, "validated"))
        .await?["token_id"]
        .take();
    let fresh = world
        .deliver(&second(
            2,
            "approve",
            i64::try_from(now.as_secs())?,
            "validated",
        ))
        .await?["token_id"]
        .take();
    let applicant = enter(&world, APPLICANT, 3).await?;
    let mutation = "mutation($id: uuid!, $same: Boolean!) { request_token_prolongation(id: $id, owner: still_in_charge, \
                    is_purpose_unchanged: $same, is_business_contact_unchanged: true, is_technical_contact_unchanged: true) { state } }";
    let ask = async |id: &Value, same: bool| {
        let variables = json!({ "id": id, "same": same });
        applicant.answer(mutation, variables).await
    };
    let early = ask(&fresh, true).await?;
    assert_eq!(
        early["errors"][0]["extensions"]["code"], "conflict",
        "more than 90 days are left: {early}"
    );
    assert_eq!(
        ask(&id, false).await?["data"]["request_token_prolongation"]["state"],
        "requires_update"
    );
    let states = async || {
        let data = applicant
            .data("{ token_prolongations { state token { expires_at } } }")
            .await?;
        Ok::<_, anyhow::Error>(data["token_prolongations"][0]["state"].clone())
    };
    let asked = i64::try_from(now.as_secs())?;
    let mut submit = second(1, "submit", asked + 60, "submitted");
    world.deliver(&submit).await?;
    assert_eq!(states().await?, "update_submitted");
    submit["event"] = json!("refuse");
    submit["fired_at"] = json!(asked + 70);
    submit["data"]["state"] = json!("validated");
    world.deliver(&submit).await?;
    assert_eq!(states().await?, "update_refused");
    assert_eq!(
        ask(&id, true).await?["data"]["request_token_prolongation"]["state"],
        "prolonged"
    );
    let early = ask(&id, true).await?;
    assert_eq!(
        early["errors"][0]["extensions"]["code"], "conflict",
        "its life is whole again: {early}"
    );
    let business = enter(&world, BUSINESS, 3).await?;
    let other = business
        .answer(mutation, json!({ "id": id, "same": true }))
        .await?;
    assert_eq!(
        other["errors"][0]["extensions"]["code"], "not-found",
        "only the applicant decides: {other}"
    );
    Ok(())
}

#[tokio::test]
async fn where_a_request_is_amended_and_how_long_a_token_lives_is_known_to_its_applicant()
-> Result<()> {
    let world = World::with(
        "[datapass.api_demo]\nsecrets = [\"secret\"]\ntoken_months = 6\nrequest_url = \"https://datapass.example/{id}\"\n",
    )
    .await?;
    let apis: Value = world
        .server
        .anonymous()
        .get("/api/datapass")
        .await?
        .json()
        .await?;
    assert_eq!(
        apis[0],
        json!({ "api": "api_demo", "request_url": "https://datapass.example/{id}", "token_months": 6 })
    );
    assert_eq!(
        apis[1],
        json!({ "api": "api_entreprise", "request_url": "https://datapass.api.gouv.fr/demandes/{id}", "token_months": 18 })
    );
    assert_eq!(apis.as_array().map(Vec::len), Some(3), "{apis}");
    Ok(())
}

#[tokio::test]
async fn a_contact_asks_for_another_link_to_the_own_token() -> Result<()> {
    let world = World::start().await?;
    let id = world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?["token_id"]
        .take();
    let applicant = enter(&world, APPLICANT, 2).await?;
    let mutation = "mutation($id: uuid!) { send_token_link(id: $id) { id } }";
    for _ in 0..2 {
        assert_eq!(
            applicant.data_with(mutation, json!({ "id": id })).await?["send_token_link"]["id"],
            id
        );
    }
    world.rest().await?;
    let mails = world.mails(APPLICANT, 3).await?;
    assert_eq!(mails.len(), 3, "one link in an hour");
    let (status, shown) = world.show(&secret(mails.last(), "/token/")?).await?;
    assert_eq!((status, &shown["token_id"]), (StatusCode::OK, &id));
    let business = enter(&world, BUSINESS, 2).await?;
    let other = business.answer(mutation, json!({ "id": id })).await?;
    assert_eq!(other["errors"][0]["extensions"]["code"], "not-found");
    world
        .deliver(&second(1, "revoke", NOON + 1, "revoked"))
        .await?;
    let revoked = applicant.answer(mutation, json!({ "id": id })).await?;
    assert_eq!(
        revoked["errors"][0]["extensions"]["code"], "conflict",
        "no link is promised to what opens nothing: {revoked}"
    );
    Ok(())
}

#[tokio::test]
async fn a_request_is_an_entity_by_its_number_and_tells_no_more_to_others() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    let sdl = world.operator().data("{ _service { sdl } }").await?;
    let sdl = sdl["_service"]["sdl"].as_str().unwrap_or_default();
    assert!(sdl.contains("@key(fields: \"api external_id\")"), "{sdl}");
    let query = "query($it: [_Any!]!) { _entities(representations: $it) { ... on authorization_requests { status } } }";
    let it = json!({ "it": [
        { "__typename": "authorization_requests", "api": "api_entreprise", "external_id": "1" },
        { "__typename": "authorization_requests", "api": "api_particulier", "external_id": "1" },
    ] });
    let applicant = enter(&world, APPLICANT, 2).await?;
    for client in [&world.operator(), &applicant] {
        let found = client.data_with(query, it.clone()).await?;
        assert_eq!(found["_entities"], json!([{ "status": "validated" }, null]));
    }
    let stranger = world.server.sign_in("noe", "user").await?;
    let found = stranger.data_with(query, it).await?;
    assert_eq!(found["_entities"], json!([null, null]));
    Ok(())
}
