//! Sessions: an opaque cookie, of which the database keeps a hash.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::db::schema::{sessions, users};

/// The cookie that carries a session.
pub const COOKIE: &str = "secretariat_session";
/// How long a session lasts.
pub const LIFETIME: TimeDelta = TimeDelta::hours(12);
const SECRET_BYTES: usize = 32;

/// A live session with the user it belongs to.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct Session {
    /// Its id, in tokens and in the audit log.
    pub id: Uuid,
    /// The user.
    pub user_id: Uuid,
    /// Session roles, weakest first.
    pub roles: Vec<String>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// A session to begin.
#[derive(Insertable)]
#[diesel(table_name = sessions)]
pub struct NewSession<'a> {
    /// The hash of the cookie's value.
    pub token_hash: Vec<u8>,
    /// The user.
    pub user_id: Uuid,
    /// How the user signed in.
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
        diesel::insert_into(sessions::table)
            .values(self)
            .returning(Session::as_returning())
            .get_result(conn)
            .await
    }
}

impl Session {
    /// The live session of a cookie, of an active user.
    pub async fn find_by_secret(
        conn: &mut AsyncPgConnection,
        secret: &str,
    ) -> QueryResult<Option<Self>> {
        Self::live()
            .filter(sessions::token_hash.eq(hash(secret)))
            .first(conn)
            .await
            .optional()
    }

    /// The live session of an id, of an active user.
    pub async fn find(conn: &mut AsyncPgConnection, id: Uuid) -> QueryResult<Option<Self>> {
        Self::live()
            .filter(sessions::id.eq(id))
            .first(conn)
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

    #[diesel::dsl::auto_type(no_type_alias)]
    fn live() -> _ {
        let is_live: diesel::dsl::And<
            diesel::dsl::And<
                diesel::dsl::IsNull<sessions::ended_at>,
                diesel::dsl::Gt<sessions::expires_at, diesel::dsl::now>,
            >,
            users::active,
        > = sessions::ended_at
            .is_null()
            .and(sessions::expires_at.gt(diesel::dsl::now))
            .and(users::active);
        let selection: diesel::dsl::AsSelect<Session, diesel::pg::Pg> = Session::as_select();
        sessions::table
            .inner_join(users::table)
            .filter(is_live)
            .select(selection)
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
