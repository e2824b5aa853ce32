//! What an administrator sets right: what the webhook lost is found at DataPass, and a job that was given up begins anew.

use anyhow::Result;
use serde_json::json;
use tests::{
    harness::{Browser, Plan, World, client::http},
    simulators::{
        datapass::{SECRET, second},
        datapass_api::{self, CLIENT_ID, CLIENT_SECRET},
    },
};

use crate::story::{deliver, world};

/// A moment that is over.
const NOON: i64 = 1_767_600_000;

#[tokio::test]
async fn the_comparison_with_datapass_reports_what_it_found_and_why_it_failed() -> Result<()> {
    let datapass = datapass_api::start(([127, 0, 0, 1], 0).into()).await?;
    let world = World::plan(Plan {
        more: format!(
            "[datapass.api_entreprise]\nsecrets = [\"{SECRET}\"]\n\
             [datapass.api_entreprise.reconcile]\nurl = \"{}\"\ntype = \"AuthorizationRequest::APIEntreprise\"\n\
             client_id = \"{CLIENT_ID}\"\nclient_secret = \"{CLIENT_SECRET}\"\nevery_hours = 0\n",
            datapass.url()
        ),
        ..Plan::default()
    })
    .await?;
    deliver(&world, &second(1, "create", NOON, "draft")).await?;
    // DataPass holds that it was submitted since.
    let submitted = json!({
        "request": {
            "id": 1, "type": "AuthorizationRequest::APIEntreprise", "state": "submitted", "form_uid": "api-entreprise",
            "reopening": false, "last_validated_at": null, "habilitations": null,
            "data": second(1, "update", NOON, "submitted")["data"]["data"],
            "organisation": { "id": 77, "name": "Commune d'Exemple", "siret": "21590350100017" },
        },
        "events": [{
            "id": 1, "name": "submit", "created_at": "2026-01-05T09:00:00Z",
            "user": { "id": 12, "email": "a.martin@ville.example", "given_name": "Anne", "family_name": "Martin" },
            "entity": { "type": "AuthorizationRequest", "id": 1 },
        }],
    });
    let tell = async |path: &str, body: &serde_json::Value| {
        let url = format!("{}/{path}", datapass.url());
        http()?
            .post(url)
            .json(body)
            .send()
            .await?
            .error_for_status()?;
        Ok::<_, anyhow::Error>(())
    };
    tell("_data", &submitted).await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "Administrator").await?;
    browser.open("/authorizations").await?;
    browser.see_in("tbody", "Draft").await?;
    let compare = async || {
        browser.click("button", "Compare with DataPass").await?;
        browser
            .find("dialog[open] h2", "Compare the requests with DataPass")
            .await?;
        browser
            .click("dialog[open] button", "Compare with DataPass")
            .await
    };
    compare().await?;
    browser
        .see_in(
            ".course",
            "api_entreprise was compared with DataPass: 1 request, of which 1 differed",
        )
        .await?;
    browser.see_in("tbody", "Under review").await?;
    browser.assert_accessible().await?;
    tell("_control", &json!({ "status": 500 })).await?;
    compare().await?;
    browser
        .see_in(
            ".course",
            "api_entreprise could not be compared with DataPass",
        )
        .await?;
    browser.assert_quiet().await
}

#[tokio::test]
async fn a_job_that_was_given_up_is_retried_and_seen_to_be_done() -> Result<()> {
    let (world, mailbox) = world().await?;
    let refusal = json!({ "code": 550, "times": 1 });
    let url = format!("{}/_refuse", mailbox.url());
    http()?
        .post(url)
        .json(&refusal)
        .send()
        .await?
        .error_for_status()?;
    deliver(&world, &second(1, "submit", NOON, "submitted")).await?;
    let browser = Browser::signed_in(world.server.url(), "adele", "Administrator").await?;
    browser.open("/operations/jobs?kind=mail").await?;
    browser.see_in("tbody tr", "Given up").await?;
    browser.see_in("tbody tr", "550").await?;
    browser.click("tbody button", "Retry").await?;
    browser.find("dialog[open] h2", "Retry this job").await?;
    browser.assert_accessible().await?;
    browser.click("dialog[open] button", "Retry").await?;
    browser.see("The job begins anew.").await?;
    browser.see_in("tbody tr", "Done").await?;
    browser.gone("tbody button").await?;
    browser.assert_quiet().await
}
