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
#[path = "../support/database.rs"]
mod database;
mod document;
#[path = "../support/library.rs"]
mod library;
mod schema;
#[path = "../support/text.rs"]
mod text;
mod values;

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::{EmptyMutation, Request};
use engine::{
    Engine, EngineBuilder, Session,
    model::{Execution, Options},
};
use futures::StreamExt as _;
use serde_json::Value as Json;

use crate::{chance::Chance, database::Database, document::Maker, schema::Schema};

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

async fn engine(database: &Database, execution: Execution) -> Arc<Engine<EmptyMutation>> {
    let builder = EngineBuilder {
        options: Options {
            execution,
            ..Options::default()
        },
        ..database.builder(&library::metadata().unwrap()).unwrap()
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
    let database = library::database("fuzz").await.unwrap();
    let patience = format!(
        "alter database {} set statement_timeout = '20s'",
        database.name
    );
    database.run(&patience).await.unwrap();
    let engines = [
        engine(&database, Execution::Json).await,
        engine(&database, Execution::Rows).await,
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
    database.drop().await.unwrap();
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
