//! Runs requests: keeps plans, opens transactions, follows changes, and lets hand-written fields answer with rows.

pub mod actions;
mod cache;
mod engine;
mod live;
mod request;
mod roots;
mod rows;
mod run;
pub mod statement;
mod transaction;
mod write;

pub use engine::{Answer, BuildError, Engine, EngineBuilder};
pub use live::{Changes, follow_changes};
pub use transaction::set_session;
