//! What the server promises, asked over its network.

#![expect(
    clippy::indexing_slicing,
    reason = "indexing into a JSON answer gives null where a member is missing"
)]

mod configuration;
mod datapass;
mod graphql;
mod lists;
mod metrics;
mod migrations;
mod outside_tokens;
mod permissions;
#[path = "../../server/engine/tests/support/receiver.rs"]
mod receiver;
mod sign_in;
mod subscriptions;
mod sync;
mod traces;
