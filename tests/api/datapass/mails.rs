//! Who is told, of what, and how often.

use super::{NOON, World};
use anyhow::Result;
use serde_json::{Value, json};
use tests::simulators::datapass::second;

const APPLICANT: &str = "a.martin@ville.example";
const BUSINESS: &str = "b.roy@ville.example";
const TECHNICAL: &str = "c.petit@ville.example";

fn subjects(mails: &[Value]) -> Vec<&str> {
    mails
        .iter()
        .filter_map(|mail| mail["subject"].as_str())
        .collect()
}

#[tokio::test]
async fn d12_each_step_is_told_to_whom_it_concerns() -> Result<()> {
    let world = World::start().await?;
    for (second_, event, state) in [
        (0, "create", "draft"),
        (1, "submit", "submitted"),
        (2, "request_changes", "changes_requested"),
        (3, "submit", "submitted"),
        (4, "approve", "validated"),
        (5, "reopen", "draft"),
        (6, "submit", "submitted"),
        (7, "approve", "validated"),
        (8, "revoke", "revoked"),
        (9, "archive", "archived"),
    ] {
        world
            .deliver(&second(41207, event, NOON + second_, state))
            .await?;
        world.rest().await?;
    }
    let to_applicant = world.mails(APPLICANT, 8).await?;
    assert_eq!(
        subjects(&to_applicant),
        [
            "Demande n° 41207 : demande reçue",
            "Demande n° 41207 : des modifications sont attendues",
            "Demande n° 41207 : demande reçue",
            "Demande n° 41207 : habilitation accordée",
            "Demande n° 41207 : modification reçue",
            "Demande n° 41207 : modification accordée",
            "Demande n° 41207 : habilitation révoquée",
            "Demande n° 41207 : demande archivée",
        ]
    );
    let (granted, revoked) = (
        "Demande n° 41207 : habilitation accordée",
        "Demande n° 41207 : habilitation révoquée",
    );
    assert_eq!(
        subjects(&world.mails(BUSINESS, 2).await?),
        [granted, revoked]
    );
    let to_technical = world.mails(TECHNICAL, 2).await?;
    assert_eq!(
        subjects(&to_technical),
        ["Demande n° 41207 : votre jeton d’accès", revoked]
    );
    let text = to_applicant[0]["text"].as_str().unwrap_or_default();
    let (french, english) = text.split_once("English").unwrap_or_default();
    assert!(
        french.contains("Bonjour Anne Martin") && english.contains("Hello Anne Martin"),
        "{text}"
    );
    Ok(())
}

#[tokio::test]
async fn an_approval_that_was_revoked_when_it_was_sent_grants_nothing_and_says_nothing()
-> Result<()> {
    let world = World::start().await?;
    for (second_, event, state) in [
        (0, "approve", "validated"),
        (1, "revoke", "revoked"),
        (2, "approve", "revoked"),
    ] {
        world
            .deliver(&second(1, event, NOON + second_, state))
            .await?;
        world.rest().await?;
    }
    assert_eq!(super::tokens(&world.request(1).await?), (0, 2));
    assert_eq!(
        subjects(&world.mails(APPLICANT, 2).await?),
        [
            "Demande n° 1 : habilitation accordée",
            "Demande n° 1 : habilitation révoquée"
        ]
    );
    Ok(())
}

