//! Signing in, staying in, being put out.

use anyhow::{Context as _, Result};
use reqwest::{Response, header};
use serde_json::{Value, json};
use tests::harness::{
    Client, World,
    client::{cookies, http, until},
    run,
};
use url::Url;

const ME: &str = "{ users { name } }";

fn with_cookie(world: &World, cookie: &str) -> Client {
    Client::new(world.server.url()).with_header("cookie", cookie)
}

#[tokio::test]
async fn a_sign_in_gives_a_cookie_and_a_token_of_ten_minutes() -> Result<()> {
    let world = World::synced().await?;
    let signed_in = world.server.anonymous().sign_in("adele", "user").await?;
    assert_eq!(signed_in.body["user"]["name"], "Adèle Vertefeuille");
    assert_eq!(signed_in.body["user"]["roles"], json!(["user"]));
    let expires: chrono::DateTime<chrono::Utc> = signed_in.body["expires"]
        .as_str()
        .unwrap_or_default()
        .parse()?;
    let minutes = (expires - now()).num_seconds();
    assert!((580..=600).contains(&minutes), "{minutes} s");
    let by_cookie = with_cookie(&world, &signed_in.cookie);
    assert_eq!(
        by_cookie.data(ME).await?,
        json!({ "users": [{ "name": "Adèle Vertefeuille" }] })
    );
    let by_token = world.server.sign_in("adele", "user").await?;
    assert_eq!(
        by_token.data(ME).await?,
        json!({ "users": [{ "name": "Adèle Vertefeuille" }] })
    );
    let me: Value = by_cookie
        .get("/auth/get_current_user")
        .await?
        .json()
        .await?;
    assert_eq!(me["user"]["login"], "adele");
    assert_eq!(
        world
            .server
            .anonymous()
            .get("/auth/get_current_user")
            .await?
            .status(),
        401
    );
    Ok(())
}

fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

#[tokio::test]
async fn a_role_that_was_not_given_is_refused() -> Result<()> {
    let world = World::start().await?;
    let user = world.server.sign_in("someone", "user").await?;
    assert_eq!(
        user.clone().as_role("admin").error(ME).await?.0,
        "access-denied"
    );
    assert_eq!(user.as_role("manager").error(ME).await?.0, "access-denied");
    let admin = world.server.sign_in("somebody", "admin").await?;
    assert!(admin.data("{ audit_log(limit: 1) { id } }").await.is_ok());
    assert_eq!(
        admin.as_role("user").error("{ audit_log { id } }").await?.0,
        "validation-failed"
    );
    Ok(())
}

