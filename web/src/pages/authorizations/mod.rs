//! Authorization requests, as DataPass tells of them: requests, their tokens, alerts, and the journal of deliveries.
//!
//! - **request**: what somebody asks of an API; its **amendment** is a change asked for while it stands.
//! - **token**: what an approval yields; its state follows from its dates ([`marks`]).
//! - **delivery**: one signed message of DataPass, kept in the journal with its outcome.
//! - **alert**: what somebody should look at, until they acknowledge it.
//!
//! Lists follow their table: a subscription of one number tells when to ask again.

mod alert_row;
mod alerts;
mod cells;
mod changes;
mod deliveries;
mod delivery;
pub mod facets;
pub mod head;
mod marks;
mod mine;
mod reconcile;
mod request;
mod requests;
mod tokens;

pub use alerts::Alerts;
pub use deliveries::DeliveriesRoute;
pub use mine::{MyRequests, Prolong};
pub use requests::RequestsRoute;
pub use tokens::Tokens;
