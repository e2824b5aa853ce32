//! Work that must happen once, whichever server process does it, and though processes die (design.md § 11).
//!
//! - **job**: a row of `jobs`, enqueued in the transaction of the change that asks for it ([`enqueue`]). Its key makes a
//!   second enqueueing harmless.
//! - **lease**: the time for which a process holds a job. While it works it renews the lease; when it dies, the lease runs
//!   out and another process takes over. So a job may be begun twice, and what it does must bear that.
//! - **dead letter**: a job that failed too often, or for a reason that no repetition mends. It stays until somebody
//!   retries it.
//!
//! This module knows no kind of job; `work.rs` does.

pub mod actions;
mod periods;
mod queue;
mod worker;

pub use periods::{Period, follow_periods};
pub use queue::{NewJob, enqueue, enqueue_all, tidy};
pub use worker::{Failure, Job, Workers};
