//! Goes through an organization page by page: members, invited people, teams, and the rest of large teams.
//!
//! Each listing ends only when as many distinct entries arrived as GitHub counts.

use std::collections::{HashSet, VecDeque};
use std::mem;
use std::time::Duration;

use super::GitHub;
use super::graphql::Reply;
use super::queries::{
    Members, PendingMembers, Person, TeamMembers, Teams, members, pending_members, team_members,
    teams,
};
use crate::error::{ConnectorError, Fault};
use crate::{Membership, Page};

/// Teams on a page: together with their first members about as many rows as GitHub answers in good time.
const TEAMS_PER_PAGE: i64 = 25;

/// Where a listing stands.
#[derive(Debug, Default)]
pub(super) struct Listing {
    stage: Stage,
    /// Wanted by GitHub before the next query.
    pause: Option<Duration>,
    /// GitHub's count of members, known after their first page.
    members: u64,
}

#[derive(Debug)]
enum Stage {
    Members(Cursor),
    Pending(Cursor),
    Teams {
        teams: Cursor,
        unfinished: VecDeque<(String, Cursor)>,
    },
    Done,
}

impl Default for Stage {
    fn default() -> Self {
        Self::Members(Cursor::default())
    }
}

impl Listing {
    /// The next page and where the listing stands after it; none at its end.
    pub(super) async fn next(
        mut self,
        github: &GitHub,
    ) -> Result<Option<(Page, Self)>, ConnectorError> {
        if let Some(pause) = self.pause.take() {
            tracing::info!(
                wait_s = pause.as_secs(),
                "GitHub's rate limit is used up, waiting for its next window"
            );
            tokio::time::sleep(pause).await;
        }
        let call = match &self.stage {
            Stage::Members(cursor) => format!("GitHub, members, page {}", cursor.page),
            Stage::Pending(cursor) => format!("GitHub, invited people, page {}", cursor.page),
            Stage::Teams { teams, unfinished } => match unfinished.front() {
                Some((slug, cursor)) => {
                    format!("GitHub, members of team {slug}, page {}", cursor.page)
                }
                None => format!("GitHub, teams, page {}", teams.page),
            },
            Stage::Done => return Ok(None),
        };
        let page = match mem::replace(&mut self.stage, Stage::Done) {
            Stage::Members(cursor) => self.members(github, cursor).await,
            Stage::Pending(cursor) => self.pending(github, cursor).await,
            Stage::Teams {
                teams,
                mut unfinished,
            } => match unfinished.pop_front() {
                Some((slug, cursor)) => self.team(github, teams, unfinished, slug, cursor).await,
                None => self.teams(github, teams).await,
            },
            Stage::Done => return Ok(None),
        };
        page.map(|page| Some((page, self)))
            .map_err(|fault| fault.of(call))
    }

    async fn members(&mut self, github: &GitHub, mut cursor: Cursor) -> Result<Page, Fault> {
        let variables = members::Variables {
            organization: github.organization.clone(),
            first: github.page_size.into(),
            after: cursor.after.clone(),
        };
        let (data, requests) = self.take(github.query::<Members>(variables).await?);
        let listing = data
            .organization
            .ok_or_else(|| no_organization(github))?
            .members_with_role;
        let mut page = Page {
            requests,
            ..Page::default()
        };
        for edge in listing.edges.into_iter().flatten().flatten() {
            if let Some(person) = edge.node {
                page.accounts
                    .push(Person::from(person).member(edge.role.as_ref()));
            }
        }
        cursor.advance(
            page.accounts
                .iter()
                .map(|account| account.remote_id.as_str()),
            listing.total_count,
            Next {
                more: listing.page_info.has_next_page,
                after: listing.page_info.end_cursor,
            },
        )?;
        self.members = cursor.expected;
        page.expected = Some(self.members);
        self.stage = if cursor.finished {
            Stage::Pending(Cursor::default())
        } else {
            Stage::Members(cursor)
        };
        Ok(page)
    }

