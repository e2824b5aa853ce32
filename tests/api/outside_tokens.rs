//! Tokens that somebody else signs.

use crate::subscriptions::Socket;
use anyhow::Result;
use serde_json::{Value, json};
use tests::{
    harness::{Client, Plan, World},
    simulators::issuer::Issuer,
};

const ME: &str = "{ users { name } }";

/// A server that trusts an issuer, with further lines about it.
async fn trusting(issuer: &Issuer, more: &str) -> Result<World> {
    let url = issuer.url();
    World::plan(Plan {
        more: format!(
            "[[jwt.issuers]]\nissuer = \"{url}\"\njwks_url = \"{url}/keys\"\naudience = [\"secretariat\", \"other\"]\n{more}"
        ),
        ..Plan::default()
    })
    .await
}

fn claims(issuer: &Issuer, user: &Value) -> Value {
    json!({
        "iss": issuer.url(),
        "aud": "secretariat",
        "exp": chrono::Utc::now().timestamp() + 300,
        "sub": user,
        "groups": [{ "name": "user" }],
        "https://hasura.io/jwt/claims": {
            "x-hasura-allowed-roles": ["user", "admin"],
            "x-hasura-default-role": "user",
            "x-hasura-user-id": user,
        },
    })
}

fn bearer(world: &World, issuer: &Issuer, claims: &Value) -> Result<Client> {
    let token = issuer.sign(claims)?;
    let client = world.server.anonymous();
    Ok(client.with_header("authorization", &format!("Bearer {token}")))
}

/// The code of the answer to a token with one claim changed.
async fn refusal(
    world: &World,
    issuer: &Issuer,
    claims: &Value,
    name: &str,
    value: Value,
) -> Result<String> {
    let mut claims = claims.clone();
    claims[name] = value;
    Ok(bearer(world, issuer, &claims)?.error(ME).await?.0)
}

#[tokio::test]
async fn a_trusted_issuer_speaks_for_users_and_for_no_more() -> Result<()> {
    let issuer = Issuer::start(true).await?;
    let stranger = Issuer::start(true).await?;
    let world = trusting(&issuer, "").await?;
    let signed_in = world.server.anonymous().sign_in("someone", "user").await?;
    let user = &signed_in.body["user"]["id"];
    let claims = claims(&issuer, user);
    let expected = json!({ "users": [{ "name": signed_in.body["user"]["name"] }] });
    let theirs = bearer(&world, &issuer, &claims)?;
    // The keys are fetched beside the start.
    assert_eq!(
        tests::harness::client::until(async || Ok(theirs.data(ME).await.ok())).await?,
        expected
    );
    let (code, message) = theirs.as_role("admin").error(ME).await?;
    assert_eq!(code, "access-denied", "{message}");
    let ours = world.server.anonymous();
    let ours = ours.with_header("authorization", &format!("Bearer {}", signed_in.token));
    assert_eq!(
        ours.data(ME).await?,
        expected,
        "our own tokens count as before"
    );
    for (name, value) in [
        ("aud", json!("elsewhere")),
        ("aud", Value::Null),
        ("exp", json!(1)),
        ("exp", Value::Null),
        ("iss", json!(stranger.url())),
        ("iss", Value::Null),
        ("iss", json!(world.server.url())),
        ("nbf", json!(chrono::Utc::now().timestamp() + 300)),
    ] {
        let code = refusal(&world, &issuer, &claims, name, value.clone()).await?;
        assert_eq!(code, "invalid-jwt", "{name} {value}");
    }
    let forged = bearer(&world, &stranger, &claims)?.error(ME).await?;
    assert_eq!(forged.0, "invalid-jwt");
    for (id, code) in [
        (json!("nobody"), "jwt-invalid-claims"),
        (json!(uuid::Uuid::new_v4()), "access-denied"),
    ] {
        let mut claims = claims.clone();
        claims["https://hasura.io/jwt/claims"]["x-hasura-user-id"] = id;
        assert_eq!(bearer(&world, &issuer, &claims)?.error(ME).await?.0, code);
    }
    let theirs = bearer(&world, &issuer, &claims)?;
    assert_eq!(theirs.data(ME).await?, expected);
    let deactivate = "mutation($id: uuid!) { update_users_by_pk(pk_columns: {id: $id}, _set: {active: false}) { active } }";
    let operator = world.server.operator();
    operator
        .data_with(deactivate, json!({ "id": user }))
        .await?;
    assert_eq!(theirs.error(ME).await?.0, "access-denied");
    Ok(())
}

