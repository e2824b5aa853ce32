//! Runs requests: keeps plans, opens transactions, follows changes, and lets hand-written fields answer with rows.

pub mod actions;
mod answer;
mod cache;
mod connection;
mod deadline;
mod document;
mod engine;
mod federation;
pub mod limits;
mod live;
pub(crate) mod observe;
mod request;
mod roots;
mod rows;
mod run;
pub mod statement;
mod tokens;
mod transaction;
mod trusted;
mod validation;
mod write;

pub use answer::Answer;
pub use deadline::{Canceller, cancel_plainly};
pub use engine::{BuildError, Engine, EngineBuilder, Explained};
pub use live::{Changes, Watch, follow_changes};
pub use transaction::set_session;
pub use trusted::Trusted;
