//! A Hasura-compatible GraphQL engine over any PostgreSQL.
//!
//! The way of a request, one folder a stage:
//!
//! ```text
//! metadata ┐
//! catalog  ┴─> model ──> schema          what a role may see, decided once at the start
//!                └─────> plan ──> sql ──> execute ──> http
//!                        pure     pure    one statement per root field
//! ```
//!
//! - [`metadata`]: what to expose and to whom, in Hasura's metadata format.
//! - [`catalog`]: what PostgreSQL says of its tables.
//! - [`model`]: both resolved against each other; refuses what does not fit, with every problem at once.
//! - [`schema`]: one GraphQL schema for each role; what a role may not use does not exist in it.
//! - [`plan`]: a validated selection as a value: which rows, which fields, which binds.
//! - [`sql`]: a plan as text; every client value is a bind.
//! - [`execute`]: runs statements, keeps plans, commits or rolls back, follows changes.
//! - [`http`]: GraphQL over HTTP and WebSocket.
//! - [`trace`]: spans of requests for OpenTelemetry, where they are sent somewhere.
//! - [`auth`]: who asks, by tokens and secrets, for servers that have no way of their own.
//!
//! The engine knows no capability of anybody: hand-written fields come in as async-graphql objects.

pub mod auth;
pub mod catalog;
pub mod error;
pub mod execute;
pub mod http;
pub mod metadata;
pub mod model;
pub mod plan;
mod pool;
pub mod schema;
pub mod session;
pub mod sql;
pub mod trace;

pub use error::{Code, GraphqlError};
pub use execute::{
    Engine, EngineBuilder,
    actions::{Actions, Row, Rows},
};
pub use pool::{Pool, with_renewal};
pub use session::Session;
