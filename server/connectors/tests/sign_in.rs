//! Reading who has signed in, with a token that the simulated GitHub gave for a code.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

use std::time::Duration;

use connectors::github::sign_in::Person;
use connectors::http_client;
use reqwest::Client;
use reqwest::header::{ACCEPT, LOCATION};
use secrecy::SecretString;
use serde_json::{Value, json};
use tests::simulators::Simulator;
use tests::simulators::github::{CLIENT_ID, CLIENT_SECRET, ORGANIZATION, Options};
use url::Url;

/// The verifier and challenge of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async fn code(http: &Client, simulator: &Simulator, login: &str) -> String {
    let answer = http
        .get(format!("{}/login/oauth/authorize", simulator.url()))
        .query(&[
            ("client_id", CLIENT_ID),
            ("redirect_uri", "http://localhost/callback"),
            ("state", "of mine"),
            ("scope", "read:org user:email"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("login", login),
        ])
        .send()
        .await
        .unwrap();
    let target: Url = answer
        .headers()
        .get(LOCATION)
        .unwrap()
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        target
            .query_pairs()
            .any(|pair| pair == ("state".into(), "of mine".into()))
    );
    target
        .query_pairs()
        .find(|(key, _)| key == "code")
        .unwrap()
        .1
        .into_owned()
}

async fn exchange(http: &Client, simulator: &Simulator, code: &str, verifier: &str) -> Value {
    http.post(format!("{}/login/oauth/access_token", simulator.url()))
        .header(ACCEPT, "application/json")
        .form(&[
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("code", code),
            ("code_verifier", verifier),
        ])
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

#[tokio::test]
async fn who_signed_in_and_in_which_teams() {
    let simulator = Simulator::start(Options::for_tests()).await.unwrap();
    let http = http_client(Duration::from_secs(10)).unwrap();
    // More teams than GitHub gives on one page.
    let teams: Vec<String> = (0..130).map(|number| format!("team-{number}")).collect();
    let person = json!({ "login": "zoe-test", "name": "Zoé Test", "verified_email": "zoe@fabrique-demo.example", "teams": teams });
    http.post(format!("{}/_data", simulator.url()))
        .json(&json!({ "add": [person] }))
        .send()
        .await
        .unwrap();

    let code = code(&http, &simulator, "zoe-test").await;
    let token = exchange(&http, &simulator, &code, VERIFIER).await;
    assert_eq!(token["scope"], "read:org,user:email");
    let again = exchange(&http, &simulator, &code, VERIFIER).await;
    assert_eq!(
        again["error"], "bad_verification_code",
        "a code is good for one exchange"
    );

    let token = SecretString::from(token["access_token"].as_str().unwrap());
    let holder = Person::new(http, Some(simulator.url().parse().unwrap()), token);
    let viewer = holder.viewer().await.unwrap();
    assert_eq!(
        (viewer.login.as_str(), viewer.name.as_deref()),
        ("zoe-test", Some("Zoé Test"))
    );
    assert_eq!(
        viewer.verified_emails,
        ["zoe@fabrique-demo.example", "zoe-test@courriel.example"]
    );
    assert_eq!(holder.teams(ORGANIZATION).await.unwrap().len(), 130);
    assert!(holder.teams("another").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_code_is_bound_to_its_verifier() {
    let simulator = Simulator::start(Options::for_tests()).await.unwrap();
    let http = http_client(Duration::from_secs(10)).unwrap();
    let person = json!({ "add": [{ "login": "zoe-test" }] });
    http.post(format!("{}/_data", simulator.url()))
        .json(&person)
        .send()
        .await
        .unwrap();
    let code = code(&http, &simulator, "zoe-test").await;
    let refused = exchange(&http, &simulator, &code, "another").await;
    assert_eq!(refused["error"], "bad_verification_code");
}
