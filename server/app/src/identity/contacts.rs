//! Contacts of authorization requests: people whom the directory does not know. They sign in by a link that is mailed to
//! their address and serves once, and see their own requests and tokens under the session role `contact`.
//!
//! Asking is answered alike whether somebody has that address or not, and does the same work: only the job that writes the
//! mail looks. Few links are mailed to an address in an hour, and few are asked for from one place.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    OptionalExtension, QueryResult, QueryableByName,
    sql_types::{BigInt, Binary, Bool, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use engine::Pool;
use serde::Deserialize;
use serde_json::{Map, json};
use url::Url;
use uuid::Uuid;

use super::{
    IdentityError,
    authenticator::is_cross_site,
    routes::{Shared, set_cookie, user_agent},
    session::{self, Holder, NewSession, Session},
};
use crate::{
    clock,
    db::sql,
    http::{caller::Source, error::ApiError},
    jobs::{Failure, Job, NewJob, enqueue},
    mail::{Letter, Mailer, Template},
};

/// The session role of contacts.
const ROLE: &str = "contact";
/// The kind of job that mails a link.
pub const JOB: &str = "contact_link";
/// How long a link waits to be used.
const LIFETIME: TimeDelta = TimeDelta::hours(1);
/// So many links are mailed to an address in an hour.
const PER_ADDRESS: i64 = 3;
/// So many links are asked for from one place in an hour.
const PER_SOURCE: i64 = 20;

#[derive(Deserialize)]
pub(super) struct Asked {
    email: String,
}

#[derive(Deserialize)]
pub(super) struct Entered {
    secret: String,
}

/// `POST /auth/contact`: asks for a link. 202, whoever has that address.
pub(super) async fn ask(
    State(identity): Shared,
    Source(source): Source,
    headers: HeaderMap,
    Json(Asked { email }): Json<Asked>,
) -> Result<Response, ApiError> {
    if is_cross_site(&headers) {
        return Err(IdentityError::Refused("a request from another site may not sign in").into());
    }
    let email = email.trim().to_lowercase();
    if email.parse::<lettre::Address>().is_err() {
        return Err(IdentityError::BadRequest("email: it is no address").into());
    }
    let pool = &identity.authenticator.pool;
    let mut conn = pool.get().await.map_err(IdentityError::from)?;
    conn.transaction(async |conn| note(conn, &email, &source).await)
        .await?;
    Ok(StatusCode::ACCEPTED.into_response())
}

#[derive(QueryableByName)]
struct Asks {
    #[diesel(sql_type = BigInt)]
    of_address: i64,
    #[diesel(sql_type = BigInt)]
    of_source: i64,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Notes that a link was asked for, with its job.
async fn note(
    conn: &mut AsyncPgConnection,
    email: &str,
    source: &str,
) -> Result<(), IdentityError> {
    // One ask waits for the other, whether address or place is the same: each counts those before it.
    sql(
        "select pg_advisory_xact_lock(hashtextextended('contact link from ' || $2, 0)), \
         pg_advisory_xact_lock(hashtextextended('contact link to ' || $1, 0))",
    )
    .bind::<Text, _>(email)
    .bind::<Text, _>(source)
    .execute(conn)
    .await?;
    let asks: Asks = sql(
        "select count(*) filter (where email = $1::citext) as of_address, count(*) filter (where source = $2) as of_source \
         from contact_links where created_at > now() - interval '1 hour' and (email = $1::citext or source = $2)",
    )
    .bind::<Text, _>(email)
    .bind::<Text, _>(source)
    .get_result(conn)
    .await?;
    if asks.of_source >= PER_SOURCE {
        return Err(IdentityError::TooMany);
    }
    // The answer is the same: whoever asks for somebody else learns nothing, and can flood nobody.
    if asks.of_address >= PER_ADDRESS {
        return Ok(());
    }
    let link: Id = sql(
        "insert into contact_links (email, source, expires_at) values ($1::citext, $2, $3) returning id",
    )
    .bind::<Text, _>(email)
    .bind::<Text, _>(source)
    .bind::<Timestamptz, _>(clock::now() + LIFETIME)
    .get_result(conn)
    .await?;
    let job = NewJob {
        kind: JOB,
        key: link.id.to_string(),
        payload: json!({ "contact_link_id": link.id }),
    };
    Ok(enqueue(conn, &job).await?)
}

#[derive(QueryableByName)]
struct Pending {
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Bool)]
    is_contact: bool,
}

