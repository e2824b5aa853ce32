//! Links that show a token once. The secret is made when the mail is written and is in the mail alone; the database keeps
//! its hash. When the mail is written again, its new secret takes the place of the old one.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    OptionalExtension, QueryResult, QueryableByName,
    sql_types::{Binary, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use engine::Pool;
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::jwt::Token;
use crate::{
    clock,
    db::sql,
    identity::session::{hash, new_secret},
    jobs::{Failure, Job, NewJob},
    mail::{Letter, Mailer},
};

/// The kind of job that mails links.
pub const JOB: &str = "token_link";
/// How long a link waits to be used.
const LIFETIME: TimeDelta = TimeDelta::days(7);

#[derive(Serialize, Deserialize)]
struct Order {
    token_id: Uuid,
    letter: Letter,
}

/// The job that mails a letter with a link to a token.
pub fn job(letter: &Letter, token_id: Uuid, occasion: &str) -> NewJob {
    NewJob {
        kind: JOB,
        key: format!("{occasion} {token_id} {}", letter.to),
        payload: json!(Order {
            token_id,
            letter: letter.clone()
        }),
    }
}

/// Mails links.
#[derive(Clone)]
pub struct Links {
    /// The database.
    pub pool: Pool,
    /// The way out.
    pub mailer: Mailer,
    /// Where the links lead.
    pub public_url: Url,
}

impl Links {
    /// Makes a link and mails it. A token that opens nothing any more is not shown to anybody.
    pub async fn mail(&self, job: &Job) -> Result<(), Failure> {
        let order: Result<Order, _> = serde_json::from_value(job.payload.clone());
        let Order {
            token_id,
            mut letter,
        } = order.map_err(|error| Failure::lasting(error.to_string()))?;
        let secret = new_secret();
        let now = clock::now();
        {
            let conn = &mut *self.pool.get().await?;
            match Token::find(conn, token_id).await? {
                Some(token) if token.is_live(now) => {}
                _ => return Ok(()),
            }
            keep(conn, job.id, token_id, &letter.to, &secret, now + LIFETIME).await?;
        }
        let mut url = self.public_url.clone();
        url.set_path(&format!("/token/{secret}"));
        letter.values.insert("link".to_owned(), json!(url));
        Ok(self.mailer.send(job.id, &letter).await?)
    }
}

async fn keep(
    conn: &mut AsyncPgConnection,
    job: Uuid,
    token: Uuid,
    email: &str,
    secret: &str,
    expires_at: DateTime<Utc>,
) -> QueryResult<()> {
    sql(
        "insert into token_links as l (job_id, token_id, email, secret_hash, expires_at) values ($1, $2, $3, $4, $5) \
         on conflict (job_id) do update set secret_hash = excluded.secret_hash, expires_at = excluded.expires_at \
         where l.used_at is null",
    )
    .bind::<SqlUuid, _>(job)
    .bind::<SqlUuid, _>(token)
    .bind::<Text, _>(email)
    .bind::<Binary, _>(hash(secret))
    .bind::<Timestamptz, _>(expires_at)
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Used {
    #[diesel(sql_type = SqlUuid)]
    token_id: Uuid,
    #[diesel(sql_type = Text)]
    email: String,
}

/// Uses a link up: the token that it shows. `None` when it was used, is too old, or never was.
pub(super) async fn use_up(
    conn: &mut AsyncPgConnection,
    secret: &str,
    now: DateTime<Utc>,
) -> QueryResult<Option<Token>> {
    conn.transaction(async |conn| {
        let actor = engine::Session::new("link", [crate::http::request_id::variable()]);
        engine::execute::set_session(conn, &actor).await?;
        let used: Option<Used> = sql(
            "update token_links set used_at = now() \
             where secret_hash = $1 and used_at is null and expires_at > $2 returning token_id, email::text as email",
        )
        .bind::<Binary, _>(hash(secret))
        .bind::<Timestamptz, _>(now)
        .get_result(conn)
        .await
        .optional()?;
        let Some(Used { token_id, email }) = used else {
            return Ok(None);
        };
        tracing::info!(token = %token_id, email, "a token was shown");
        let token = Token::find(conn, token_id).await?;
        Ok(token.filter(|token| token.is_live(now)))
    })
    .await
}
