//! What is forgotten in time, and what never is; and that periodic work is done once, however many processes there are.

use super::{NOON, World, contacts};
use anyhow::Result;
use serde_json::{Value, json};
use tests::{
    harness::Server,
    simulators::datapass::{SECRET, second, signature},
};

#[tokio::test]
async fn bodies_that_say_nothing_and_done_jobs_are_forgotten_in_time() -> Result<()> {
    let world = World::with("[retention]\njobs_days = 31\ndeliveries_days = 365\n").await?;
    let approve = second(1, "approve", NOON, "validated");
    world.deliver_all(&[approve.clone(), approve]).await?;
    world.deliver(&json!({ "test": true })).await?;
    let path = "/api/datapass/v2/api_entreprise/webhook";
    let signed = signature(SECRET, b"no json");
    world.send(path, b"no json", Some(&signed)).await?;
    world.send(path, b"unsigned", None).await?;
    world.rest().await?;
    world
        .database
        .run_statements(
            "insert into jobs (kind, state, finished_at) values ('mail', 'dead', now() - interval '1 year'); \
             insert into unsigned_deliveries (api, source, minute) values ('api_entreprise', '192.0.2.1', now() - interval '366 days')",
        )
        .await?;
    let tidied = async || -> Result<(Vec<Value>, Vec<Value>)> {
        let again = "insert into jobs (kind) values ('tidying')";
        world.database.run_statements(again).await?;
        world.rest().await?;
        let bodies = world.journal().await?.into_iter();
        let bodies = bodies.map(|event| json!([event["outcome"], event["body"] != ""]));
        let jobs = "{ jobs(where: {kind: {_eq: \"mail\"}}, order_by: [{state: asc}]) { state } }";
        let jobs = world.operator().data(jobs).await?;
        let jobs = jobs["jobs"].as_array().cloned().unwrap_or_default();
        Ok((bodies.collect(), jobs))
    };
    let kept = |is_kept: bool| {
        [
            ("applied", true),
            ("duplicate", is_kept),
            ("test", is_kept),
            ("unreadable", is_kept),
        ]
        .map(|(outcome, has_body)| json!([outcome, has_body]))
    };
    let age = |days: u32| {
        format!(
            "update datapass_events set received_at = received_at - interval '{days} days'; \
             update jobs set finished_at = now() - interval '{days} days' where state = 'done' and kind = 'mail'"
        )
    };
    world.database.run_statements(&age(29)).await?;
    let (bodies, jobs) = tidied().await?;
    assert_eq!(bodies, kept(true), "not yet");
    assert!(jobs.len() > 1, "not yet: {jobs:?}");
    world.database.run_statements(&age(337)).await?;
    let (bodies, jobs) = tidied().await?;
    assert_eq!(bodies, kept(false));
    assert_eq!(
        jobs,
        [json!({ "state": "dead" })],
        "it can be retried still"
    );
    let unsigned = "{ unsigned_deliveries { source } }";
    let unsigned = world.operator().data(unsigned).await?;
    assert!(!unsigned.to_string().contains("192.0.2.1"), "{unsigned}");
    Ok(())
}

#[tokio::test]
async fn links_of_contacts_are_forgotten_in_time() -> Result<()> {
    let world = World::start().await?;
    let links = "insert into contact_links (email, source, expires_at, used_at) values \
                 ('used@ville.example', '192.0.2.1', now() - interval '30 days 23 hours', now() - interval '32 days'), \
                 ('unused@ville.example', '192.0.2.1', now() - interval '32 days', null), \
                 ('late@ville.example', '192.0.2.1', now() - interval '30 days', null), \
                 ('waiting@ville.example', '192.0.2.1', now() + interval '1 hour', null); \
                 insert into jobs (kind) values ('tidying')";
    world.database.run_statements(links).await?;
    world.rest().await?;
    for (name, kept) in [("used", 0), ("unused", 0), ("late", 1), ("waiting", 1)] {
        let email = format!("{name}@ville.example");
        assert_eq!(contacts::links(&world, &email).await?, kept, "{name}");
    }
    let audit = "{ audit_log(where: {object_type: {_eq: \"contact_links\"}}) { before after } }";
    let audit = world.operator().data(audit).await?.to_string();
    assert!(!audit.contains("ville.example"), "{audit}");
    Ok(())
}

#[tokio::test]
async fn a_periodic_job_is_one_for_all_processes() -> Result<()> {
    let world = World::start().await?;
    let other = Server::start(&world.database, &world.config).await?;
    world.rest().await?;
    let jobs = "{ jobs(where: {kind: {_eq: \"tidying\"}}) { kind } }";
    let jobs = other.operator().data(jobs).await?;
    assert_eq!(jobs["jobs"], json!([{ "kind": "tidying" }]), "of this day");
    Ok(())
}
