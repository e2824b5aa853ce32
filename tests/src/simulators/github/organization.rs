//! The organization's people and teams, and how they are looked up.

use std::collections::BTreeMap;

/// One person, member or invited.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// GitHub's `databaseId`; people are listed in its order.
    pub(super) number: u64,
    pub(super) login: String,
    pub(super) name: Option<String>,
    /// The address on the profile.
    pub(super) email: Option<String>,
    /// The address at the organization's verified domain.
    pub(super) verified_email: Option<String>,
    pub(super) role: Role,
    /// Invited, and not yet a member.
    pub(super) pending: bool,
}

impl Person {
    /// GitHub's global identifier.
    pub(super) fn node_id(&self) -> String {
        format!("U_demo{:08}", self.number)
    }
}

/// What a member may do in the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Role {
    Admin,
    Member,
}

/// A team and the numbers of its members, in order.
#[derive(Debug, Clone)]
pub(super) struct Team {
    pub(super) number: u64,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) members: Vec<u64>,
}

impl Team {
    pub(super) fn node_id(&self) -> String {
        format!("T_demo{:08}", self.number)
    }
}

/// Everybody and every team.
#[derive(Debug, Default)]
pub(super) struct Organization {
    pub(super) people: BTreeMap<u64, Person>,
    pub(super) teams: BTreeMap<u64, Team>,
}

impl Organization {
    pub(super) fn members(&self) -> impl Iterator<Item = &Person> {
        self.people.values().filter(|person| !person.pending)
    }

    pub(super) fn pending(&self) -> impl Iterator<Item = &Person> {
        self.people.values().filter(|person| person.pending)
    }

    pub(super) fn number_of(&self, login: &str) -> Option<u64> {
        self.people
            .values()
            .find(|person| person.login.eq_ignore_ascii_case(login))
            .map(|person| person.number)
    }

    pub(super) fn team(&self, slug: &str) -> Option<&Team> {
        self.teams.values().find(|team| team.slug == slug)
    }

    /// The people of a team.
    pub(super) fn members_of<'o>(&'o self, team: &'o Team) -> impl Iterator<Item = &'o Person> {
        team.members
            .iter()
            .filter_map(|number| self.people.get(number))
    }

    /// The teams of a person.
    pub(super) fn teams_of(&self, number: u64) -> impl Iterator<Item = &Team> {
        self.teams
            .values()
            .filter(move |team| team.members.binary_search(&number).is_ok())
    }

    /// Puts a person into these teams and no others; a team that does not exist is made.
    pub(super) fn set_teams(&mut self, number: u64, slugs: &[String]) {
        for slug in slugs {
            if self.team(slug).is_none() {
                let number = self.teams.keys().last().map_or(1, |last| last + 1);
                let team = Team {
                    number,
                    slug: slug.clone(),
                    name: slug.clone(),
                    members: Vec::new(),
                };
                self.teams.insert(number, team);
            }
        }
        for team in self.teams.values_mut() {
            match (
                team.members.binary_search(&number),
                slugs.contains(&team.slug),
            ) {
                (Err(place), true) => team.members.insert(place, number),
                (Ok(place), false) => drop(team.members.remove(place)),
                _ => {}
            }
        }
    }

    /// Removes a person everywhere.
    pub(super) fn remove(&mut self, number: u64) {
        self.set_teams(number, &[]);
        self.people.remove(&number);
    }
}
