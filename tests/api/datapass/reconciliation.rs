//! What the webhook lost is found at DataPass, and applied as if it had come.

use super::{NOON, World, tokens};
use anyhow::Result;
use serde_json::{Value, json};
use tests::{
    harness::{Server, client},
    simulators::{
        Simulator,
        datapass::second,
        datapass_api::{self, CLIENT_ID, CLIENT_SECRET},
    },
};

pub(super) struct Both {
    pub(super) world: World,
    datapass: Simulator,
}

/// A server, and a DataPass that it may ask.
pub(super) async fn start() -> Result<Both> {
    every_hours(0).await
}

/// The same, asked so often without anybody's wish.
async fn every_hours(hours: u32) -> Result<Both> {
    let datapass = datapass_api::start(([127, 0, 0, 1], 0).into()).await?;
    let url = datapass.url();
    let more = format!(
        "[datapass.api_entreprise.reconcile]\nurl = \"{url}\"\ntype = \"AuthorizationRequest::APIEntreprise\"\n\
         client_id = \"{CLIENT_ID}\"\nclient_secret = \"{CLIENT_SECRET}\"\nevery_hours = {hours}\n"
    );
    let world = World::with(&more).await?;
    Ok(Both { world, datapass })
}

fn at(second: i64) -> Value {
    let moment = chrono::DateTime::from_timestamp(NOON + second, 0).unwrap_or_default();
    json!(moment.to_rfc3339())
}

impl Both {
    /// DataPass holds a request in this state, to which this happened.
    async fn hold(
        &self,
        id: u64,
        state: &str,
        validated: Option<i64>,
        events: &[(&str, i64)],
    ) -> Result<()> {
        let form = second(id, "update", NOON, state)["data"]["data"].take();
        let active = if state == "revoked" {
            "revoked"
        } else {
            "active"
        };
        // An authorization holds the whole form, every value as text.
        let mut granted = form.clone();
        granted["scopes"] = json!("[\"entreprises\"]");
        let events: Vec<Value> = events
            .iter()
            .enumerate()
            .map(|(number, (name, second))| {
                let user = json!({ "id": 12, "email": "a.martin@ville.example", "given_name": "Anne", "family_name": "Martin" });
                let entity = json!({ "type": "Authorization", "id": if *name == "approve" { 3001 } else { 1 } });
                json!({ "id": number, "name": name, "created_at": at(*second), "user": user, "entity": entity })
            })
            .collect();
        let request = json!({
            "id": id, "type": "AuthorizationRequest::APIEntreprise", "state": state, "form_uid": "api-entreprise",
            "reopening": false, "last_validated_at": validated.map(at), "data": form,
            "organisation": { "id": 77, "name": "Commune d'Exemple", "siret": "21590350100017" },
            "habilitations": validated.map(|_| json!([{ "id": 3001, "state": active, "revoked": false, "data": granted }])),
        });
        self.keep(&request, &events).await
    }

    /// DataPass holds this request, to which this happened.
    pub(super) async fn keep(&self, request: &Value, events: &[Value]) -> Result<()> {
        let data = json!({ "request": request, "events": events });
        let url = format!("{}/_data", self.datapass.url());
        client::http()?
            .post(url)
            .json(&data)
            .send()
            .await?
            .error_for_status()?;
        Ok(())
    }

    /// A comparison's report.
    pub(super) async fn reconcile(&self) -> Result<Value> {
        let operator = self.world.operator();
        let begin = "mutation { reconcile_authorization_requests(api: \"api_entreprise\") { id } }";
        operator.data(begin).await?;
        self.world.rest().await?;
        let report = "{ reconciliations(order_by: [{created_at: desc}], limit: 1) { state error requests found } }";
        Ok(operator.data(report).await?["reconciliations"][0].take())
    }
}

#[tokio::test]
async fn lost_deliveries_are_found_applied_and_told() -> Result<()> {
    let both = start().await?;
    let world = &both.world;
    // A request of which nothing came, one whose revocation was lost, one of which nothing is missing.
    both.hold(
        1,
        "validated",
        Some(20),
        &[("create", 0), ("submit", 10), ("approve", 20)],
    )
    .await?;
    both.hold(
        2,
        "revoked",
        Some(20),
        &[
            ("create", 0),
            ("submit", 10),
            ("approve", 20),
            ("revoke", 30),
        ],
    )
    .await?;
    both.hold(3, "submitted", None, &[("create", 0), ("submit", 10)])
        .await?;
    for (id, events) in [
        (
            2,
            &[
                ("create", 0, "draft"),
                ("submit", 10, "submitted"),
                ("approve", 20, "validated"),
            ][..],
        ),
        (
            3,
            &[("create", 0, "draft"), ("submit", 10, "submitted")][..],
        ),
    ] {
        for (event, second_, state) in events {
            world
                .deliver(&second(id, event, NOON + second_, state))
                .await?;
        }
    }
    let report = both.reconcile().await?;
    assert_eq!(
        (&report["state"], &report["requests"]),
        (&json!("succeeded"), &json!(3)),
        "{report}"
    );
    assert_eq!(
        report["found"],
        json!([
            { "external_id": "2", "events": ["revoke"], "before": "validated", "after": "revoked", "is_alike": true },
            { "external_id": "1", "events": ["create", "submit", "approve"], "before": null, "after": "validated", "is_alike": true },
        ])
    );
    let first = world.request(1).await?;
    assert_eq!(
        (&first["status"], &first["scopes"], tokens(&first)),
        (&json!("validated"), &json!(["entreprises"]), (1, 0))
    );
    assert_eq!(
        first["contacts"].as_array().map(Vec::len),
        Some(3),
        "{first}"
    );
    assert_eq!(
        tokens(&world.request(2).await?),
        (0, 1),
        "its token is refused"
    );
    let alerts = world
        .operator()
        .data("{ alerts(where: {kind: {_eq: \"reconciled\"}}) { details } }")
        .await?;
    assert_eq!(alerts["alerts"][0]["details"]["counts"]["requests"], 2);
    let again = both.reconcile().await?;
    assert_eq!(again["found"], json!([]), "nothing is missing any more");
    // The delivery itself, should it come after all, is the same event, and changes nothing.
    world
        .deliver(&second(2, "revoke", NOON + 31, "revoked"))
        .await?;
    assert_eq!(tokens(&world.request(2).await?), (0, 1));
    Ok(())
}

