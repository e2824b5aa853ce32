//! What people do to tokens: issue, prolong, blacklist, replace. Each with its letters, in one transaction.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    OptionalExtension, QueryResult, QueryableByName,
    sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Map, Value, json};
use url::Url;
use uuid::Uuid;

use super::{
    super::{AuthorizationError, delivery::Role, letters::Letters},
    LIFETIME, end,
};
use crate::{config, db::sql, jobs::enqueue_all, mail::Template};

/// How far the callers' clocks may be behind ours.
const BEHIND: TimeDelta = TimeDelta::minutes(5);

/// A token with its request, held until the transaction ends.
#[derive(Debug, QueryableByName)]
pub(super) struct Held {
    #[diesel(sql_type = SqlUuid)]
    pub(super) request_id: Uuid,
    #[diesel(sql_type = Text)]
    pub(super) api: String,
    #[diesel(sql_type = Text)]
    pub(super) external_id: String,
    #[diesel(sql_type = Text)]
    pub(super) title: String,
    #[diesel(sql_type = Text)]
    pub(super) status: String,
    #[diesel(sql_type = Timestamptz)]
    pub(super) expires_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub(super) blacklisted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    approval_id: Option<Uuid>,
}

impl Held {
    /// Whether it opens anything then.
    pub(super) fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.expires_at > now && self.blacklisted_at.is_none_or(|at| at > now)
    }
}

/// What decides over tokens beside their requests.
#[derive(Debug, Clone)]
pub struct Rules {
    apis: Arc<BTreeMap<String, config::DataPass>>,
    url: Url,
}

impl Rules {
    /// The rules of these APIs; contacts see their tokens on a page of `public_url`.
    pub fn new(apis: BTreeMap<String, config::DataPass>, public_url: &Url) -> Self {
        let mut url = public_url.clone();
        url.set_path("/my-requests");
        Self {
            apis: Arc::new(apis),
            url,
        }
    }

    /// When a token of this API ends that is issued or prolonged now.
    pub(super) fn end(&self, api: &str, now: DateTime<Utc>) -> DateTime<Utc> {
        end(
            now,
            self.apis
                .get(api)
                .map_or(LIFETIME, config::DataPass::lifetime),
        )
    }

