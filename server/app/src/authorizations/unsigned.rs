//! Deliveries that nobody signed: counted by API, source and minute, without a row each, and refused when they are too many.
//!
//! The counts are kept in memory and written down every few seconds, so that an attack costs no write each time.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Integer, Text, Timestamptz},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use super::alerts::{NewAlert, raise};
use crate::db::sql;

/// How many sources are told apart between two writes; the others count as one.
const MOST_SOURCES: usize = 10_000;
const MANY: &str = "many others";

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    api: String,
    source: String,
    minute: DateTime<Utc>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    all: i32,
    written: i32,
}

/// The counts of this process.
pub(super) struct Unsigned {
    counts: Mutex<HashMap<Place, Count>>,
    per_minute: i32,
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = Integer)]
    count: i32,
}

impl Unsigned {
    /// So many of a source in a minute are too many.
    pub(super) fn new(per_minute: u32) -> Self {
        Self {
            counts: Mutex::default(),
            per_minute: i32::try_from(per_minute).unwrap_or(i32::MAX),
        }
    }

    /// Counts one; whether they are not too many yet.
    pub(super) fn count(&self, api: &str, source: &str, now: DateTime<Utc>) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut place = Place {
            api: api.to_owned(),
            source: source.to_owned(),
            minute: now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now),
        };
        if counts.len() >= MOST_SOURCES && !counts.contains_key(&place) {
            MANY.clone_into(&mut place.source);
        }
        let count = counts.entry(place).or_default();
        count.all = count.all.saturating_add(1);
        count.all <= self.per_minute
    }

    /// Writes the counts down, raises an alert where they are too many, and forgets the minutes that are over.
    pub(super) async fn write(
        &self,
        conn: &mut AsyncPgConnection,
        now: DateTime<Utc>,
    ) -> QueryResult<()> {
        let fresh: Vec<(Place, Count)> = {
            let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = counts.iter().filter(|(_, count)| count.all > count.written);
            fresh
                .map(|(place, count)| (place.clone(), *count))
                .collect()
        };
        for (place, count) in fresh {
            self.write_one(conn, &place, count.all - count.written)
                .await?;
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(kept) = counts.get_mut(&place) {
                kept.written = count.all;
            }
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.retain(|place, count| {
            count.all > count.written || now - place.minute < TimeDelta::minutes(1)
        });
        Ok(())
    }

    async fn write_one(
        &self,
        conn: &mut AsyncPgConnection,
        place: &Place,
        more: i32,
    ) -> QueryResult<()> {
        conn.transaction(async |conn| {
            let total: Total = sql(
                "insert into unsigned_deliveries as u (api, source, minute, count) values ($1, $2, $3, $4) \
                 on conflict (api, source, minute) do update set count = u.count + excluded.count returning count",
            )
            .bind::<Text, _>(&place.api)
            .bind::<Text, _>(&place.source)
            .bind::<Timestamptz, _>(place.minute)
            .bind::<Integer, _>(more)
            .get_result(conn)
            .await?;
            if total.count <= self.per_minute {
                return Ok(());
            }
            // One alert for a source and an hour: an attack goes on for longer than a minute.
            let hour = place.minute.format("%Y-%m-%dT%H");
            let alert = NewAlert {
                kind: "bad_signatures",
                api: &place.api,
                request: None,
                event: None,
                occasion: Some(&format!("{} {hour}", place.source)),
                details: json!({ "source": place.source, "minute": place.minute, "count": total.count }),
            };
            raise(conn, &alert).await
        })
        .await
    }
}