    async fn pending(&mut self, github: &GitHub, mut cursor: Cursor) -> Result<Page, Fault> {
        let variables = pending_members::Variables {
            organization: github.organization.clone(),
            first: github.page_size.into(),
            after: cursor.after.clone(),
        };
        let (data, requests) = self.take(github.query::<PendingMembers>(variables).await?);
        let listing = data
            .organization
            .ok_or_else(|| no_organization(github))?
            .pending_members;
        let mut page = Page {
            requests,
            ..Page::default()
        };
        for person in listing.nodes.into_iter().flatten().flatten() {
            page.accounts.push(Person::from(person).invited());
        }
        cursor.advance(
            page.accounts
                .iter()
                .map(|account| account.remote_id.as_str()),
            listing.total_count,
            Next {
                more: listing.page_info.has_next_page,
                after: listing.page_info.end_cursor,
            },
        )?;
        page.expected = Some(self.members + cursor.expected);
        self.stage = if cursor.finished {
            Stage::Teams {
                teams: Cursor::default(),
                unfinished: VecDeque::new(),
            }
        } else {
            Stage::Pending(cursor)
        };
        Ok(page)
    }

    async fn teams(&mut self, github: &GitHub, mut cursor: Cursor) -> Result<Page, Fault> {
        let variables = teams::Variables {
            organization: github.organization.clone(),
            teams: TEAMS_PER_PAGE,
            after: cursor.after.clone(),
            members: github.page_size.into(),
        };
        let (data, requests) = self.take(github.query::<Teams>(variables).await?);
        let listing = data
            .organization
            .ok_or_else(|| no_organization(github))?
            .teams;
        let mut page = Page {
            requests,
            ..Page::default()
        };
        let mut unfinished = VecDeque::new();
        let mut ids = Vec::new();
        for team in listing.nodes.into_iter().flatten().flatten() {
            let members = team.members;
            let found = members
                .nodes
                .into_iter()
                .flatten()
                .flatten()
                .map(|member| member.id)
                .collect::<Vec<_>>();
            let mut rest = Cursor::default();
            rest.advance(
                found.iter().map(String::as_str),
                members.total_count,
                Next {
                    more: members.page_info.has_next_page,
                    after: members.page_info.end_cursor,
                },
            )?;
            page.join(&team.slug, found);
            if !rest.finished {
                unfinished.push_back((team.slug, rest));
            }
            ids.push(team.id);
        }
        cursor.advance(
            ids.iter().map(String::as_str),
            listing.total_count,
            Next {
                more: listing.page_info.has_next_page,
                after: listing.page_info.end_cursor,
            },
        )?;
        self.after_teams(cursor, unfinished);
        Ok(page)
    }

    async fn team(
        &mut self,
        github: &GitHub,
        teams: Cursor,
        mut unfinished: VecDeque<(String, Cursor)>,
        slug: String,
        mut cursor: Cursor,
    ) -> Result<Page, Fault> {
        let variables = team_members::Variables {
            organization: github.organization.clone(),
            slug: slug.clone(),
            first: github.page_size.into(),
            after: cursor.after.clone(),
        };
        let (data, requests) = self.take(github.query::<TeamMembers>(variables).await?);
        let members = data
            .organization
            .ok_or_else(|| no_organization(github))?
            .team
            .ok_or_else(|| Fault::NotFound {
                what: format!("team {slug}, which was listed a moment ago"),
            })?
            .members;
        let found = members
            .nodes
            .into_iter()
            .flatten()
            .flatten()
            .map(|member| member.id)
            .collect::<Vec<_>>();
        cursor.advance(
            found.iter().map(String::as_str),
            members.total_count,
            Next {
                more: members.page_info.has_next_page,
                after: members.page_info.end_cursor,
            },
        )?;
        let mut page = Page {
            requests,
            ..Page::default()
        };
        page.join(&slug, found);
        if !cursor.finished {
            unfinished.push_front((slug, cursor));
        }
        self.after_teams(teams, unfinished);
        Ok(page)
    }