    /// What letters about a token speak of.
    pub(super) fn values(
        &self,
        external_id: &str,
        api: &str,
        title: &str,
        more: Value,
    ) -> Map<String, Value> {
        let values = json!({ "number": external_id, "api": api, "title": title, "is_amendment": false, "url": self.url });
        let members = [values, more].into_iter().filter_map(|value| match value {
            Value::Object(members) => Some(members),
            _ => None,
        });
        members.flatten().collect()
    }
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// A request that tokens are issued for, held until the transaction ends.
#[derive(QueryableByName)]
struct Request {
    #[diesel(sql_type = Text)]
    api: String,
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    status: String,
}

/// The token of an id, with its request, neither of which anybody else changes until the transaction ends. The request is
/// held first, and the token read by a statement after that: one that had begun to wait would show the token as it was
/// before whoever held the request, a revocation above all, was done.
pub(super) async fn hold(
    conn: &mut AsyncPgConnection,
    id: Uuid,
) -> Result<Held, AuthorizationError> {
    sql(
        "select from authorization_requests where id = (select request_id from api_tokens where id = $1) for update",
    )
    .bind::<SqlUuid, _>(id)
    .execute(conn)
    .await?;
    let held: Option<Held> = sql(
        "select t.request_id, r.api, r.external_id, coalesce(r.title, r.api) as title, r.status, t.expires_at, \
         t.blacklisted_at, t.approval_id from api_tokens t join authorization_requests r on r.id = t.request_id \
         where t.id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(conn)
    .await
    .optional()?;
    held.ok_or(AuthorizationError::NotFound("token"))
}

/// Issues a token for a request in force, and mails the link to it. Without an end it lives as long as one may.
pub(super) async fn issue(
    conn: &mut AsyncPgConnection,
    request: Uuid,
    expires_at: Option<DateTime<Utc>>,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Result<Uuid, AuthorizationError> {
    let found: Option<Request> = sql(
        "select api, external_id, coalesce(title, api) as title, status from authorization_requests where id = $1 for update",
    )
    .bind::<SqlUuid, _>(request)
    .get_result(conn)
    .await
    .optional()?;
    let found = found.ok_or(AuthorizationError::NotFound("authorization request"))?;
    if found.status != "validated" {
        return Err(AuthorizationError::Conflict(
            "the request is not in force: no token can be issued for it",
        ));
    }
    let latest = rules.end(&found.api, now);
    let expires_at = expires_at.unwrap_or(latest);
    if expires_at <= now || expires_at > latest + BEHIND {
        let problem = format!("expires_at: between now and {}", latest.to_rfc3339());
        return Err(AuthorizationError::BadRequest(problem));
    }
    let token: Id =
        sql("insert into api_tokens (request_id, expires_at) values ($1, $2) returning id")
            .bind::<SqlUuid, _>(request)
            .bind::<Timestamptz, _>(expires_at)
            .get_result(conn)
            .await?;
    let values = rules.values(&found.external_id, &found.api, &found.title, json!({}));
    let letters = Letters::of(conn, request, values).await?;
    enqueue_all(conn, letters.link(token.id, "issued").as_slice()).await?;
    Ok(token.id)
}

/// Gives a token of a request in force its whole life again, counted from now. A blacklisted one is not revived.
pub(super) async fn prolong(
    conn: &mut AsyncPgConnection,
    id: Uuid,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Result<(), AuthorizationError> {
    let held = hold(conn, id).await?;
    if held.blacklisted_at.is_some() {
        return Err(AuthorizationError::Conflict(
            "the token is blacklisted: it cannot be prolonged",
        ));
    }
    if held.status != "validated" {
        return Err(AuthorizationError::Conflict(
            "the request is not in force: its tokens cannot be prolonged",
        ));
    }
    sql("update api_tokens set expires_at = greatest(expires_at, $2) where id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Timestamptz, _>(rules.end(&held.api, now))
        .execute(conn)
        .await?;
    Ok(())
}

/// Blacklists a token, now or from then on; with a new one in its place if wished. The new one, or the old one.
pub(super) async fn blacklist(
    conn: &mut AsyncPgConnection,
    id: Uuid,
    at: Option<DateTime<Utc>>,
    is_replaced: bool,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Result<Uuid, AuthorizationError> {
    let held = hold(conn, id).await?;
    if at.is_some_and(|at| at < now - BEHIND) {
        return Err(AuthorizationError::BadRequest(
            "at: it is in the past".to_owned(),
        ));
    }
    let at = at.map_or(now, |at| at.max(now));
    match held.blacklisted_at {
        Some(before) if before <= now => {
            return Err(AuthorizationError::Conflict(
                "the token is blacklisted already",
            ));
        }
        Some(before) if before < at => {
            return Err(AuthorizationError::Conflict(
                "the token is blacklisted from an earlier time on",
            ));
        }
        _ => {}
    }
    if is_replaced && held.status != "validated" {
        return Err(AuthorizationError::Conflict(
            "the request is not in force: no token can take the place of this one",
        ));
    }
    sql(
        "update api_tokens set blacklisted_at = $2, blacklist_reason = 'administrator' \
         where id = $1 and (blacklisted_at is null or blacklisted_at > $3)",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(at)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    let new = if is_replaced {
        Some(replace(conn, id, &held).await?)
    } else {
        None
    };
    let more = json!({ "at": at, "is_replaced": is_replaced });
    let values = rules.values(&held.external_id, &held.api, &held.title, more);
    let letters = Letters::of(conn, held.request_id, values).await?;
    let occasion = format!("blacklisted {id} {}", at.timestamp());
    let mut jobs = letters.to(
        &[Role::Applicant, Role::Technical],
        Template::TokenBlacklisted,
        &occasion,
    );
    jobs.extend(new.and_then(|new| letters.link(new, "replaces")));
    enqueue_all(conn, &jobs).await?;
    Ok(new.unwrap_or(id))
}

/// A token in the place of another: with its end, and as the one that its approval yielded, which approvals to come
/// prolong.
async fn replace(conn: &mut AsyncPgConnection, old: Uuid, held: &Held) -> QueryResult<Uuid> {
    sql("update api_tokens set approval_id = null where id = $1")
        .bind::<SqlUuid, _>(old)
        .execute(conn)
        .await?;
    let new: Id = sql(
        "insert into api_tokens (request_id, expires_at, approval_id, replaces_id) values ($1, $2, $3, $4) returning id",
    )
    .bind::<SqlUuid, _>(held.request_id)
    .bind::<Timestamptz, _>(held.expires_at)
    .bind::<Nullable<SqlUuid>, _>(held.approval_id)
    .bind::<SqlUuid, _>(old)
    .get_result(conn)
    .await?;
    Ok(new.id)
}
