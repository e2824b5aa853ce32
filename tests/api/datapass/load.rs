//! DataPass as it really sends: both generations, from eight connections at once, again until it is answered, some of it
//! twice and out of order; and a server that is killed and started anew meanwhile.
//!
//! `SECRETARIAT_TEST_DELIVERIES` says how many deliveries there are; without it a few hundred.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use super::{NOON, World};
use anyhow::{Context as _, Result};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{
    harness::{Database, Server, client, variable},
    simulators::datapass::{SECRET, first, second, signature},
};
use tokio::task::JoinSet;

const USUAL: usize = 320;
const CONNECTIONS: usize = 8;
const ONE_BY_ONE: usize = 100;
const KILLS: usize = 3;
const ATTEMPTS: u32 = 60;

/// What happens to one request, and how it stands in the end with how many live and blacklisted tokens.
struct Story {
    events: &'static [(&'static str, &'static str)],
    ends: (&'static str, usize, usize),
}

const STORIES: [Story; 4] = [
    Story {
        events: &[
            ("create", "draft"),
            ("submit", "submitted"),
            ("approve", "validated"),
            ("revoke", "revoked"),
        ],
        ends: ("revoked", 0, 1),
    },
    Story {
        events: &[
            ("create", "draft"),
            ("submit", "submitted"),
            ("request_changes", "changes_requested"),
            ("submit", "submitted"),
            ("approve", "validated"),
        ],
        ends: ("validated", 1, 0),
    },
    Story {
        events: &[
            ("create", "draft"),
            ("submit", "submitted"),
            ("refuse", "refused"),
        ],
        ends: ("refused", 0, 0),
    },
    Story {
        events: &[
            ("create", "draft"),
            ("submit", "submitted"),
            ("approve", "validated"),
            ("update", "draft"),
            ("submit", "submitted"),
            ("approve", "validated"),
        ],
        ends: ("validated", 1, 0),
    },
];

struct Sent {
    path: &'static str,
    body: String,
}

/// So many deliveries of so many requests, a twentieth twice, a fifth out of order.
fn deliveries(count: usize) -> (Vec<Sent>, u64) {
    let mut sent = Vec::new();
    let mut request = 0;
    while sent.len() < count {
        request += 1;
        let story = story(request);
        for (second_, (event, state)) in (0..).zip(story.events) {
            let at = NOON + second_;
            let (path, body) = if request % 2 == 0 {
                (
                    "/api/datapass/v2/api_entreprise/webhook",
                    second(request, event, at, state),
                )
            } else {
                (
                    "/api/datapass/api_entreprise/webhook",
                    first(request, event, at, state),
                )
            };
            sent.push(Sent {
                path,
                body: body.to_string(),
            });
        }
    }
    // Every run alike: a fifth is put off by some places, a twentieth comes again at the end.
    for place in (0..sent.len()).step_by(5) {
        let later = (place + 7).min(sent.len() - 1);
        sent.swap(place, later);
    }
    let again: Vec<Sent> = sent
        .iter()
        .step_by(20)
        .map(|it| Sent {
            path: it.path,
            body: it.body.clone(),
        })
        .collect();
    sent.extend(again);
    (sent, request)
}

fn story(request: u64) -> &'static Story {
    let place = usize::try_from(request).unwrap_or_default() % STORIES.len();
    STORIES.get(place).unwrap_or(&STORIES[0])
}

