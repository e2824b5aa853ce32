//! Contacts and users: a contact is a user only by an address that this user has proved to hold.

use crate::db::sql;
use diesel::{
    QueryResult,
    sql_types::{Array, Text, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

/// Links the contacts of these addresses, which a user has just proved to hold, to that user; those that are somebody's
/// already stay theirs.
pub async fn link_contacts(
    conn: &mut AsyncPgConnection,
    user: Uuid,
    addresses: &[String],
) -> QueryResult<()> {
    sql("update authorization_request_contacts set user_id = $1 \
         where email = any ($2::citext[]) and user_id is null")
    .bind::<SqlUuid, _>(user)
    .bind::<Array<Text>, _>(addresses)
    .execute(conn)
    .await?;
    Ok(())
}
