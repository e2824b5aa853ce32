//! The GitHub connector against the simulated GitHub, which holds every query against GitHub's whole schema.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use connectors::github::{GitHub, Settings};
use connectors::{
    ConnectorError, Fault, Membership, Page, RemoteAccount, RemoteState, http_client,
};
use futures::TryStreamExt as _;
use secrecy::SecretString;
use serde_json::{Value, json};
use tests::simulators::Simulator;
use tests::simulators::github::{ORGANIZATION, Options, TOKEN};

struct Stand {
    simulator: Simulator,
    http: reqwest::Client,
}

impl Stand {
    async fn with(people: usize) -> Self {
        let simulator = Simulator::start(Options {
            people,
            ..Options::for_tests()
        })
        .await
        .unwrap();
        Self {
            simulator,
            http: http_client(Duration::from_secs(10)).unwrap(),
        }
    }

    fn settings(&self) -> Settings {
        Settings {
            base_url: Some(self.simulator.url().parse().unwrap()),
            timeout: Duration::from_millis(800),
            retries: 1,
            ..Settings::new(ORGANIZATION, SecretString::from(TOKEN))
        }
    }

    async fn list(&self, settings: Settings) -> Result<Vec<Page>, ConnectorError> {
        GitHub::new(settings, self.http.clone())
            .unwrap()
            .pages()
            .try_collect()
            .await
    }

    async fn post(&self, path: &str, body: Value) {
        let url = format!("{}{path}", self.simulator.url());
        self.http
            .post(url)
            .json(&body)
            .send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap();
    }

    async fn calls(&self) -> Vec<Value> {
        let url = format!("{}/_calls", self.simulator.url());
        self.http
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    /// What a listing ends with after a fault on the second call.
    async fn fault(&self, mut control: Value) -> Fault {
        control["path"] = json!("/graphql");
        control["after"] = json!(1);
        self.post("/_control", control).await;
        self.list(Settings {
            page_size: 50,
            ..self.settings()
        })
        .await
        .unwrap_err()
        .fault
    }
}

fn accounts(pages: &[Page]) -> Vec<&RemoteAccount> {
    pages.iter().flat_map(|page| &page.accounts).collect()
}

#[tokio::test]
async fn everybody_and_every_membership_arrives_in_pages() {
    let stand = Stand::with(300).await;
    let pages = stand.list(stand.settings()).await.unwrap();
    let accounts = accounts(&pages);
    let ids: HashSet<&str> = accounts
        .iter()
        .map(|account| account.remote_id.as_str())
        .collect();
    assert_eq!((accounts.len(), ids.len()), (300, 300));
    let invited = accounts
        .iter()
        .filter(|account| account.state == RemoteState::Invited)
        .count();
    assert_eq!(invited, 6);
    assert_eq!(
        pages.iter().filter_map(|page| page.expected).next_back(),
        Some(300)
    );

    let mut teams: HashMap<&str, usize> = HashMap::new();
    for Membership { remote_id, group } in pages.iter().flat_map(|page| &page.memberships) {
        assert!(ids.contains(remote_id.as_str()));
        *teams.entry(group).or_default() += 1;
    }
    assert_eq!(
        (teams.len(), teams.get("all"), teams.get("sre")),
        (25, Some(&294), Some(&8))
    );

    // Three pages of members, one of invitations, one of teams, and two more of the one team that is larger than a page.
    let calls = stand.calls().await;
    assert_eq!(calls.len(), 7, "{calls:?}");
    assert_eq!(pages.iter().map(|page| page.requests).sum::<u32>(), 7);
}

#[tokio::test]
async fn no_fault_shortens_the_listing() {
    for (control, expected) in [
        (json!({ "status": 500 }), "500"),
        (json!({ "delay_ms": 3_000 }), "no answer within"),
        (json!({ "truncate": true }), "broke off"),
        (json!({ "malformed": true }), "cannot be read"),
        (json!({ "status": 404 }), "not found"),
    ] {
        let stand = Stand::with(120).await;
        let fault = stand.fault(control.clone()).await.to_string();
        assert!(fault.contains(expected), "{control}: {fault}");
    }
}

#[tokio::test]
async fn a_passing_fault_is_survived() {
    let stand = Stand::with(120).await;
    stand
        .post(
            "/_control",
            json!({ "status": 502, "path": "/graphql", "after": 1, "times": 1 }),
        )
        .await;
    let pages = stand.list(stand.settings()).await.unwrap();
    assert_eq!(accounts(&pages).len(), 120);
    assert!(pages.iter().any(|page| page.requests == 2));
}

#[tokio::test]
async fn a_used_up_rate_limit_is_waited_for() {
    let stand = Stand::with(300).await;
    stand
        .post(
            "/_data",
            json!({ "rate_limit": { "remaining": 3, "reset_seconds": 1 } }),
        )
        .await;
    assert_eq!(
        accounts(&stand.list(stand.settings()).await.unwrap()).len(),
        300
    );
    stand
        .post(
            "/_data",
            json!({ "rate_limit": { "remaining": 3, "reset_seconds": 3_600 } }),
        )
        .await;
    let fault = stand.list(stand.settings()).await.unwrap_err().fault;
    assert!(
        matches!(
            fault,
            Fault::RateLimited {
                retry_after: Some(_)
            }
        ),
        "{fault:?}"
    );
}

#[tokio::test]
async fn a_wrong_token_and_a_wrong_organization_are_told_apart() {
    let stand = Stand::with(30).await;
    let wrong_token = Settings {
        token: SecretString::from("another"),
        ..stand.settings()
    };
    let error = stand.list(wrong_token).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GitHub, members, page 1: the service refuses the token (401)"
    );
    let wrong_organization = Settings {
        organization: "nobodys".to_owned(),
        ..stand.settings()
    };
    let error = stand.list(wrong_organization).await.unwrap_err();
    assert!(matches!(error.fault, Fault::NotFound { .. }), "{error}");
}