/// Sends one until it is answered as DataPass wants, with growing pauses as DataPass makes them, only shorter; how long the
/// answer took that counted.
async fn deliver(http: &reqwest::Client, url: &RwLock<String>, sent: &Sent) -> Result<Duration> {
    let signed = signature(SECRET, sent.body.as_bytes());
    for attempt in 0..ATTEMPTS {
        let address = {
            let url = url
                .read()
                .map_err(|_| anyhow::anyhow!("a sender panicked"))?;
            format!("{url}{}", sent.path)
        };
        let begun = Instant::now();
        let request = http
            .post(address)
            .header("x-hub-signature-256", &signed)
            .body(sent.body.clone());
        let answer = request.send().await;
        if answer.is_ok_and(|answer| answer.status() == StatusCode::OK) {
            return Ok(begun.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(20 << attempt.min(5))).await;
    }
    anyhow::bail!("never answered: {}", sent.body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_while_the_server_is_killed() -> Result<()> {
    let count = variable("SECRETARIAT_TEST_DELIVERIES")
        .ok()
        .and_then(|count| count.parse().ok());
    let (sent, requests) = deliveries(count.unwrap_or(USUAL));
    let sent = Arc::new(sent);
    let mut world = World::start().await?;
    let url = Arc::new(RwLock::new(world.server.url().to_owned()));
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let mut senders = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (sent, url, next) = (Arc::clone(&sent), Arc::clone(&url), Arc::clone(&next));
        senders.spawn(async move {
            let http = client::http()?;
            let mut times = Vec::new();
            while let Some(one) = sent.get(next.fetch_add(1, Ordering::Relaxed)) {
                times.push(deliver(&http, &url, one).await?);
            }
            Ok::<_, anyhow::Error>(times)
        });
    }
    for kill in 1..=KILLS {
        // Each time another share of them is under way.
        let share = sent.len() * kill / (KILLS + 1);
        while next.load(Ordering::Relaxed) < share {
            let before = next.load(Ordering::Relaxed);
            let moved = async || Ok((next.load(Ordering::Relaxed) > before).then_some(()));
            client::until(moved)
                .await
                .context("nothing moves any more")?;
        }
        world = world.restart().await?;
        let mut url = url
            .write()
            .map_err(|_| anyhow::anyhow!("a sender panicked"))?;
        world.server.url().clone_into(&mut url);
    }
    let mut times = Vec::new();
    while let Some(done) = senders.join_next().await {
        times.extend(done??);
    }
    let took = begun.elapsed();
    let p99 = share(&mut times, 99)?;
    println!(
        "{} deliveries in {took:?}: {:.0}/s, p99 {p99:?}",
        sent.len(),
        f64::from(u32::try_from(sent.len())?) / took.as_secs_f64()
    );
    // What killed processes held is taken over when their leases have run out.
    world
        .database
        .run_statements("update jobs set lease_until = now() where state = 'running'")
        .await?;
    settle(&world).await?;
    assert_ends(&world, requests).await?;
    assert_mails(&world).await
}

/// Waits until every delivery is judged and every letter is written, however many there are.
async fn settle(world: &World) -> Result<()> {
    let left = "{ datapass_events_aggregate(where: {outcome: {_in: [\"received\", \"failed\"]}}) { aggregate { count } } \
                jobs_aggregate(where: {state: {_in: [\"pending\", \"running\"]}}) { aggregate { count } } }";
    let mut before = Value::Null;
    loop {
        let changed = client::until(async || {
            let now = world.operator().data(left).await?;
            Ok((now != before).then_some(now))
        })
        .await
        .context("nothing moves any more")?;
        if ["datapass_events_aggregate", "jobs_aggregate"]
            .iter()
            .all(|it| {
                changed[it]["aggregate"]["count"] == json!(0)
                    || changed[it]["aggregate"]["count"] == json!("0")
            })
        {
            return Ok(());
        }
        before = changed;
    }
}

async fn assert_ends(world: &World, requests: u64) -> Result<()> {
    let query = "{ authorization_requests { external_id status tokens { blacklisted_at } } }";
    let data = world.operator().data(query).await?;
    let mut found = BTreeMap::new();
    for request in data["authorization_requests"]
        .as_array()
        .context("no list")?
    {
        let number: u64 = request["external_id"]
            .as_str()
            .unwrap_or_default()
            .parse()?;
        let (live, dead) = super::tokens(request);
        found.insert(
            number,
            (
                request["status"].as_str().unwrap_or_default().to_owned(),
                live,
                dead,
            ),
        );
    }
    let expected: BTreeMap<u64, (String, usize, usize)> = (1..=requests)
        .map(|request| {
            let (status, live, dead) = story(request).ends;
            (request, (status.to_owned(), live, dead))
        })
        .collect();
    assert_eq!(found, expected);
    Ok(())
}

/// Every letter was written. One whose process was killed between the mail server's acceptance and the commit comes again,
/// under the same name.
async fn assert_mails(world: &World) -> Result<()> {
    let dead = "{ jobs(where: {state: {_eq: \"dead\"}}, limit: 3) { kind last_error } }";
    assert_eq!(world.operator().data(dead).await?["jobs"], json!([]));
    let jobs =
        "{ jobs(where: {kind: {_in: [\"mail\", \"token_link\"]}, state: {_eq: \"done\"}}) { id } }";
    let jobs = world.operator().data(jobs).await?;
    let jobs: BTreeSet<String> = jobs["jobs"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|job| job["id"].as_str().unwrap_or_default().to_owned())
        .collect();
    let mails: Vec<Value> = client::http()?
        .get(format!("{}/messages", world.mailbox.url()))
        .send()
        .await?
        .json()
        .await?;
    let name = |mail: &Value| {
        let id = mail["message_id"].as_str().unwrap_or_default();
        id.trim_start_matches('<')
            .split('@')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let names: BTreeSet<String> = mails.iter().map(name).collect();
    // A grant is told once to each person, whichever delivery it was judged with; of an amendment only where there is one.
    let mut told = BTreeMap::new();
    for mail in &mails {
        let subject = mail["subject"].as_str().unwrap_or_default();
        if subject.ends_with("accordée") || subject.ends_with("votre jeton d’accès") {
            let letters: &mut BTreeSet<String> =
                told.entry((mail["to"].to_string(), subject)).or_default();
            letters.insert(name(mail));
        }
        if subject.ends_with("modification accordée") {
            let number = subject.split_whitespace().nth(2).unwrap_or_default();
            assert_eq!(story(number.parse()?).events.len(), 6, "{subject}");
        }
    }
    let twice: Vec<_> = told
        .iter()
        .filter(|(_, letters)| letters.len() > 1)
        .collect();
    assert!(twice.is_empty(), "{twice:?}");
    assert!(names.is_subset(&jobs), "a letter of no job");
    // A link to a token that was revoked meanwhile is not mailed.
    let unsent = jobs.difference(&names).count();
    let doubled = mails.len() - names.len();
    println!(
        "{} letters, {doubled} of them twice, {unsent} not sent since their tokens had been revoked",
        mails.len()
    );
    assert!(
        doubled <= KILLS * CONNECTIONS,
        "{doubled} letters came twice"
    );
    Ok(())
}

#[tokio::test]
async fn a_delivery_is_answered_in_under_200_ms_whatever_is_outside() -> Result<()> {
    // A mail server that takes calls and never says a word.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let database = Database::create().await?;
    let config = format!(
        "[datapass.api_entreprise]\nsecrets = [\"{SECRET}\"]\n[mail]\nsmtp_url = \"smtp://{}\"\n\
         from = \"Secretariat <secretariat@fabrique.example>\"\n",
        silent.local_addr()?
    );
    let server = Server::start(&database, &config).await?;
    let url = RwLock::new(server.url().to_owned());
    let http = client::http()?;
    let (sent, _) = deliveries(ONE_BY_ONE);
    let mut times = Vec::new();
    for one in &sent {
        times.push(deliver(&http, &url, one).await?);
    }
    let (median, p99) = (share(&mut times, 50)?, share(&mut times, 99)?);
    println!("one at a time: median {median:?}, p99 {p99:?}");
    assert!(median < Duration::from_millis(200), "{median:?}");
    Ok(())
}

/// The time under which so many hundredths of them stay.
fn share(times: &mut [Duration], hundredths: usize) -> Result<Duration> {
    times.sort_unstable();
    let time = times.get(times.len() * hundredths / 100);
    time.copied().context("nothing was sent")
}
