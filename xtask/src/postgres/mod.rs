//! PostgreSQL for development and tests: its programs, found or installed, and a private cluster of them.
//!
//! Nothing here touches a PostgreSQL that somebody else runs.

mod cluster;
mod find;
mod user;

pub use cluster::{Cluster, Durability};
pub use find::find;
