//! Permissions against a slow and obviously right interpreter: random metadata, random rows, random requests, each
//! answer compared with what Hasura's rules say of all rows held in memory.
//!
//! The interpreter is written from the rules, never from the engine's code. The choices of a case are one list of
//! numbers, so that a failing case shrinks to fewer and smaller choices. `PROPTEST_CASES` runs more cases,
//! `PROPTEST_RNG_SEED` other ones.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod answers;
mod compare;
mod connections;
#[path = "../support/database.rs"]
mod database;
mod documents;
mod interpreter;
mod live;
mod reads;
mod requests;
mod roles;
mod rules;
mod tape;
#[path = "../support/text.rs"]
mod text;
mod world;
mod writes;

use std::{cell::RefCell, collections::BTreeMap};

use proptest::{
    collection::vec,
    prelude::any,
    test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner},
};

use crate::{
    database::{Database, EMPTY},
    requests::Outcome,
    tape::Tape,
    world::SCHEMA,
};

/// How many cases there are unless the environment says otherwise.
const CASES: u32 = 150;
/// How many choices a case can make before all further ones are the simplest.
const CHOICES: usize = 3_000;
/// The seed unless the environment says otherwise.
const SEED: u64 = 20_261_122;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn every_answer_is_what_the_rules_say() {
    // What goes wrong inside is logged, never answered.
    let log = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::ERROR)
        .with_test_writer();
    log.init();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let database = runtime.block_on(async {
        let database = Database::create("permissions", EMPTY, 4).await.unwrap();
        database.run(SCHEMA).await.unwrap();
        database
    });
    let seed = number("PROPTEST_RNG_SEED").unwrap_or(SEED);
    let config = Config {
        cases: number("PROPTEST_CASES")
            .and_then(|cases| u32::try_from(cases).ok())
            .unwrap_or(CASES),
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: number("PROPTEST_MAX_SHRINK_ITERS")
            .and_then(|most| u32::try_from(most).ok())
            .unwrap_or(300),
        ..Config::default()
    };
    let seen: RefCell<BTreeMap<Outcome, u32>> = RefCell::default();
    let found = TestRunner::new(config).run(&vec(any::<u32>(), CHOICES), |choices| {
        let outcomes = runtime
            .block_on(requests::case(&database, &Tape::new(choices)))
            .map_err(TestCaseError::fail)?;
        for outcome in outcomes {
            *seen.borrow_mut().entry(outcome).or_default() += 1;
        }
        Ok(())
    });
    runtime.block_on(database.drop()).unwrap();
    println!("seed {seed}: {:?}", seen.borrow());
    if let Err(TestError::Fail(reason, _)) = &found {
        panic!("seed {seed}: {reason}");
    }
    found.unwrap();
    let seen = seen.borrow();
    let count = |outcome| seen.get(&outcome).copied().unwrap_or_default();
    let compared: u32 = Outcome::COMPARED.into_iter().map(count).sum();
    assert!(
        count(Outcome::Undetermined) * 5 < compared,
        "too many answers are not determined: {seen:?}"
    );
    for outcome in Outcome::COMPARED {
        assert!(count(outcome) > 0, "nothing of {outcome:?} was compared");
    }
}
