//! Who has just signed in with GitHub, and in which teams: read with the person's own token after the code exchange.
//!
//! The token needs the scopes `read:org` and `user:email`.

use reqwest::Client;
use reqwest::header::{ACCEPT, HeaderMap, LINK};
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use std::time::Duration;
use url::Url;

use super::address;
use crate::error::{ConnectorError, Fault};
use crate::http::{Answer, Caller};

/// A person waits for the answer: one more attempt, and soon.
const TIMEOUT: Duration = Duration::from_secs(10);
const RETRIES: u32 = 1;

/// Whoever signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// GitHub's number, which survives a change of login.
    pub id: u64,
    /// The identifier that the listing of members gives as [`crate::RemoteAccount::remote_id`].
    pub node_id: String,
    /// The login.
    pub login: String,
    /// The name on the profile.
    pub name: Option<String>,
    /// The picture.
    pub avatar_url: Option<String>,
    /// Addresses that GitHub has verified, the primary one first; none if the token may not read them.
    pub verified_emails: Vec<String>,
}

/// GitHub's REST API under a person's token.
#[derive(Debug, Clone)]
pub struct Person {
    caller: Caller,
    api_url: Option<Url>,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    node_id: String,
    login: String,
    name: Option<String>,
    avatar_url: Option<String>,
}

#[derive(Deserialize)]
struct Mailbox {
    email: String,
    verified: bool,
    primary: bool,
}

#[derive(Deserialize)]
struct Team {
    slug: String,
    organization: Organization,
}

#[derive(Deserialize)]
struct Organization {
    login: String,
}

impl Person {
    /// The API at `api_url` (GitHub's own if none) as the holder of `token`.
    pub fn new(http: Client, api_url: Option<Url>, token: SecretString) -> Self {
        Self {
            caller: Caller {
                http,
                token,
                timeout: TIMEOUT,
                retries: RETRIES,
            },
            api_url,
        }
    }

    /// Who holds the token.
    pub async fn viewer(&self) -> Result<Viewer, ConnectorError> {
        let user: User = self
            .get_one("user")
            .await
            .map_err(|fault| fault.of("GitHub, user"))?;
        let mut emails: Vec<Mailbox> = match self.get_all("user/emails").await {
            Err(Fault::Forbidden { .. } | Fault::NotFound { .. }) => Vec::new(),
            other => other.map_err(|fault| fault.of("GitHub, user's e-mails"))?,
        };
        emails.retain(|email| email.verified);
        emails.sort_by_key(|email| !email.primary);
        Ok(Viewer {
            id: user.id,
            node_id: user.node_id,
            login: user.login,
            name: user.name.filter(|name| !name.trim().is_empty()),
            avatar_url: user.avatar_url,
            verified_emails: emails.into_iter().map(|email| email.email).collect(),
        })
    }

    /// The short names of the person's teams in one organization.
    pub async fn teams(&self, organization: &str) -> Result<Vec<String>, ConnectorError> {
        let teams: Vec<Team> = self
            .get_all("user/teams")
            .await
            .map_err(|fault| fault.of("GitHub, user's teams"))?;
        Ok(teams
            .into_iter()
            .filter(|team| team.organization.login.eq_ignore_ascii_case(organization))
            .map(|team| team.slug)
            .collect())
    }

    async fn get_one<T: DeserializeOwned>(&self, path: &str) -> Result<T, Fault> {
        read(&self.get(address(self.api_url.as_ref(), path)?).await?)
    }

    /// All pages of a list, each naming the next in its `Link` header.
    async fn get_all<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, Fault> {
        let mut url = address(self.api_url.as_ref(), path)?;
        url.set_query(Some("per_page=100"));
        let mut passed = HashSet::new();
        let mut all = Vec::new();
        loop {
            let answer = self.get(url.clone()).await?;
            all.extend(read::<Vec<T>>(&answer)?);
            let Some(next) = next_page(&answer.headers) else {
                return Ok(all);
            };
            if next.origin() != url.origin() {
                // The token goes with the request: nowhere but where it came from.
                return Err(Fault::Malformed {
                    what: "its next page is on another host".to_owned(),
                });
            }
            if !passed.insert(url) {
                return Err(Fault::RepeatedCursor);
            }
            url = next;
        }
    }

    async fn get(&self, url: Url) -> Result<Answer, Fault> {
        self.caller
            .send(|http| {
                http.get(url.clone())
                    .header(ACCEPT, "application/vnd.github+json")
            })
            .await
    }
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Fault> {
    serde_json::from_slice(&answer.body).map_err(|error| Fault::Malformed {
        what: error.to_string(),
    })
}

/// The target of `rel="next"` in a `Link` header (RFC 8288).
fn next_page(headers: &HeaderMap) -> Option<Url> {
    headers
        .get(LINK)?
        .to_str()
        .ok()?
        .split(',')
        .find_map(|link| {
            let (target, parameters) = link.split_once(';')?;
            let is_next = parameters
                .split(';')
                .any(|parameter| parameter.trim() == r#"rel="next""#);
            let target = target.trim().strip_prefix('<')?.strip_suffix('>')?;
            is_next.then(|| target.parse().ok())?
        })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]

    use reqwest::header::{HeaderMap, LINK};

    use super::next_page;

    #[test]
    fn the_next_page_is_found_among_other_links() {
        let mut headers = HeaderMap::new();
        let links = r#"<https://api.example/user/teams?page=1>; rel="prev", <https://api.example/user/teams?page=3>; rel="next""#;
        headers.insert(LINK, links.parse().unwrap());
        assert_eq!(
            next_page(&headers).unwrap().as_str(),
            "https://api.example/user/teams?page=3"
        );
        headers.insert(
            LINK,
            r#"<https://api.example/user/teams?page=1>; rel="first""#
                .parse()
                .unwrap(),
        );
        assert_eq!(next_page(&headers), None);
    }
}
