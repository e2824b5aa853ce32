//! The GraphQL documents as types. The build holds them against `schema.graphql`, the tests against GitHub's whole schema.

use chrono::Utc;
use graphql_client::GraphQLQuery;
use serde_json::json;

use crate::{RemoteAccount, RemoteState};

/// Scalars of GitHub's schema, under the names that the derived code looks for.
#[expect(clippy::upper_case_acronyms, reason = "GitHub's name")]
type URI = String;
type DateTime = chrono::DateTime<Utc>;

#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "src/github/schema.graphql",
    query_path = "src/github/members.graphql"
)]
pub(super) struct Members;

#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "src/github/schema.graphql",
    query_path = "src/github/pending_members.graphql"
)]
pub(super) struct PendingMembers;

#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "src/github/schema.graphql",
    query_path = "src/github/teams.graphql"
)]
pub(super) struct Teams;

#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "src/github/schema.graphql",
    query_path = "src/github/team_members.graphql"
)]
pub(super) struct TeamMembers;

/// The fragment `Person`, which each document derives as a type of its own.
pub(super) struct Person {
    id: String,
    database_id: Option<i64>,
    login: String,
    name: Option<String>,
    email: String,
    avatar_url: String,
    verified_emails: Vec<String>,
}

macro_rules! person_of {
    ($($document:ident)*) => {$(
        impl From<$document::Person> for Person {
            fn from(person: $document::Person) -> Self {
                Self {
                    id: person.id,
                    database_id: person.database_id,
                    login: person.login,
                    name: person.name,
                    email: person.email,
                    avatar_url: person.avatar_url,
                    verified_emails: person.organization_verified_domain_emails,
                }
            }
        }
    )*};
}
person_of! { members pending_members }

impl Person {
    /// The account of a member; `role` is GitHub's word for what the member may do in the organization.
    pub(super) fn member(self, role: Option<&members::OrganizationMemberRole>) -> RemoteAccount {
        let role = match role {
            Some(members::OrganizationMemberRole::ADMIN) => Some("ADMIN"),
            Some(members::OrganizationMemberRole::MEMBER) => Some("MEMBER"),
            Some(members::OrganizationMemberRole::Other(other)) => Some(other.as_str()),
            None => None,
        };
        self.account(RemoteState::Active, role)
    }

    /// The account of somebody who has not accepted the invitation yet.
    pub(super) fn invited(self) -> RemoteAccount {
        self.account(RemoteState::Invited, None)
    }

    /// GitHub vouches only for addresses at a domain that the organization has verified; the one on a profile is the
    /// holder's choice among their own.
    fn account(self, state: RemoteState, role: Option<&str>) -> RemoteAccount {
        let verified = self.verified_emails.into_iter().next();
        let email_verified = verified.is_some();
        RemoteAccount {
            remote_id: self.id,
            login: Some(self.login),
            email: verified.or_else(|| present(self.email)),
            email_verified,
            name: self.name.and_then(present),
            avatar_url: present(self.avatar_url),
            state,
            data: json!({ "database_id": self.database_id, "role": role }),
        }
    }
}

/// GitHub says "" for what a profile leaves out.
fn present(text: String) -> Option<String> {
    let trimmed = text.trim();
    if trimmed.len() == text.len() {
        Some(text)
    } else {
        Some(trimmed.to_owned())
    }
    .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Person, members};
    use crate::RemoteState;

    fn person(email: &str, verified_emails: &[&str]) -> Person {
        Person {
            id: "U_1".to_owned(),
            database_id: Some(1),
            login: "zoe".to_owned(),
            name: Some("  ".to_owned()),
            email: email.to_owned(),
            avatar_url: "https://avatars.example/1".to_owned(),
            verified_emails: verified_emails
                .iter()
                .map(|&email| email.to_owned())
                .collect(),
        }
    }

    #[test]
    fn an_address_at_a_verified_domain_wins_over_the_one_on_the_profile() {
        let account = person("zoe@home.example", &["zoe@fabrique.example"])
            .member(Some(&members::OrganizationMemberRole::ADMIN));
        assert_eq!(account.email.as_deref(), Some("zoe@fabrique.example"));
        assert!(account.email_verified);
        assert_eq!(
            account.data,
            serde_json::json!({ "database_id": 1, "role": "ADMIN" })
        );
    }

    #[test]
    fn what_a_profile_leaves_out_is_none() {
        let account = person("", &[]).invited();
        assert_eq!(
            (account.name, account.email, account.email_verified),
            (None, None, false)
        );
        assert_eq!(account.state, RemoteState::Invited);
    }
}
