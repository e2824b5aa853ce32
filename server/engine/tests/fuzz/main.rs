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
use axum::http::{HeaderMap, HeaderValue};
use engine::{
    Engine, EngineBuilder, Session,
    model::{Execution, Options},
};
use futures::StreamExt as _;
use serde_json::{Value as Json, json};

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
/// How many requests one copy of the library answers.
const ROUND: u32 = 2_000;
/// After how many requests each kind must have been answered.
const MANY: u32 = 10_000;
/// How many kinds of requests are counted.
const KINDS: usize = 7;

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

/// Who asks.
#[derive(Debug, Clone)]
struct Caller {
    role: String,
    /// Whether a backend asks, which some permissions are only for.
    is_backend: bool,
}

impl Caller {
    fn session(&self) -> Session {
        let mut headers = HeaderMap::new();
        headers.insert("x-hasura-role", self.role.parse().unwrap());
        headers.insert("x-hasura-user-id", HeaderValue::from_static("r1"));
        if self.is_backend {
            let name = "x-hasura-use-backend-only-permissions";
            headers.insert(name, HeaderValue::from_static("true"));
            return Session::from_operator_headers(&headers).unwrap();
        }
        let variable = ("x-hasura-user-id".to_owned(), "r1".to_owned());
        Session::new(self.role.as_str(), [variable])
    }
}

/// A copy of the library, and engines over it. It is thrown away before what was written there hides the rest.
struct Copy {
    database: Database,
    engines: [Arc<Engine<EmptyMutation>>; 2],
}

impl Copy {
    async fn new(template: &Database) -> Self {
        let database = Database::create("fuzz", &template.name, 4).await.unwrap();
        let patience = format!(
            "alter database {} set statement_timeout = '20s'",
            database.name
        );
        database.run(&patience).await.unwrap();
        let engines = [
            engine(&database, Execution::Json).await,
            engine(&database, Execution::Rows).await,
        ];
        Self { database, engines }
    }

    async fn schemas(&self) -> Vec<(Caller, Schema)> {
        let mut schemas = Vec::new();
        let engine = &self.engines[0];
        for role in engine.model().roles() {
            for is_backend in [false, true] {
                let caller = Caller {
                    role: role.to_owned(),
                    is_backend,
                };
                let request = Request::new(schema::INTROSPECTION);
                let answer = engine.execute(caller.session(), request).await.into_json();
                let schema = Schema::read(&serde_json::from_str(&answer).unwrap());
                schemas.push((caller, schema));
            }
        }
        schemas
    }

    async fn drop(self) {
        drop(self.engines);
        self.database.drop().await.unwrap();
    }
}

/// What of a request deserves to be counted.
fn kinds(caller: &Caller, made: &Json) -> Vec<&'static str> {
    let query = made["query"].as_str().unwrap();
    let marks = [
        ("mutation", "mutation q"),
        ("subscription", "subscription q"),
        ("stream", "_stream("),
        ("connection", "_connection"),
        ("entities", "_entities("),
    ];
    let found = marks.into_iter().filter(|(_, mark)| query.contains(mark));
    let by_role = [
        ("inherited role", caller.role == "patron"),
        ("backend", caller.is_backend),
    ];
    let by_role = by_role.into_iter().filter(|(_, is_so)| *is_so);
    let kinds = found.map(|(kind, _)| kind);
    kinds.chain(by_role.map(|(kind, _)| kind)).collect()
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

/// What came of all requests.
#[derive(Default)]
struct Tally {
    done: u32,
    good: u32,
    /// How many of each kind were answered.
    kinds: BTreeMap<&'static str, u32>,
    /// What is wrong, and the first request that showed it.
    problems: BTreeMap<String, String>,
}

impl Tally {
    fn note(&mut self, caller: &Caller, made: &Json, answer: &Json) {
        self.done += 1;
        if answer.get("errors").is_none() && !answer.is_null() {
            self.good += 1;
            for kind in kinds(caller, made) {
                *self.kinds.entry(kind).or_default() += 1;
            }
        }
        if let Some(problem) = problem(answer) {
            println!("{problem}");
            let text: String = made.to_string().chars().take(3000).collect();
            let first = || format!("{caller:?}: {text}");
            self.problems.entry(problem).or_insert_with(first);
        }
    }

    fn judge(&self, seed: u64) {
        let (done, good, kinds) = (self.done, self.good, &self.kinds);
        println!("seed {seed}: {done} requests, {good} answered, among them {kinds:?}");
        assert!(
            good * 10 > done,
            "only {good} of {done} requests were answered"
        );
        assert!(
            self.problems.is_empty(),
            "seed {seed}: {:#?}",
            self.problems
        );
        assert!(
            done < MANY || kinds.len() == KINDS,
            "some kind of request never succeeds: {kinds:?}"
        );
    }
}

#[tokio::test]
async fn no_request_is_a_fault_of_ours() {
    let log = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::ERROR)
        .with_test_writer();
    log.init();
    let template = library::database("fuzz").await.unwrap();
    let mut copy = Copy::new(&template).await;
    let schemas = copy.schemas().await;
    let seed = number("FUZZ_SEED", 20_261_122);
    let end = Instant::now() + Duration::from_secs(number("FUZZ_SECONDS", 10));
    let mut chance = Chance::new(seed);
    let mut tally = Tally::default();
    while Instant::now() < end && tally.problems.len() < ENOUGH {
        let (caller, schema) = chance.pick(&schemas);
        let made = Maker::new(&mut chance, schema).request();
        let answer = answer(chance.pick(&copy.engines), caller.session(), &made).await;
        tally.note(caller, &made, &answer);
        if tally.done.is_multiple_of(ROUND) {
            copy.drop().await;
            copy = Copy::new(&template).await;
        }
    }
    copy.drop().await;
    template.drop().await.unwrap();
    tally.judge(seed);
}

/// The answer, the first one of a subscription; null when a stream has no rows.
async fn answer(engine: &Arc<Engine<EmptyMutation>>, session: Session, made: &Json) -> Json {
    let Ok(request) = serde_json::from_value::<Request>(made.clone()) else {
        return Json::Null;
    };
    let query = made["query"].as_str().unwrap();
    if !query.contains("subscription") {
        let answer = engine.execute(session, request).await.into_json();
        return serde_json::from_str(&answer).unwrap();
    }
    let mut answers = engine.stream(session, request);
    let may_wait = query.contains("_stream");
    let patience = if may_wait { 40 } else { 30_000 };
    match tokio::time::timeout(Duration::from_millis(patience), answers.next()).await {
        Ok(first) => serde_json::from_str(&first.unwrap().into_json()).unwrap(),
        Err(_) if may_wait => Json::Null,
        Err(_) => json!({ "errors": ["a live query is never answered"] }),
    }
}
