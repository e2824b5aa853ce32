//! The doors of the engine over real HTTP: a server for each test, with a database of its own.

#![expect(
    clippy::disallowed_methods,
    reason = "the test command says in the environment where PostgreSQL is"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "a missing member of an answer is null, or fails the test"
)]

#[path = "../support/database.rs"]
mod database;
mod documents;
mod events;
mod explain;
mod hostile;
mod issuers;
mod jwt;
mod jwt_keys;
#[path = "../support/library.rs"]
mod library;
mod limits;
mod live;
mod live_faults;
mod numbers;
mod query_tags;
#[path = "../support/receiver.rs"]
mod receiver;
mod socket;
mod sockets;
mod traces;
mod transport;
mod world;