#[tokio::test]
async fn a_lost_partial_revocation_stays_one_and_old_steps_are_told_to_nobody() -> Result<()> {
    let both = start().await?;
    let world = &both.world;
    let events = ["create", "submit", "approve", "revoke", "transfer"];
    let events: Vec<Value> = (0..)
        .zip(events)
        .map(|(number, name)| {
            let user = json!({ "email": "a.martin@ville.example", "given_name": "Anne", "family_name": "Martin" });
            json!({ "id": number, "name": name, "created_at": at(600 * number), "user": user, "entity": { "id": 3001 } })
        })
        .collect();
    let form = second(1, "update", NOON, "validated")["data"]["data"].take();
    let mut granted = form.clone();
    granted["scopes"] = json!("[\"entreprises\"]");
    let request = json!({
        "id": 1, "type": "AuthorizationRequest::APIEntreprise", "state": "validated", "form_uid": "api-entreprise",
        "reopening": false, "last_validated_at": at(1200), "data": form,
        "organisation": { "id": 77, "name": "Commune d'Exemple", "siret": "21590350100017" },
        "habilitations": [{ "id": 3000, "state": "revoked", "data": granted }, { "id": 3001, "state": "active", "data": granted }],
    });
    both.keep(&request, &events).await?;
    both.reconcile().await?;
    let found = world.request(1).await?;
    assert_eq!(
        (&found["status"], tokens(&found)),
        (&json!("validated"), (1, 0))
    );
    world.rest().await?;
    let mails = world.mails("a.martin@ville.example", 1).await?;
    let subjects: Vec<&Value> = mails.iter().map(|mail| &mail["subject"]).collect();
    assert_eq!(subjects, ["Demande n° 1 : habilitation accordée"]);
    Ok(())
}

#[tokio::test]
async fn a_difference_that_no_event_explains_is_told_once() -> Result<()> {
    let both = start().await?;
    let world = &both.world;
    world
        .deliver(&second(1, "archive", NOON, "archived"))
        .await?;
    // Somebody at DataPass repaired it by hand, which is no event.
    both.hold(1, "draft", None, &[("archive", 0)]).await?;
    for _ in 0..2 {
        let report = both.reconcile().await?;
        assert_eq!(report["found"][0]["is_alike"], false, "{report}");
    }
    let alerts = "{ alerts(where: {kind: {_eq: \"reconciled\"}}) { details } }";
    let alerts = world.operator().data(alerts).await?;
    assert_eq!(
        alerts["alerts"][0]["details"]["reason"],
        "1: draft there, archived here"
    );
    assert_eq!(alerts["alerts"].as_array().map(Vec::len), Some(1));
    Ok(())
}

#[tokio::test]
async fn a_datapass_that_fails_changes_nothing_and_is_reported() -> Result<()> {
    let both = start().await?;
    both.hold(1, "validated", Some(20), &[("approve", 20)])
        .await?;
    let control = format!("{}/_control", both.datapass.url());
    let fault = json!({ "malformed": true, "path": "/api/v1" });
    client::http()?.post(&control).json(&fault).send().await?;
    let report = both.reconcile().await?;
    assert_eq!(report["state"], "failed", "{report}");
    let error = report["error"].as_str().unwrap_or_default();
    assert!(
        error.contains("cannot be read") && !error.contains(CLIENT_SECRET),
        "{error}"
    );
    assert_eq!(both.world.request(1).await?, Value::Null);
    let begin = "mutation { reconcile_authorization_requests(api: \"api_particulier\") { id } }";
    assert_eq!(
        both.world.operator().error(begin).await?.0,
        "conflict",
        "nobody configured where to ask"
    );
    let begin = "mutation { reconcile_authorization_requests(api: \"nothing\") { id } }";
    assert_eq!(both.world.operator().error(begin).await?.0, "unknown-api");
    Ok(())
}

#[tokio::test]
async fn a_comparison_begins_by_itself_once_in_its_hours() -> Result<()> {
    let both = every_hours(1).await?;
    let world = &both.world;
    both.hold(1, "validated", Some(20), &[("approve", 20)])
        .await?;
    let _other = Server::start(&world.database, &world.config).await?;
    let comparisons = async || -> Result<Value> {
        world.rest().await?;
        let query = "{ reconciliations(order_by: [{created_at: asc}]) { trigger state } }";
        Ok(world.operator().data(query).await?["reconciliations"].take())
    };
    let once = json!({ "trigger": "cron", "state": "succeeded" });
    client::until(async || Ok((comparisons().await? != json!([])).then_some(()))).await?;
    // Whatever looks again in this hour, and however many look at once, begins none.
    let look = "insert into jobs (kind) select 'reconciling' from generate_series(1, 8)";
    world.database.run_statements(look).await?;
    assert_eq!(comparisons().await?, json!([once]));
    let hour = "update reconciliations set created_at = now() - interval '61 minutes'";
    world
        .database
        .run_statements(&format!("{hour}; {look}"))
        .await?;
    assert_eq!(comparisons().await?, json!([once, once]));
    Ok(())
}