/// Writes the mail of a link, if its address is a contact's.
pub async fn mail(
    pool: &Pool,
    mailer: &Mailer,
    public_url: &Url,
    job: &Job,
) -> Result<(), Failure> {
    let id = job.row("contact_link_id")?;
    let secret = session::new_secret();
    let pending: Option<Pending> = sql(
        "update contact_links l set secret_hash = $2 where id = $1 and used_at is null and expires_at > now() \
         returning email::text as email, \
         exists (select from authorization_request_contacts c where c.email = l.email) as is_contact",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Binary, _>(session::hash(&secret))
    .get_result(&mut *pool.get().await?)
    .await
    .optional()?;
    let Some(Pending {
        email,
        is_contact: true,
    }) = pending
    else {
        return Ok(());
    };
    let mut url = public_url.clone();
    url.set_path(&format!("/sign-in/contact/{secret}"));
    let letter = Letter {
        to: email,
        template: Template::ContactLink,
        values: Map::from_iter([("link".to_owned(), json!(url))]),
    };
    Ok(mailer.send(job.id, &letter).await?)
}

/// `POST /auth/contact/enter`: begins a session by a link's secret, once.
pub(super) async fn enter(
    State(identity): Shared,
    headers: HeaderMap,
    Json(Entered { secret }): Json<Entered>,
) -> Result<Response, ApiError> {
    if is_cross_site(&headers) {
        return Err(IdentityError::Refused("a request from another site may not sign in").into());
    }
    let pool = &identity.authenticator.pool;
    let mut conn = pool.get().await.map_err(IdentityError::from)?;
    let cookie = session::new_secret();
    let agent = user_agent(&headers);
    let begun = conn
        .transaction(async |conn| begin(conn, &secret, &cookie, agent.as_deref()).await)
        .await;
    let (email, session) = begun
        .map_err(IdentityError::from)?
        .ok_or(IdentityError::Refused(
            "the link was used, or is too old: ask for a new one",
        ))?;
    let body = identity.introduce(introduce(&email), &session)?;
    let mut response = Json(body).into_response();
    set_cookie(&mut response, &identity.session_cookie(cookie));
    Ok(response)
}

#[derive(QueryableByName)]
struct Address {
    #[diesel(sql_type = Text)]
    email: String,
}

async fn begin(
    conn: &mut AsyncPgConnection,
    secret: &str,
    cookie: &str,
    user_agent: Option<&str>,
) -> QueryResult<Option<(String, Session)>> {
    let used: Option<Address> = sql(
        "update contact_links set used_at = now() \
         where secret_hash = $1 and used_at is null and expires_at > now() returning email::text as email",
    )
    .bind::<Binary, _>(session::hash(secret))
    .get_result(conn)
    .await
    .optional()?;
    let Some(Address { email }) = used else {
        return Ok(None);
    };
    let new = NewSession {
        token_hash: session::hash(cookie),
        holder: Holder::Contact(&email),
        provider: ROLE,
        roles: &[ROLE.to_owned()],
        user_agent,
        expires_at: clock::now() + session::LIFETIME,
    };
    let session = new.insert(conn).await?;
    Ok(Some((email, session)))
}

/// Removes links that were used, or were too old, before then.
pub async fn tidy(conn: &mut AsyncPgConnection, before: DateTime<Utc>) -> QueryResult<usize> {
    sql("delete from contact_links where least(used_at, expires_at) < $1")
        .bind::<Timestamptz, _>(before)
        .execute(conn)
        .await
}

/// A contact as `/auth` shows one: like a user, without an id.
pub(super) fn introduce(email: &str) -> serde_json::Value {
    json!({ "id": null, "name": email, "login": null, "email": email, "avatar_url": null })
}