#[tokio::test]
async fn a_forged_or_foreign_token_is_an_error_and_never_somebody_else() -> Result<()> {
    let world = World::start().await?;
    let token = world
        .server
        .anonymous()
        .sign_in("someone", "user")
        .await?
        .token;
    let parts: Vec<&str> = token.split('.').collect();
    let [head, claims, signature] = parts.as_slice() else {
        anyhow::bail!("no JWT: {token}")
    };
    let without_signature = base64_url(br#"{"alg":"none","typ":"JWT"}"#);
    let raised = String::from_utf8(from_base64_url(claims)?)?.replace("\"user\"", "\"admin\"");
    let forgeries = [
        format!("{head}.{}.{signature}", base64_url(raised.as_bytes())),
        format!("{without_signature}.{claims}."),
        format!("{head}.{claims}.{}", base64_url(&[7; 64])),
        "not.a.token".to_owned(),
        String::new(),
    ];
    for forgery in forgeries {
        let client = world
            .server
            .anonymous()
            .with_header("authorization", &format!("Bearer {forgery}"));
        assert_eq!(
            client.error("{ services { code } }").await?.0,
            "invalid-jwt",
            "{forgery}"
        );
    }
    let basic = world
        .server
        .anonymous()
        .with_header("authorization", "Basic YTpi");
    assert_eq!(basic.error("{ services { code } }").await?.0, "invalid-jwt");
    let operator = world
        .server
        .anonymous()
        .with_header("x-hasura-admin-secret", "wrong");
    assert_eq!(
        operator.error("{ services { code } }").await?.0,
        "access-denied"
    );
    Ok(())
}

fn base64_url(bytes: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(bytes)
}

fn from_base64_url(text: &str) -> Result<Vec<u8>> {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    Ok(URL_SAFE_NO_PAD.decode(text)?)
}

#[tokio::test]
async fn signing_out_ends_cookie_and_token_at_once() -> Result<()> {
    let world = World::start().await?;
    let signed_in = world.server.anonymous().sign_in("someone", "user").await?;
    let by_cookie = with_cookie(&world, &signed_in.cookie);
    let by_token = world
        .server
        .anonymous()
        .with_header("authorization", &format!("Bearer {}", signed_in.token));
    assert!(by_token.data(ME).await.is_ok());
    assert_eq!(
        by_cookie.post("/auth/logout", &json!({})).await?.status(),
        204
    );
    for caller in [by_cookie, by_token] {
        until(async || {
            Ok(caller
                .error(ME)
                .await
                .ok()
                .filter(|(code, _)| code == "access-denied"))
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_deactivated_user_is_out_and_cannot_come_back() -> Result<()> {
    let world = World::synced().await?;
    let user = world.server.sign_in("adele", "user").await?;
    assert!(user.data(ME).await.is_ok());
    let query = "{ users(where: {login: {_eq: \"adele\"}}) { id } }";
    let id = world.server.operator().data(query).await?["users"][0]["id"].take();
    let deactivate = "mutation($id: uuid!) { update_users_by_pk(pk_columns: {id: $id}, _set: {active: false}) { active } }";
    world
        .server
        .operator()
        .data_with(deactivate, json!({ "id": id }))
        .await?;
    until(async || {
        Ok(user
            .error(ME)
            .await
            .ok()
            .filter(|(code, _)| code == "access-denied"))
    })
    .await?;
    let again = world
        .server
        .anonymous()
        .post("/auth/login/dev", &json!({ "login": "adele" }))
        .await?;
    assert_eq!(again.status(), 401);
    let body: Value = again.json().await?;
    assert_eq!(body["error"]["code"], "inactive");
    assert!(
        body["error"]["request_id"]
            .as_str()
            .is_some_and(|id| !id.is_empty())
    );
    Ok(())
}

#[tokio::test]
async fn another_site_may_not_use_the_cookie() -> Result<()> {
    let world = World::start().await?;
    let signed_in = world.server.anonymous().sign_in("someone", "admin").await?;
    let own = with_cookie(&world, &signed_in.cookie);
    assert!(
        own.clone()
            .with_header("sec-fetch-site", "same-origin")
            .data(ME)
            .await
            .is_ok()
    );
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
    ] {
        let foreign = own.clone().with_header(name, value);
        assert_eq!(
            foreign.error(ME).await?.0,
            "access-denied",
            "{name}: {value}"
        );
        assert_eq!(
            foreign.post("/auth/logout", &json!({})).await?.status(),
            401,
            "{name}: {value}"
        );
        let login = foreign
            .post("/auth/login/dev", &json!({ "login": "x" }))
            .await?;
        assert_eq!(login.status(), 401, "{name}: {value}");
    }
    assert!(own.data(ME).await.is_ok());
    Ok(())
}

#[tokio::test]
async fn the_published_key_is_the_one_that_signs() -> Result<()> {
    let world = World::start().await?;
    let token = world
        .server
        .anonymous()
        .sign_in("someone", "user")
        .await?
        .token;
    let head: Value = serde_json::from_slice(&from_base64_url(
        token.split('.').next().unwrap_or_default(),
    )?)?;
    let keys: Value = world
        .server
        .anonymous()
        .get("/.well-known/jwks.json")
        .await?
        .json()
        .await?;
    let key = &keys["keys"][0];
    assert_eq!(
        (&key["kid"], &key["alg"], &head["alg"]),
        (&head["kid"], &json!("EdDSA"), &json!("EdDSA"))
    );
    assert!(
        key.get("d").is_none(),
        "the private half is never published"
    );
    Ok(())
}

#[tokio::test]
async fn the_development_provider_needs_the_flag_and_loopback() -> Result<()> {
    let world = World::start().await?;
    let path = std::env::temp_dir().join(format!("secretariat-dev-{}.toml", uuid::Uuid::new_v4()));
    std::fs::write(
        &path,
        "[[providers]]\nid = \"dev\"\nkind = \"dev\"\nlabel = \"Dev\"\n",
    )?;
    let config = path.to_string_lossy();
    let database = ("DATABASE_URL", world.database.url());
    let ended = run(
        &["--config", &config, "serve"],
        &[database, ("SECRETARIAT_LISTEN", "127.0.0.1:0")],
    )
    .await?;
    assert!(
        !ended.is_success && ended.errors.contains("--dev"),
        "{}",
        ended.errors
    );
    let ended = run(
        &["serve", "--dev"],
        &[database, ("SECRETARIAT_LISTEN", "0.0.0.0:0")],
    )
    .await?;
    assert!(
        !ended.is_success && ended.errors.contains("loopback"),
        "{}",
        ended.errors
    );
    let bad = world
        .server
        .anonymous()
        .post("/auth/login/dev", &json!({ "login": " " }))
        .await?;
    assert_eq!(bad.status(), 400);
    let unknown = world
        .server
        .anonymous()
        .post("/auth/login/nowhere", &json!({ "login": "x" }))
        .await?;
    assert_eq!(unknown.status(), 404);
    Ok(())
}

/// Goes through GitHub's sign-in as a browser does, as this person of the simulator.
async fn through_github(world: &World, login: &str) -> Result<Response> {
    let leaving = world
        .server
        .anonymous()
        .get("/auth/login/github?next=/people")
        .await?;
    assert_eq!(leaving.status(), 303);
    let cookie = cookies(&leaving);
    let mut authorize = Url::parse(location(&leaving)?)?;
    assert!(
        authorize
            .query_pairs()
            .any(|(name, value)| name == "code_challenge_method" && value == "S256")
    );
    authorize.query_pairs_mut().append_pair("login", login);
    let agreed = http()?.get(authorize).send().await?;
    let callback = Url::parse(location(&agreed)?)?;
    let path = format!(
        "{}?{}",
        callback.path(),
        callback.query().unwrap_or_default()
    );
    with_cookie(world, &cookie).get(&path).await
}

fn location(response: &Response) -> Result<&str> {
    let location = response.headers().get(header::LOCATION);
    Ok(location
        .with_context(|| format!("no redirect but {}", response.status()))?
        .to_str()?)
}

/// Logins of the simulated organization, by a team they are in and one they are not in.
async fn member(world: &World, team: &str, not_in: &str) -> Result<String> {
    let query = "query($team: [String!], $other: [String!]) { accounts(limit: 1, where: {state: {_eq: \"active\"}, \
                 groups: {_contains: $team}, _not: {groups: {_contains: $other}}}) { login } }";
    let variables = json!({ "team": [team], "other": [not_in] });
    let found = world.server.operator().data_with(query, variables).await?;
    Ok(found["accounts"][0]["login"]
        .as_str()
        .context("nobody is in this team")?
        .to_owned())
}

#[tokio::test]
async fn github_signs_in_by_team_as_the_person_whose_account_it_is() -> Result<()> {
    let world = World::synced().await?;
    let login = member(&world, "sre", "nothing").await?;
    let arrived = through_github(&world, &login).await?;
    assert_eq!(location(&arrived)?, "/people");
    let client = with_cookie(&world, &cookies(&arrived));
    let me: Value = client.get("/auth/get_current_user").await?.json().await?;
    assert_eq!(me["user"]["roles"], json!(["user", "admin"]));
    let query = "query($login: citext) { accounts(where: {login: {_eq: $login}}) { user_id } users_aggregate { aggregate { count } } }";
    let known = world
        .server
        .operator()
        .data_with(query, json!({ "login": login }))
        .await?;
    assert_eq!(known["accounts"][0]["user_id"], me["user"]["id"]);
    assert_eq!(known["users_aggregate"]["aggregate"]["count"], 40);
    Ok(())
}

#[tokio::test]
async fn an_account_found_after_its_holder_signed_in_joins_the_same_user() -> Result<()> {
    let world = World::start().await?;
    let arrived = through_github(&world, "adele").await?;
    let client = with_cookie(&world, &cookies(&arrived));
    let me: Value = client.get("/auth/get_current_user").await?.json().await?;
    let run = world.server.operator().sync().await?;
    assert_eq!(
        (&run["linked"], &run["created"]),
        (&json!(1), &json!(39)),
        "{run}"
    );
    let query = "{ accounts(where: {login: {_eq: \"adele\"}}) { user_id } }";
    let held = world.server.operator().data(query).await?;
    assert_eq!(held["accounts"][0]["user_id"], me["user"]["id"]);
    Ok(())
}

#[tokio::test]
async fn github_lets_nobody_in_without_a_team_and_asks_again_at_every_sign_in() -> Result<()> {
    let world = World::synced().await?;
    let outsider = world
        .server
        .operator()
        .data("{ accounts(limit: 1, where: {state: {_eq: \"active\"}, _not: {_or: [{groups: {_contains: [\"sre\"]}}, {groups: {_contains: [\"produit\"]}}]}}) { login } }")
        .await?;
    let outsider = outsider["accounts"][0]["login"]
        .as_str()
        .context("everybody is in a team")?
        .to_owned();
    assert_eq!(
        location(&through_github(&world, &outsider).await?)?,
        "/sign-in?error=refused"
    );
    let insider = member(&world, "produit", "sre").await?;
    let arrived = through_github(&world, &insider).await?;
    let me: Value = with_cookie(&world, &cookies(&arrived))
        .get("/auth/get_current_user")
        .await?
        .json()
        .await?;
    assert_eq!(me["user"]["roles"], json!(["user"]));
    world
        .people(json!({ "change": [{ "login": insider, "teams": ["all"] }] }))
        .await?;
    assert_eq!(
        location(&through_github(&world, &insider).await?)?,
        "/sign-in?error=refused"
    );
    Ok(())
}

#[tokio::test]
async fn a_sign_in_that_was_begun_elsewhere_is_refused() -> Result<()> {
    let world = World::synced().await?;
    let leaving = world.server.anonymous().get("/auth/login/github").await?;
    let cookie = cookies(&leaving);
    let callback = "/auth/authorize/github?code=stolen&state=";
    let without_cookie = world
        .server
        .anonymous()
        .get(&format!("{callback}x"))
        .await?;
    assert_eq!(location(&without_cookie)?, "/sign-in?error=refused");
    let wrong_state = with_cookie(&world, &cookie)
        .get(&format!("{callback}x"))
        .await?;
    assert_eq!(location(&wrong_state)?, "/sign-in?error=refused");
    let authorize = Url::parse(location(&leaving)?)?;
    let state = authorize
        .query_pairs()
        .find(|(name, _)| name == "state")
        .map(|(_, value)| value.into_owned());
    let stolen = format!("{callback}{}", state.context("no state")?);
    let wrong_code = with_cookie(&world, &cookie).get(&stolen).await?;
    assert_eq!(location(&wrong_code)?, "/sign-in?error=refused");
    Ok(())
}
