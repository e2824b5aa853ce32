//! One client for each external service: what accounts it holds, told in one shape for all of them.
//!
//! A connector lists accounts and memberships in pages. It knows no table, decides nothing about what a page means, and
//! never turns a failure into an empty or shortened listing: whoever consumes the pages either sees all of them or an error.

pub mod datapass;
mod error;
pub mod github;
mod http;
pub mod mattermost;
pub mod sentry;

pub use error::{ConnectorError, Fault};
pub use http::http_client;

use serde_json::Value;

/// An account as its service tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoteAccount {
    /// The service's own identifier, which survives a change of login.
    pub remote_id: String,
    /// The name to sign in with.
    pub login: Option<String>,
    /// The best e-mail address the service tells.
    pub email: Option<String>,
    /// Whether the service vouches that the address belongs to the holder.
    pub email_verified: bool,
    /// The holder's full name.
    pub name: Option<String>,
    /// Where a picture can be had.
    pub avatar_url: Option<String>,
    /// Whether the account can be used.
    pub state: RemoteState,
    /// An object with further fields worth keeping; groups are not among them.
    pub data: Value,
}

/// Whether an account can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteState {
    /// It can.
    Active,
    /// Not before its holder accepts an invitation.
    Invited,
    /// Not any more, though the service still lists it.
    Disabled,
}

/// An account belongs to a group (a team, a project, a site) of its service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The account's [`RemoteAccount::remote_id`].
    pub remote_id: String,
    /// The group's short name.
    pub group: String,
}

/// One page of a listing: accounts, or group memberships.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// Accounts; the same one may come on two pages when the listing shifts meanwhile.
    pub accounts: Vec<RemoteAccount>,
    /// Memberships of accounts that came on earlier pages, or that the service hides.
    pub memberships: Vec<Membership>,
    /// The service's own total of accounts, when it says so.
    pub expected: Option<u64>,
    /// HTTP requests this page took, repeated ones included.
    pub requests: u32,
}
