//! GitHub: the members of an organization, the people invited to it, and its teams.
//!
//! Listing takes GraphQL pages only; the number of requests grows with pages, never one for each member. A token needs the
//! scopes `read:org` and, for addresses, `read:user` or `user:email`, and must belong to an owner of the organization, who
//! alone sees invitations; verified e-mail addresses come only from organizations with a verified domain. Sign-in
//! ([`sign_in`]) uses REST with the person's own token.

mod graphql;
mod listing;
mod queries;
pub mod sign_in;

use std::time::Duration;

use futures::{Stream, stream};
use secrecy::SecretString;
use url::Url;

use crate::Page;
use crate::error::{ConnectorError, Fault};
use crate::http::Caller;
use listing::Listing;

/// The most that GitHub gives on one page.
const LARGEST_PAGE: u32 = 100;
/// Where GitHub's API is.
const PUBLIC_API: &str = "https://api.github.com";

/// How to reach one organization.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The organization's login.
    pub organization: String,
    /// A token of one of its owners.
    pub token: SecretString,
    /// The root of the API; GitHub's own if none.
    pub base_url: Option<Url>,
    /// Members on a page, at most 100.
    pub page_size: u32,
    /// How long one request may take.
    pub timeout: Duration,
    /// How often a request is repeated that failed for a passing reason.
    pub retries: u32,
}

impl Settings {
    /// The defaults: GitHub itself, 100 members a page, 30 s, three retries.
    pub fn new(organization: impl Into<String>, token: SecretString) -> Self {
        Self {
            organization: organization.into(),
            token,
            base_url: None,
            page_size: LARGEST_PAGE,
            timeout: Duration::from_secs(30),
            retries: 3,
        }
    }
}

/// A client for one organization.
#[derive(Debug, Clone)]
pub struct GitHub {
    caller: Caller,
    graphql: Url,
    organization: String,
    page_size: u32,
}

impl GitHub {
    /// A client with these settings; `http` comes from [`crate::http_client`].
    pub fn new(settings: Settings, http: reqwest::Client) -> Result<Self, ConnectorError> {
        let Settings {
            organization,
            token,
            base_url,
            page_size,
            timeout,
            retries,
        } = settings;
        let graphql = address(base_url.as_ref(), "graphql").map_err(|fault| fault.of("GitHub"))?;
        Ok(Self {
            caller: Caller {
                http,
                token,
                timeout,
                retries,
            },
            graphql,
            organization,
            page_size: page_size.clamp(1, LARGEST_PAGE),
        })
    }

    /// All members and invited people, then all memberships in teams. After an error nothing more comes.
    pub fn pages(&self) -> impl Stream<Item = Result<Page, ConnectorError>> + Send + '_ {
        stream::try_unfold(Listing::default(), move |listing| listing.next(self))
    }
}

/// The address of `path` under an API root.
fn address(base_url: Option<&Url>, path: &str) -> Result<Url, Fault> {
    let root = base_url
        .map_or(PUBLIC_API, Url::as_str)
        .trim_end_matches('/');
    let address = format!("{root}/{path}");
    address.parse().map_err(|_| Fault::Address(address))
}
