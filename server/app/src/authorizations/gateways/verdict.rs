//! Whether a token holds, and for what: one row, and one pure decision over it.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryResult, QueryableByName,
    sql_types::{Array, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use engine::execute::set_session;
use ipnet::IpNet;
use uuid::Uuid;

use super::session;
use crate::db::sql;

/// What decides over a token.
#[derive(Debug, QueryableByName)]
pub(super) struct Standing {
    #[diesel(sql_type = SqlUuid)]
    pub(super) id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    pub(super) issued_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub(super) expires_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub(super) blacklisted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub(super) first_used_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    pub(super) title: String,
    #[diesel(sql_type = Array<Text>)]
    pub(super) scopes: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) siret: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    pub(super) allowed_networks: Vec<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    pub(super) requests_per_minute: Option<i32>,
}

/// Why a token does not open what it is shown for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No token of ours, or one that was never issued.
    Unknown,
    /// Its end has come.
    Expired,
    /// It was revoked, or an administrator blacklisted it.
    Blacklisted,
    /// It may not be used from there.
    Network,
    /// Its request was not granted that.
    Scope,
    /// It was used too often in a minute.
    Rate,
}

impl Refusal {
    /// The word for it in a header.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Blacklisted => "blacklisted",
            Self::Network => "network",
            Self::Scope => "scope",
            Self::Rate => "rate",
        }
    }
}

impl Standing {
    /// How the token of an id stands.
    pub(super) async fn find(conn: &mut AsyncPgConnection, id: Uuid) -> QueryResult<Option<Self>> {
        sql(include_str!("../sql/token_standing.sql"))
            .bind::<SqlUuid, _>(id)
            .get_result(conn)
            .await
            .optional()
    }

    /// Whether it opens a call from this address that needs this scope.
    pub(super) fn judge(
        &self,
        address: Option<IpAddr>,
        scope: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        if self.blacklisted_at.is_some_and(|at| at <= now) {
            return Err(Refusal::Blacklisted);
        }
        if self.expires_at <= now {
            return Err(Refusal::Expired);
        }
        if !self.allowed_networks.is_empty() && !address.is_some_and(|address| self.allows(address))
        {
            return Err(Refusal::Network);
        }
        if scope.is_some_and(|scope| !self.scopes.iter().any(|granted| granted == scope)) {
            return Err(Refusal::Scope);
        }
        Ok(())
    }

    fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let contains = |network: &String| match network.parse::<IpNet>() {
            Ok(network) => network.contains(&address),
            Err(_) => network.parse() == Ok(address),
        };
        self.allowed_networks.iter().any(contains)
    }

    /// Notes that this gateway asked for it, the first time that any does.
    pub(super) async fn note_use(
        &self,
        conn: &mut AsyncPgConnection,
        gateway: &str,
    ) -> QueryResult<()> {
        if self.first_used_at.is_some() {
            return Ok(());
        }
        conn.transaction(async |conn| {
            set_session(conn, &session(gateway)).await?;
            sql("update api_tokens set first_used_at = now() where id = $1 and first_used_at is null")
                .bind::<SqlUuid, _>(self.id)
                .execute(conn)
                .await?;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may end by a panic")]

    use chrono::TimeDelta;

    use super::*;
    use crate::clock;

    fn standing() -> Standing {
        let now = clock::now();
        Standing {
            id: Uuid::nil(),
            issued_at: now,
            expires_at: now + TimeDelta::days(1),
            blacklisted_at: None,
            first_used_at: None,
            title: "Aides".to_owned(),
            scopes: vec!["entreprises".to_owned()],
            siret: None,
            allowed_networks: Vec::new(),
            requests_per_minute: None,
        }
    }

    fn check(change: impl FnOnce(&mut Standing), address: &str, expected: Result<(), Refusal>) {
        let mut standing = standing();
        change(&mut standing);
        let judged = standing.judge(address.parse().ok(), None, clock::now());
        assert_eq!(judged, expected, "{standing:?} from {address}");
    }

    #[test]
    fn a_token_holds_until_its_end_and_in_its_networks() {
        let networks = |it: &mut Standing| {
            it.allowed_networks = ["192.0.2.0/24", "2001:db8::1"].map(str::to_owned).into();
        };
        check(|_| {}, "", Ok(()));
        check(|it| it.expires_at = clock::now(), "", Err(Refusal::Expired));
        check(
            |it| it.blacklisted_at = Some(clock::now()),
            "",
            Err(Refusal::Blacklisted),
        );
        check(|it| it.blacklisted_at = Some(it.expires_at), "", Ok(()));
        check(networks, "192.0.2.7", Ok(()));
        check(networks, "::ffff:192.0.2.7", Ok(()));
        check(networks, "2001:db8::1", Ok(()));
        check(networks, "198.51.100.1", Err(Refusal::Network));
        check(networks, "nowhere", Err(Refusal::Network));
    }

    #[test]
    fn a_scope_that_was_not_granted_opens_nothing() {
        let judged = standing().judge(None, Some("associations"), clock::now());
        assert_eq!(judged.unwrap_err(), Refusal::Scope);
        assert!(
            standing()
                .judge(None, Some("entreprises"), clock::now())
                .is_ok()
        );
    }
}