    /// Large teams are finished before further teams are asked for.
    fn after_teams(&mut self, teams: Cursor, unfinished: VecDeque<(String, Cursor)>) {
        self.stage = if teams.finished && unfinished.is_empty() {
            Stage::Done
        } else {
            Stage::Teams { teams, unfinished }
        };
    }

    fn take<T>(&mut self, reply: Reply<T>) -> (T, u32) {
        self.pause = reply.pause;
        (reply.data, reply.requests)
    }
}

impl Page {
    fn join(&mut self, group: &str, members: Vec<String>) {
        self.memberships
            .extend(members.into_iter().map(|remote_id| Membership {
                remote_id,
                group: group.to_owned(),
            }));
    }
}

fn no_organization(github: &GitHub) -> Fault {
    Fault::NotFound {
        what: format!(
            "organization {}, or the token may not see it",
            github.organization
        ),
    }
}

/// Where one connection stands, and what of it has arrived.
#[derive(Debug)]
struct Cursor {
    /// The page to ask for next, from 1.
    page: u32,
    after: Option<String>,
    finished: bool,
    /// The total by the last page.
    expected: u64,
    arrived: HashSet<Box<str>>,
    passed: HashSet<Box<str>>,
}

impl Default for Cursor {
    fn default() -> Self {
        Self {
            page: 1,
            after: None,
            finished: false,
            expected: 0,
            arrived: HashSet::new(),
            passed: HashSet::new(),
        }
    }
}

/// What a page says of the next one.
struct Next {
    more: bool,
    after: Option<String>,
}

impl Cursor {
    /// Takes note of a page that arrived.
    fn advance<'i>(
        &mut self,
        ids: impl Iterator<Item = &'i str>,
        total: i64,
        next: Next,
    ) -> Result<(), Fault> {
        self.arrived.extend(ids.map(Box::from));
        self.expected = u64::try_from(total).unwrap_or(0);
        let arrived = self.arrived.len() as u64;
        if !next.more {
            self.finished = true;
            return if arrived < self.expected {
                Err(Fault::Incomplete {
                    arrived,
                    expected: self.expected,
                })
            } else {
                Ok(())
            };
        }
        let after = next.after.ok_or_else(|| Fault::Malformed {
            what: "it promises a next page and names none".to_owned(),
        })?;
        if !self.passed.insert(after.as_str().into()) {
            return Err(Fault::RepeatedCursor);
        }
        self.after = Some(after);
        self.page += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Next};
    use crate::error::Fault;

    fn next(after: Option<&str>) -> Next {
        Next {
            more: after.is_some(),
            after: after.map(str::to_owned),
        }
    }

    #[test]
    fn an_entry_that_comes_twice_counts_once() {
        let mut cursor = Cursor::default();
        assert_eq!(
            cursor.advance(["a", "b"].into_iter(), 3, next(Some("b"))),
            Ok(())
        );
        assert_eq!(
            cursor.advance(["b"].into_iter(), 3, next(None)),
            Err(Fault::Incomplete {
                arrived: 2,
                expected: 3
            })
        );
    }

    #[test]
    fn a_cursor_that_comes_back_is_an_error() {
        let mut cursor = Cursor::default();
        assert_eq!(
            cursor.advance(["a"].into_iter(), 9, next(Some("x"))),
            Ok(())
        );
        assert_eq!(
            cursor.advance(["b"].into_iter(), 9, next(Some("y"))),
            Ok(())
        );
        assert_eq!(
            cursor.advance(["c"].into_iter(), 9, next(Some("x"))),
            Err(Fault::RepeatedCursor)
        );
    }

    #[test]
    fn the_last_page_ends_the_listing() {
        let mut cursor = Cursor::default();
        assert_eq!(cursor.advance(["a"].into_iter(), 1, next(None)), Ok(()));
        assert!(cursor.finished);
    }
}
