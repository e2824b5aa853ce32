//! Documents and variables that nobody would send, made from each role's own schema: no panic, no fault of ours, no
//! statement that PostgreSQL refuses for another reason than the client's value.
//!
//! `FUZZ_SECONDS=600 cargo nextest run -p engine --test fuzz` takes its time, `FUZZ_SEED` repeats what was found.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails; serde_json answers null where nothing is"
)]

mod chance;
mod document;
mod schema;
mod values;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::{EmptyMutation, Request};
use diesel_async::{
    AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _,
    pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod},
};
use engine::{
    Engine, EngineBuilder, Pool, Session,
    metadata::{Directory, load},
    model::{Execution, Options},
};
use futures::StreamExt as _;
use serde_json::Value as Json;

use crate::{chance::Chance, document::Maker, schema::Schema};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
/// What an answer may be refused with: faults of the client.
const REFUSALS: [&str; 11] = [
    "bad-request",
    "constraint-violation",
    "data-exception",
    "limit-exceeded",
    "not-found",
    "not-supported",
    "parse-failed",
    "permission-error",
    "postgres-error",
    "unexpected-payload",
    "validation-failed",
];
/// How many different problems end a run.
const ENOUGH: usize = 12;

fn number(variable: &str, usual: u64) -> u64 {
    let given = std::env::var(variable).ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

async fn run(url: &str, sql: &str) {
    let mut conn = AsyncPgConnection::establish(url).await.unwrap();
    conn.batch_execute(sql).await.unwrap();
}

async fn engine(url: &str, execution: Execution) -> Arc<Engine<EmptyMutation>> {
    let mut manager = ManagerConfig::default();
    manager.recycling_method = RecyclingMethod::Fast;
    let manager = AsyncDieselConnectionManager::new_with_config(url, manager);
    let directory = Directory::read(&Path::new(FOLDER).join("metadata")).unwrap();
    let pool = Pool::builder(manager).max_size(4).build().unwrap();
    let builder = EngineBuilder {
        options: Options {
            execution,
            ..Options::default()
        },
        ..EngineBuilder::new(pool, load(&directory).unwrap(), EmptyMutation)
    };
    Arc::new(builder.build().await.unwrap())
}

fn session(role: &str) -> Session {
    let variable = ("x-hasura-user-id".to_owned(), "r1".to_owned());
    Session::new(role, [variable])
}

/// What is wrong with an answer, if anything is.
fn problem(answer: &Json) -> Option<String> {
    let errors = answer["errors"].as_array()?;
    errors
        .iter()
        .find(|error| {
            let code = error["extensions"]["code"].as_str();
            !code.is_some_and(|code| REFUSALS.contains(&code))
        })
        .map(ToString::to_string)
}

#[tokio::test]
async fn no_request_is_a_fault_of_ours() {
    let log = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::ERROR)
        .with_test_writer();
    log.init();
    let admin_url = std::env::var("SECRETARIAT_TEST_PG").unwrap();
    let name = format!("fuzz_{}", std::process::id());
    run(&admin_url, &format!("create database {name}")).await;
    // Compiling statements that come once would take longer than everything else.
    let settings = format!(
        "alter database {name} set jit = off; alter database {name} set statement_timeout = '20s'"
    );
    for setting in settings.split("; ") {
        run(&admin_url, setting).await;
    }
    let url = format!("{}/{name}", admin_url.rsplit_once('/').unwrap().0);
    run(
        &url,
        &std::fs::read_to_string(format!("{FOLDER}/schema.sql")).unwrap(),
    )
    .await;
    let engines = [
        engine(&url, Execution::Json).await,
        engine(&url, Execution::Rows).await,
    ];
    let mut schemas = Vec::new();
    for role in engines[0].model().roles() {
        let request = Request::new(schema::INTROSPECTION);
        let answer = engines[0].execute(session(role), request).await.into_json();
        schemas.push((
            role.to_owned(),
            Schema::read(&serde_json::from_str(&answer).unwrap()),
        ));
    }

    let seed = number("FUZZ_SEED", 20_261_122);
    let end = Instant::now() + Duration::from_secs(number("FUZZ_SECONDS", 10));
    let mut chance = Chance::new(seed);
    let mut problems: BTreeMap<String, String> = BTreeMap::new();
    let (mut done, mut good) = (0_u32, 0_u32);
    while Instant::now() < end && problems.len() < ENOUGH {
        let (role, schema) = chance.pick(&schemas);
        let made = Maker::new(&mut chance, schema).request();
        done += 1;
        let answer = answer(chance.pick(&engines), session(role), &made).await;
        good += u32::from(answer.get("errors").is_none());
        if let Some(problem) = problem(&answer) {
            println!("{problem}");
            let text = made.to_string();
            problems.entry(problem).or_insert_with(|| {
                format!("{role}: {}", text.chars().take(3000).collect::<String>())
            });
        }
    }
    drop(engines);
    run(&admin_url, &format!("drop database {name} with (force)")).await;
    println!("seed {seed}: {done} requests, {good} answered");
    assert!(
        good * 10 > done,
        "only {good} of {done} requests were answered"
    );
    assert!(problems.is_empty(), "seed {seed}: {problems:#?}");
}

/// The answer, the first one of a subscription; null when it does not come at once.
async fn answer(engine: &Arc<Engine<EmptyMutation>>, session: Session, made: &Json) -> Json {
    let Ok(request) = serde_json::from_value::<Request>(made.clone()) else {
        return Json::Null;
    };
    if !made["query"].as_str().unwrap().contains("subscription") {
        let answer = engine.execute(session, request).await.into_json();
        return serde_json::from_str(&answer).unwrap();
    }
    let mut answers = engine.stream(session, request);
    let first = tokio::time::timeout(Duration::from_millis(150), answers.next()).await;
    first.ok().flatten().map_or(Json::Null, |answer| {
        serde_json::from_str(&answer.into_json()).unwrap()
    })
}
