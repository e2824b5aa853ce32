//! The pages, one folder or file each. A page owns its queries and its words of state; it takes everything else from
//! `ui`.

mod authorizations;
mod dashboard;
mod diff;
mod links;
mod not_found;
mod operations;
mod people;
mod person;
mod run_state;
mod services;
mod sign_in;
mod timeline;

pub use authorizations::{Alerts, DeliveriesRoute, MyRequests, Prolong, RequestsRoute, Tokens};
pub use dashboard::Dashboard;
pub use links::{ContactEntry, TokenShown};
pub use not_found::NotFound;
pub use operations::Jobs;
pub use people::PeopleRoute;
pub use run_state::is_at_work;
pub use services::{RunRoute, Services};
pub use sign_in::{SignIn, SignedIn};