#[tokio::test]
async fn a_socket_is_closed_when_its_user_may_not_come_in_any_more() -> Result<()> {
    let issuer = Issuer::start(true).await?;
    let world = trusting(&issuer, "").await?;
    let operator = world.server.operator();
    for end in [
        "mutation($id: uuid!) { update_users_by_pk(pk_columns: {id: $id}, _set: {active: false}) { id } }",
        "mutation($id: uuid!) { delete_users_by_pk(id: $id) { id } }",
    ] {
        let add = "mutation($name: String!) { insert_users_one(object: {name: $name}) { id } }";
        let mut users = Vec::new();
        for name in ["gone", "staying"] {
            let added = operator.data_with(add, json!({ "name": name })).await?;
            users.push(added["insert_users_one"]["id"].clone());
        }
        let mut sockets = Vec::new();
        for user in &users {
            let token = issuer.sign(&claims(&issuer, user))?;
            let init = json!({ "authorization": format!("Bearer {token}") });
            // The keys are fetched beside the start.
            let enter = async || Ok(Socket::enter(&world.server, &[], init.clone()).await.ok());
            sockets.push(tests::harness::client::until(enter).await?);
        }
        operator.data_with(end, json!({ "id": users[0] })).await?;
        assert_eq!(sockets[0].next().await?, None, "{end}");
        let ping = json!({ "type": "ping" });
        sockets[1].send(ping).await?;
        assert_eq!(sockets[1].next().await?, Some(json!({ "type": "pong" })));
    }
    Ok(())
}

#[tokio::test]
async fn the_configuration_says_where_claims_stand_and_which_roles_they_give() -> Result<()> {
    let issuer = Issuer::start(true).await?;
    let more = "roles = [\"admin\"]\nalgorithms = [\"EdDSA\"]\n\
        claims_map.x-hasura-allowed-roles = { path = \"$.groups[*].name\" }\n\
        claims_map.x-hasura-default-role = \"admin\"\n\
        claims_map.X-Hasura-User-Id = { path = \"$.sub\" }\n";
    let world = trusting(&issuer, more).await?;
    let signed_in = world.server.anonymous().sign_in("someone", "user").await?;
    let mut claims = claims(&issuer, &signed_in.body["user"]["id"]);
    claims["groups"] = json!([{ "name": "admin" }, { "name": "user" }]);
    let theirs = bearer(&world, &issuer, &claims)?;
    let query = "{ audit_log(limit: 1) { id } }";
    tests::harness::client::until(async || Ok(theirs.data(query).await.ok())).await?;
    assert_eq!(theirs.as_role("user").error(ME).await?.0, "access-denied");
    let code = refusal(
        &world,
        &issuer,
        &claims,
        "groups",
        json!([{ "name": "user" }]),
    )
    .await?;
    assert_eq!(code, "access-denied");
    let code = refusal(&world, &issuer, &claims, "sub", Value::Null).await?;
    assert_eq!(code, "jwt-invalid-claims");
    Ok(())
}

#[tokio::test]
async fn an_issuer_that_cannot_be_reached_stops_nobody_else() -> Result<()> {
    let issuer = Issuer::start(false).await?;
    let world = trusting(&issuer, "").await?;
    let signed_in = world.server.anonymous().sign_in("someone", "user").await?;
    let claims = claims(&issuer, &signed_in.body["user"]["id"]);
    let refused = bearer(&world, &issuer, &claims)?.error(ME).await?;
    assert_eq!(refused.0, "invalid-jwt");
    Ok(())
}
