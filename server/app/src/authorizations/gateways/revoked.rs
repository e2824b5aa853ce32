//! `GET /tokens/revoked`: the tokens that are refused though their end has not come, for gateways that decide by
//! themselves. With `since`, what has come after an earlier answer, by that answer's `cursor`; with `wait` the answer waits
//! up to so many seconds for something new. An `ETag` saves the body of what has not changed.
//!
//! A cursor is PostgreSQL's snapshot of the answer: what a later answer leaves out, an earlier one had, whatever was being
//! committed at that moment.

use std::{collections::BTreeSet, time::Duration};

use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Jsonb, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::{super::AuthorizationError, GatewayError, Gateways};
use crate::db::sql;

/// The longest wait, in seconds.
const LONGEST: u64 = 60;
/// How often it is looked without word of a change.
const LOOK: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    since: String,
    #[serde(default)]
    wait: u64,
}

#[derive(QueryableByName)]
struct Listed {
    #[diesel(sql_type = Jsonb)]
    tokens: Value,
    #[diesel(sql_type = Text)]
    cursor: String,
}

pub(super) async fn revoked(
    State(gateways): State<Gateways>,
    Query(Wish { since, wait }): Query<Wish>,
    headers: HeaderMap,
) -> Result<Response, GatewayError> {
    gateways.known.of(&headers, header::AUTHORIZATION)?;
    if !since.is_empty() && !is_snapshot(&since) {
        let problem = "since: it is the cursor of no answer".to_owned();
        return Err(AuthorizationError::BadRequest(problem).into());
    }
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|tag| tag.to_str().ok());
    let latest = Instant::now() + Duration::from_secs(wait.min(LONGEST));
    let mut watch = gateways
        .changes
        .watch(Some(BTreeSet::from(["api_tokens".to_owned()])));
    loop {
        let listed = list(&mut *gateways.pool.get().await?, &since).await?;
        let tag = tag(&listed.tokens);
        let is_known = known == Some(tag.as_str());
        let is_new = !is_known
            && (since.is_empty()
                || listed
                    .tokens
                    .as_array()
                    .is_some_and(|tokens| !tokens.is_empty()));
        if is_new || Instant::now() >= latest {
            return Ok(answer(&listed, &tag, is_known));
        }
        watch.changed(latest.min(Instant::now() + LOOK)).await;
    }
}

async fn list(conn: &mut AsyncPgConnection, since: &str) -> QueryResult<Listed> {
    sql(include_str!("../sql/revoked_tokens.sql"))
        .bind::<Text, _>(since)
        .get_result(conn)
        .await
}

/// Whether a text can be one of PostgreSQL's snapshots: `xmin:xmax:xip,…`.
fn is_snapshot(text: &str) -> bool {
    let is_number = |part: &str| part.parse::<u64>().is_ok_and(|number| number > 0);
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        [min, max, running] => {
            let is_between = |part: &str| {
                let bounds = (min.parse::<u64>(), max.parse::<u64>(), part.parse::<u64>());
                matches!(bounds, (Ok(min), Ok(max), Ok(part)) if min <= part && part < max)
            };
            let is_ordered = min.parse::<u64>().ok() <= max.parse::<u64>().ok();
            let running = running.split(',').filter(|part| !part.is_empty());
            is_number(min)
                && is_number(max)
                && is_ordered
                && running.clone().all(is_between)
                && running.is_sorted()
        }
        _ => false,
    }
}

fn tag(tokens: &Value) -> String {
    let digest = Sha256::digest(tokens.to_string().as_bytes());
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest))
}

fn answer(listed: &Listed, tag: &str, is_known: bool) -> Response {
    let headers = [(header::ETAG, tag), (header::CACHE_CONTROL, "no-cache")];
    if is_known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let body = json!({ "tokens": listed.tokens, "cursor": listed.cursor });
    (headers, Json(body)).into_response()
}
