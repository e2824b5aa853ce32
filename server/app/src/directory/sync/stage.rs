//! Puts a service's pages into temporary tables, one page in memory at a time, and shows the progress on the run.

use std::pin::pin;

use connectors::{Page, RemoteAccount, RemoteState};
use diesel::sql_types::{Integer, Jsonb, Nullable, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures::TryStreamExt;
use serde_json::{Value, json};
use uuid::Uuid;

use super::SyncError;
use crate::{db::sql, directory::services::Service};

/// Stages everything that the service lists. An error leaves nothing to plan from.
pub(super) async fn stage(
    conn: &mut AsyncPgConnection,
    run: Uuid,
    service: &Service,
) -> Result<(), SyncError> {
    conn.batch_execute(include_str!("sql/staging.sql")).await?;
    let mut pages = pin!(service.connector.pages());
    while let Some(page) = pages.try_next().await? {
        stage_accounts(conn, &page).await?;
        stage_memberships(conn, &page).await?;
        show_progress(conn, run, &page).await?;
    }
    Ok(())
}

async fn stage_accounts(conn: &mut AsyncPgConnection, page: &Page) -> Result<(), SyncError> {
    let accounts: Vec<Value> = page.accounts.iter().map(row).collect();
    sql(
        "insert into staged select * from jsonb_to_recordset($1) as r (remote_id text, login text, email text, \
         email_verified boolean, name text, avatar_url text, state text, data jsonb) \
         on conflict (remote_id) do nothing",
    )
    .bind::<Jsonb, _>(Value::Array(accounts))
    .execute(conn)
    .await?;
    Ok(())
}

fn row(account: &RemoteAccount) -> Value {
    json!({
        "remote_id": account.remote_id,
        "login": account.login,
        "email": account.email.as_ref().map(|email| email.to_lowercase()),
        "email_verified": account.email_verified && account.email.is_some(),
        "name": account.name,
        "avatar_url": account.avatar_url,
        "state": match account.state {
            RemoteState::Active => "active",
            RemoteState::Invited => "invited",
            RemoteState::Disabled => "disabled",
        },
        "data": account.data,
    })
}

async fn stage_memberships(conn: &mut AsyncPgConnection, page: &Page) -> Result<(), SyncError> {
    if page.memberships.is_empty() {
        return Ok(());
    }
    let memberships: Vec<Value> = page
        .memberships
        .iter()
        .map(|membership| json!({ "remote_id": membership.remote_id, "name": membership.group }))
        .collect();
    sql(
        "insert into staged_groups select * from jsonb_to_recordset($1) as r (remote_id text, name text) \
         on conflict do nothing",
    )
    .bind::<Jsonb, _>(Value::Array(memberships))
    .execute(conn)
    .await?;
    Ok(())
}

async fn show_progress(
    conn: &mut AsyncPgConnection,
    run: Uuid,
    page: &Page,
) -> Result<(), SyncError> {
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    sql(
        "update sync_runs set pages = pages + 1, fetched = fetched + $2, requests = requests + $3, \
         expected = coalesce($4, expected) where id = $1",
    )
    .bind::<SqlUuid, _>(run)
    .bind::<Integer, _>(count(page.accounts.len()))
    .bind::<Integer, _>(i32::try_from(page.requests).unwrap_or(i32::MAX))
    .bind::<Nullable<Integer>, _>(
        page.expected
            .map(|total| i32::try_from(total).unwrap_or(i32::MAX)),
    )
    .execute(conn)
    .await?;
    Ok(())
}
