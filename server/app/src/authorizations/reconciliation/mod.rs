//! What the webhook lost: found by asking DataPass what there is, and applied by the same state machine (design.md § 9).
//!
//! - **run**: one comparison of an API, by the clock or by a person; a row with its report ([`run`]).
//! - **difference**: a request that stands elsewhere at DataPass than here ([`compare`], pure).
//! - **delivery**: an event that never reached us, put into the words of the webhook ([`rebuild`], pure). It goes through
//!   the journal like any other; put together again, it is the same to the byte, and so a duplicate.

pub mod actions;
mod compare;
mod rebuild;
mod run;

pub use run::{JOB, Reconciler, SOURCE};
