//! Sessions: an opaque cookie, of which the database keeps a hash.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::db::{schema::sessions, sql};

/// The cookie that carries a session.
pub const COOKIE: &str = "secretariat_session";
/// How long a session lasts.
pub const LIFETIME: TimeDelta = TimeDelta::hours(12);
const SECRET_BYTES: usize = 32;

/// A live session with whom it belongs to.
#[derive(Debug, Clone, QueryableByName)]
pub struct Session {
    /// Its id, in tokens and in the audit log.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    user_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    contact_email: Option<String>,
    /// Session roles, weakest first.
    #[diesel(sql_type = Array<Text>)]
    pub roles: Vec<String>,
    /// When it ends by itself.
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: DateTime<Utc>,
}

/// Whom a session belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder<'a> {
    /// A user of the directory.
    User(Uuid),
    /// A contact of authorization requests, who proved to read mail at this address and is nobody of the directory.
    Contact(&'a str),
}

/// A session to begin.
pub struct NewSession<'a> {
    /// The hash of the cookie's value.
    pub token_hash: Vec<u8>,
    /// Whom it belongs to.
    pub holder: Holder<'a>,
    /// How they signed in.
    pub provider: &'a str,
    /// Session roles, weakest first.
    pub roles: &'a [String],
    /// The browser, as it names itself.
    pub user_agent: Option<&'a str>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

impl NewSession<'_> {
    /// Begins the session.
    pub async fn insert(self, conn: &mut AsyncPgConnection) -> QueryResult<Session> {
        let (user_id, contact_email) = match self.holder {
            Holder::User(id) => (Some(id), None),
            Holder::Contact(email) => (None, Some(email)),
        };
        sql(
            "insert into sessions (token_hash, user_id, contact_email, provider, roles, user_agent, expires_at) \
             values ($1, $2, $3::citext, $4, $5, $6, $7) \
             returning id, user_id, contact_email::text as contact_email, roles, expires_at",
        )
        .bind::<Binary, _>(self.token_hash)
        .bind::<Nullable<SqlUuid>, _>(user_id)
        .bind::<Nullable<Text>, _>(contact_email)
        .bind::<Text, _>(self.provider)
        .bind::<Array<Text>, _>(self.roles)
        .bind::<Nullable<Text>, _>(self.user_agent)
        .bind::<Timestamptz, _>(self.expires_at)
        .get_result(conn)
        .await
    }
}

/// A live session: neither ended nor over, and of nobody who is switched off.
macro_rules! live {
    ($condition:literal) => {
        concat!(
            "select s.id, s.user_id, s.contact_email::text as contact_email, s.roles, s.expires_at \
             from sessions s left join users u on u.id = s.user_id \
             where s.ended_at is null and s.expires_at > now() and (s.user_id is null or u.active) and ",
            $condition
        )
    };
}

impl Session {
    /// Whom it belongs to.
    pub fn holder(&self) -> Holder<'_> {
        match self.user_id {
            Some(id) => Holder::User(id),
            // The table has one or the other; without any, a contact of nothing.
            None => Holder::Contact(self.contact_email.as_deref().unwrap_or_default()),
        }
    }

    /// The live session of a cookie.
    pub async fn find_by_secret(
        conn: &mut AsyncPgConnection,
        secret: &str,
    ) -> QueryResult<Option<Self>> {
        sql(live!("s.token_hash = $1"))
            .bind::<Binary, _>(hash(secret))
            .get_result(conn)
            .await
            .optional()
    }

    /// The live session of an id.
    pub async fn find(conn: &mut AsyncPgConnection, id: Uuid) -> QueryResult<Option<Self>> {
        sql(live!("s.id = $1"))
            .bind::<SqlUuid, _>(id)
            .get_result(conn)
            .await
            .optional()
    }

    /// Ends a session; ending it twice is harmless.
    pub async fn end(conn: &mut AsyncPgConnection, id: Uuid) -> QueryResult<()> {
        diesel::update(
            sessions::table
                .filter(sessions::id.eq(id))
                .filter(sessions::ended_at.is_null()),
        )
        .set(sessions::ended_at.eq(diesel::dsl::now))
        .execute(conn)
        .await?;
        Ok(())
    }
}

/// A new secret for a cookie: 256 random bits.
pub fn new_secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; SECRET_BYTES]>())
}

/// What the database keeps of a secret.
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