#[tokio::test]
async fn an_amendment_speaks_of_the_token_only_while_one_works() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    world.rest().await?;
    for (second_, is_spoken_of) in [(1, true), (2, false)] {
        if !is_spoken_of {
            let blacklist =
                "update api_tokens set blacklisted_at = now(), blacklist_reason = 'administrator'";
            world.database.run_statements(blacklist).await?;
        }
        world
            .deliver(&second(1, "approve", NOON + second_, "validated"))
            .await?;
        world.rest().await?;
        let mails = world.mails(APPLICANT, 2).await?;
        let text = mails.last().and_then(|mail| mail["text"].as_str());
        let text = text.unwrap_or_default();
        assert!(text.contains("La modification de l’habilitation"), "{text}");
        assert_eq!(
            text.contains("Le jeton reste le même"),
            is_spoken_of,
            "{text}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn one_letter_goes_to_each_person_whatever_their_roles() -> Result<()> {
    let world = World::start().await?;
    let mut alone = second(1, "approve", NOON, "validated");
    for role in ["contact_metier", "contact_technique"] {
        alone["data"]["data"][format!("{role}_email")] = json!("A.Martin@ville.example ");
    }
    world.deliver(&alone).await?;
    world.rest().await?;
    let mails = world.mails(APPLICANT, 1).await?;
    assert_eq!(subjects(&mails), ["Demande n° 1 : votre jeton d’accès"]);
    Ok(())
}

#[tokio::test]
async fn duplicates_replays_and_late_deliveries_tell_nobody_again() -> Result<()> {
    let world = World::start().await?;
    let approve = second(1, "approve", NOON + 9, "validated");
    world.deliver(&approve).await?;
    world.deliver(&approve).await?;
    world
        .deliver(&second(1, "submit", NOON, "submitted"))
        .await?;
    let event = world
        .operator()
        .data("{ datapass_events(where: {event: {_eq: \"approve\"}}, limit: 1) { id } }")
        .await?;
    let replay = "mutation($id: uuid!) { replay_datapass_event(id: $id) { outcome } }";
    let id = event["datapass_events"][0]["id"].clone();
    world
        .operator()
        .data_with(replay, json!({ "id": id }))
        .await?;
    world.rest().await?;
    assert_eq!(
        subjects(&world.mails(APPLICANT, 1).await?),
        ["Demande n° 1 : habilitation accordée"]
    );
    Ok(())
}

#[tokio::test]
async fn a13_mail_waits_for_a_mail_server_that_is_down_and_comes_once() -> Result<()> {
    let world = World::start().await?;
    let refuse = format!("{}/_refuse", world.mailbox.url());
    let http = tests::harness::client::http()?;
    http.post(refuse)
        .json(&json!({ "code": 451, "times": 3 }))
        .send()
        .await?;
    let answer = world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    assert!(
        answer["token_id"].is_string(),
        "DataPass is answered all the same"
    );
    for person in [APPLICANT, BUSINESS, TECHNICAL] {
        world.mails(person, 1).await?;
    }
    world.rest().await?;
    for person in [APPLICANT, BUSINESS, TECHNICAL] {
        assert_eq!(world.mails(person, 1).await?.len(), 1, "to {person}");
    }
    let jobs = world
        .operator()
        .data("{ jobs(where: {kind: {_in: [\"mail\", \"token_link\"]}}) { id state attempts } }")
        .await?;
    let jobs = jobs["jobs"].as_array().cloned().unwrap_or_default();
    assert!(jobs.iter().all(|job| job["state"] == "done"), "{jobs:?}");
    assert_eq!(
        jobs.iter()
            .filter_map(|job| job["attempts"].as_i64())
            .sum::<i64>(),
        6
    );
    let mails = world.mails(APPLICANT, 1).await?;
    let message_id = mails[0]["message_id"].as_str().unwrap_or_default();
    assert!(
        jobs.iter()
            .any(|job| message_id.contains(job["id"].as_str().unwrap_or("none"))),
        "its name is the job's"
    );
    Ok(())
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_is_a_dead_letter_that_can_be_retried() -> Result<()> {
    let world = World::start().await?;
    let refuse = format!("{}/_refuse", world.mailbox.url());
    let http = tests::harness::client::http()?;
    http.post(refuse)
        .json(&json!({ "code": 550, "times": 1 }))
        .send()
        .await?;
    world
        .deliver(&second(1, "submit", NOON, "submitted"))
        .await?;
    world.rest().await?;
    let dead = "{ jobs(where: {state: {_eq: \"dead\"}}) { id kind last_error } }";
    let jobs = world.operator().data(dead).await?;
    assert_eq!(jobs["jobs"][0]["kind"], "mail");
    assert!(
        jobs["jobs"][0]["last_error"]
            .as_str()
            .is_some_and(|error| error.contains("550")),
        "{jobs}"
    );
    let retry = "mutation($id: uuid!) { retry_job(id: $id) { id } }";
    let id = jobs["jobs"][0]["id"].clone();
    world
        .operator()
        .data_with(retry, json!({ "id": id }))
        .await?;
    world.mails(APPLICANT, 1).await?;
    world.rest().await?;
    let again = world.operator().answer(retry, json!({ "id": id })).await?;
    assert_eq!(
        again["errors"][0]["extensions"]["code"], "not-found",
        "it is dead no more"
    );
    let audit = world
        .operator()
        .data("{ audit_log(where: {action: {_eq: \"retry\"}}) { object_type actor } }")
        .await?;
    assert_eq!(
        audit["audit_log"],
        json!([{ "object_type": "jobs", "actor": "operator" }])
    );
    Ok(())
}

#[tokio::test]
async fn a_tokens_end_is_told_once_at_each_threshold() -> Result<()> {
    let world = World::start().await?;
    world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?;
    world.rest().await?;
    // Periodic work of this hour is done; what the next hour will find is asked for now.
    for (days, subject) in [
        (89, "dans 90 jours"),
        (59, "dans 60 jours"),
        (20, "dans 30 jours"),
        (20, ""),
        (13, "dans 14 jours"),
        (6, "dans 7 jours"),
        (0, "a expiré"),
    ] {
        let ends = format!(
            "update api_tokens set issued_at = now() - interval '1 year', \
                            expires_at = date_trunc('day', now()) + interval '{days} days'"
        );
        world.database.run_statements(&ends).await?;
        let before = world.mails(TECHNICAL, 1).await?.len();
        world
            .database
            .run_statements("insert into jobs (kind) values ('tokens_ending')")
            .await?;
        world.rest().await?;
        let mails = world.mails(TECHNICAL, 1).await?;
        let new = subjects(&mails[before..]);
        assert!(
            new.len() <= 1 && new.iter().all(|it| it.contains(subject)),
            "{days}: {new:?}"
        );
        assert_eq!(new.is_empty(), subject.is_empty(), "{days}: {new:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_killed_loses_no_mail_and_doubles_none() -> Result<()> {
    let mut world = World::start().await?;
    for number in 1..=20 {
        world
            .deliver(&second(number, "submit", NOON, "submitted"))
            .await?;
        if number % 5 == 0 {
            world = world.restart().await?;
        }
    }
    // What a killed process held is taken over when its lease has run out.
    world
        .database
        .run_statements("update jobs set lease_until = now() where state = 'running'")
        .await?;
    world.rest().await?;
    let mails = world.mails(APPLICANT, 20).await?;
    let mut ids: Vec<&str> = mails
        .iter()
        .filter_map(|mail| mail["message_id"].as_str())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 20, "one letter for each request");
    // Killed between the mail server's acceptance and the commit, a letter comes again under the same name.
    assert!(mails.len() <= 20 + 4 * 4, "{}", mails.len());
    Ok(())
}
