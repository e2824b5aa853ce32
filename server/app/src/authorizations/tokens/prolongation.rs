//! A longer life of a token, asked for by the applicant: three questions (reference/datapass.md § 3.2). When nothing has
//! changed, the token is prolonged at once; else the request is to be amended at DataPass first, and the approval of the
//! amendment prolongs it.

use async_graphql::Enum;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Bool, Text, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::{
    super::AuthorizationError,
    life::{self, Rules},
};
use crate::db::sql;

/// How long before its end a token can be prolonged.
const EARLIEST: TimeDelta = TimeDelta::days(90);

/// Whether the applicant goes on being responsible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "prolongation_owner", rename_items = "snake_case")]
pub enum Owner {
    /// As before.
    StillInCharge,
    /// Somebody else will be, soon.
    WillChangeSoon,
    /// Somebody else is.
    NotInCharge,
}

impl Owner {
    fn as_str(self) -> &'static str {
        match self {
            Self::StillInCharge => "still_in_charge",
            Self::WillChangeSoon => "will_change_soon",
            Self::NotInCharge => "not_in_charge",
        }
    }
}

/// What the applicant answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answers {
    pub(super) owner: Owner,
    pub(super) is_purpose_unchanged: bool,
    pub(super) is_business_contact_unchanged: bool,
    pub(super) is_technical_contact_unchanged: bool,
}

impl Answers {
    fn is_unchanged(self) -> bool {
        self.owner == Owner::StillInCharge
            && self.is_purpose_unchanged
            && self.is_business_contact_unchanged
            && self.is_technical_contact_unchanged
    }
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Writes the answers down and prolongs the token when nothing has changed. The prolongation's row.
pub(super) async fn ask(
    conn: &mut AsyncPgConnection,
    token: Uuid,
    answers: Answers,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Result<Uuid, AuthorizationError> {
    let held = life::hold(conn, token).await?;
    if held.blacklisted_at.is_some() {
        return Err(AuthorizationError::Conflict(
            "the token is blacklisted: it cannot be prolonged",
        ));
    }
    if held.expires_at <= now {
        return Err(AuthorizationError::Conflict(
            "the token has ended: amend the request, whose approval gives it its life again",
        ));
    }
    if held.expires_at - now > EARLIEST {
        return Err(AuthorizationError::Conflict(
            "the token lives for more than 90 days: it cannot be prolonged yet",
        ));
    }
    let state = if answers.is_unchanged() {
        life::prolong(conn, token, rules, now).await?;
        "prolonged"
    } else {
        "requires_update"
    };
    let row: Id = sql(
        "insert into token_prolongations (token_id, owner, is_purpose_unchanged, is_business_contact_unchanged, \
         is_technical_contact_unchanged, state) values ($1, $2, $3, $4, $5, $6) returning id",
    )
    .bind::<SqlUuid, _>(token)
    .bind::<Text, _>(answers.owner.as_str())
    .bind::<Bool, _>(answers.is_purpose_unchanged)
    .bind::<Bool, _>(answers.is_business_contact_unchanged)
    .bind::<Bool, _>(answers.is_technical_contact_unchanged)
    .bind::<Text, _>(state)
    .get_result(conn)
    .await?;
    Ok(row.id)
}
