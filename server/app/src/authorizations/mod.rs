//! Authorization requests: what DataPass tells of them, and what follows from it (design.md § 9).
//!
//! - **delivery**: one signed body, of either generation of DataPass ([`signature`], [`delivery`]).
//! - **journal**: every delivery, as it came, before it is judged ([`journal`]).
//! - **machine**: what has become of a request: the fold of its deliveries, a pure function ([`machine`]).
//! - **judgement**: the fold, written down with all that follows from it, in one transaction ([`judgement`]).
//! - **grant**: approvals without a revocation between them; yields one **token** ([`tokens`]).
//! - **alert**: what somebody should look at.

pub mod actions;
mod delivery;
mod error;
mod journal;
mod judgement;
mod machine;
mod receiver;
pub mod routes;
mod signature;
mod tokens;

pub use error::AuthorizationError;
pub use receiver::Receiver;
