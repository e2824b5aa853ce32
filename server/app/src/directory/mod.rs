//! The directory: which services there are, which accounts they hold, whose accounts those are.
//!
//! - **service**: an external tool, one instance of it; configured, and kept as a row for its history ([`services`]).
//! - **account**: one access on one service. It is found by a sync and never deleted by one.
//! - **user**: one person, product or team: whoever the accounts belong to.
//! - **sync**: lists a service, plans what differs, applies the plan ([`sync`]).

pub mod services;
pub mod sync;
