//! Letters before, and when, a token ends: 90, 60, 30, 14, 7 and 0 days before it, each once for each end.
//!
//! A server that was away for a while tells only of the nearest threshold: nobody needs three letters on one day.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Integer, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use super::{
    super::{delivery::Role, letters::Letters},
    life::Rules,
};
use crate::{db::sql, jobs::enqueue_all, mail::Template};

/// A token that a letter is due of.
#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    request_id: Uuid,
    #[diesel(sql_type = Text)]
    api: String,
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Timestamptz)]
    expires_at: DateTime<Utc>,
    #[diesel(sql_type = Integer)]
    days: i32,
}

/// Enqueues the letters that are due. Each is one by its token, its end and its threshold, however often this is done.
pub async fn notify(conn: &mut AsyncPgConnection, rules: &Rules) -> QueryResult<()> {
    let due: Vec<Due> = sql(include_str!("../sql/tokens_ending.sql"))
        .load(conn)
        .await?;
    for token in due {
        let more = json!({ "ends_at": token.expires_at, "days": token.days });
        let values = rules.values(&token.external_id, &token.api, &token.title, more);
        let occasion = format!(
            "ends {} {} {}",
            token.id,
            token.expires_at.timestamp(),
            token.days
        );
        conn.transaction(async |conn| {
            let letters = Letters::of(conn, token.request_id, values).await?;
            let jobs = letters.to(
                &[Role::Applicant, Role::Technical],
                Template::TokenEnds,
                &occasion,
            );
            enqueue_all(conn, &jobs).await
        })
        .await?;
    }
    Ok(())
}
