//! Authorization requests: what DataPass tells of them, and what follows from it (design.md § 9).
//!
//! - **delivery**: one signed body, of either generation of DataPass ([`signature`], [`delivery`]).
//! - **journal**: every delivery, as it came, before it is judged ([`journal`]).
//! - **machine**: what has become of a request: the fold of its deliveries, a pure function ([`machine`]).
//! - **judgement**: the fold, written down with all that follows from it, in one transaction ([`judgement`]).
//! - **grant**: approvals without a revocation between them; yields one **token** ([`tokens`]).
//! - **notice**: who is told of what a delivery did ([`notices`]); **letters** find the people ([`letters`]).
//! - **alert**: what somebody should look at ([`alerts`]).
//! - **reconciliation**: what the webhook lost, found by asking DataPass ([`reconciliation`]).
//! - **gateway**: a program that asks whether a token holds ([`gateways`]).

pub mod actions;
pub mod alerts;
pub mod apis;
mod contacts;
mod delivery;
mod error;
pub mod gateways;
mod journal;
mod judgement;
mod letters;
mod machine;
mod notices;
mod receiver;
pub mod reconciliation;
pub mod routes;
mod signature;
pub mod tokens;
mod unsigned;

pub use contacts::link_contacts;
pub use error::AuthorizationError;
pub use journal::tidy;
pub use receiver::Receiver;
