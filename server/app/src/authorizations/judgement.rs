//! Writes down what has become of a request, with all that follows from it, in one transaction.
//!
//! Judgements of one request wait for each other. A judgement made again changes nothing.

use chrono::{DateTime, Months, TimeDelta, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    alerts::raise,
    delivery::{Contact, Event, Role, State},
    journal::{self, Subject},
    machine::{Alert, Entry, Grant, Outcome, fold},
    notices::{Effects, Notices},
    tokens,
};
use crate::{db::sql, jobs::enqueue_all};

/// How far DataPass's clock may be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::minutes(10);

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// A token that was issued or blacklisted.
#[derive(QueryableByName)]
struct Affected {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    is_issued: bool,
}

#[derive(QueryableByName)]
struct Changes {
    #[diesel(sql_type = Jsonb)]
    changes: Value,
}

/// Judges a delivery of the journal: the token that it granted, if it is an approval.
pub(super) async fn judge(
    conn: &mut AsyncPgConnection,
    event: Uuid,
    lifetime: Months,
    notices: &Notices,
    now: DateTime<Utc>,
) -> QueryResult<Option<Uuid>> {
    conn.transaction(async |conn| {
        let actor =
            engine::Session::new("datapass", []).with([crate::http::request_id::variable()]);
        engine::execute::set_session(conn, &actor).await?;
        let Some(subject) = journal::hold_subject(conn, event).await? else {
            return Ok(None);
        };
        let entries = journal::entries(conn, &subject, now + AHEAD).await?;
        let Some(own) = entries.iter().find(|entry| entry.id == event) else {
            return postpone(conn, &subject, event).await;
        };
        let request = request(conn, &subject).await?;
        let outcome = fold(&entries);
        if let Some(external_id) = outcome.content.previous_external_id.clone() {
            // Its archiving may not fall between the reading and the writing of its own judgement.
            let api = subject.api.clone();
            journal::hold(conn, &Subject { api, external_id }).await?;
        }
        let mut effects = store(conn, request, &outcome, lifetime).await?;
        // An approval may have been judged by the way, with a delivery that came beside it.
        if own.delivery.event == Event::Approve || !effects.issued.is_empty() {
            effects.ends_at = last_end(conn, request).await?;
        }
        for (entry, alert) in &outcome.alerts {
            raise(conn, &subject.alert(alert.as_str(), Some(request), *entry)).await?;
        }
        if let Some(archive) = archive(&outcome, &entries) {
            watch_archive(conn, &subject, request, archive).await?;
        }
        let verdict = verdict(own, &entries);
        if end(conn, event, verdict, None, Some(request), &effects.changes).await? {
            advance_prolongations(conn, request, own).await?;
            let letters = notices.of(&subject, own, verdict, &outcome, &effects);
            enqueue_all(conn, &letters).await?;
        }
        token_of(conn, &outcome, event).await
    })
    .await
}

/// The row of a request, made when there is none.
async fn request(conn: &mut AsyncPgConnection, subject: &Subject) -> QueryResult<Uuid> {
    let row: Id = sql(
        "with new as (insert into authorization_requests (api, external_id) values ($1, $2) \
         on conflict (api, external_id) do nothing returning id) \
         select id from new union all select id from authorization_requests where api = $1 and external_id = $2 limit 1",
    )
    .bind::<Text, _>(&subject.api)
    .bind::<Text, _>(&subject.external_id)
    .get_result(conn)
    .await?;
    Ok(row.id)
}

/// Keeps a delivery that is dated in the future out of the fold, until it is replayed when its time has come.
async fn postpone(
    conn: &mut AsyncPgConnection,
    subject: &Subject,
    event: Uuid,
) -> QueryResult<Option<Uuid>> {
    let reason = Some("it is dated in the future");
    end(conn, event, "unreadable", reason, None, &json!({})).await?;
    raise(conn, &subject.alert("unreadable", None, event)).await?;
    Ok(None)
}

/// Writes the fold down, with what follows from it.
async fn store(
    conn: &mut AsyncPgConnection,
    request: Uuid,
    outcome: &Outcome,
    lifetime: Months,
) -> QueryResult<Effects> {
    let stored: Changes = sql(include_str!("sql/store_request.sql"))
        .bind::<SqlUuid, _>(request)
        .bind::<Jsonb, _>(columns(outcome))
        .get_result(conn)
        .await?;
    sql(include_str!("sql/store_contacts.sql"))
        .bind::<SqlUuid, _>(request)
        .bind::<Jsonb, _>(contacts(outcome))
        .execute(conn)
        .await?;
    let tokens: Vec<Affected> = sql(include_str!("sql/store_tokens.sql"))
        .bind::<SqlUuid, _>(request)
        .bind::<Jsonb, _>(grants(outcome, lifetime))
        .bind::<Bool, _>(!outcome.is_granted())
        .bind::<Nullable<Timestamptz>, _>(outcome.revoked_at)
        .load(conn)
        .await?;
    if outcome.content.previous_external_id.is_some() {
        sql(include_str!("sql/archive_previous.sql"))
            .bind::<SqlUuid, _>(request)
            .execute(conn)
            .await?;
    }
    let of = |is_issued| {
        let tokens = tokens
            .iter()
            .filter(move |token| token.is_issued == is_issued);
        tokens.map(|token| token.id).collect()
    };
    Ok(Effects {
        changes: stored.changes,
        issued: of(true),
        blacklisted: of(false),
        ends_at: None,
    })
}

#[derive(QueryableByName)]
struct End {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<DateTime<Utc>>,
}

/// When the last of the tokens ends that are not blacklisted.
async fn last_end(
    conn: &mut AsyncPgConnection,
    request: Uuid,
) -> QueryResult<Option<DateTime<Utc>>> {
    let end: End = sql(
        "select max(expires_at) as at from api_tokens where request_id = $1 and blacklisted_at is null",
    )
    .bind::<SqlUuid, _>(request)
    .get_result(conn)
    .await?;
    Ok(end.at)
}

/// An applicant who asked for a longer life of a token is one step further.
async fn advance_prolongations(
    conn: &mut AsyncPgConnection,
    request: Uuid,
    own: &Entry,
) -> QueryResult<()> {
    let step = match own.delivery.event {
        Event::Submit => "submit",
        Event::Refuse => "refuse",
        Event::Approve => "approve",
        _ => return Ok(()),
    };
    sql(include_str!("sql/advance_prolongations.sql"))
        .bind::<SqlUuid, _>(request)
        .bind::<Text, _>(step)
        .bind::<Timestamptz, _>(own.delivery.fired_at + AHEAD)
        .execute(conn)
        .await?;
    Ok(())
}

fn columns(outcome: &Outcome) -> Value {
    let content = &outcome.content;
    json!({
        "public_id": content.public_id,
        "title": content.title,
        "description": content.description,
        "form": content.form,
        "status": outcome.status.as_str(),
        "amendment": outcome.amendment.map(State::as_str),
        "siret": content.siret,
        "organization": content.organization,
        "previous_external_id": content.previous_external_id,
        "service_provider": content.service_provider,
        "modalities": content.modalities,
        "scopes": outcome.scopes,
        "first_submitted_at": outcome.first_submitted_at,
        "validated_at": outcome.grants.as_slice().first().map(|grant| grant.first_approved_at),
        "approved_at": outcome.grants.as_slice().last().map(|grant| grant.last_approved_at),
        "revoked_at": outcome.revoked_at,
        "archived_at": outcome.archived_at,
        "last_event_at": outcome.last_event_at,
    })
}

fn contacts(outcome: &Outcome) -> Value {
    let contact = |(role, contact): (&Role, &Contact)| {
        json!({
            "role": role.as_str(),
            "email": contact.email,
            "first_name": contact.first_name,
            "last_name": contact.last_name,
            "phone": contact.phone,
            "job": contact.job,
        })
    };
    outcome.contacts.iter().map(contact).collect()
}

fn grants(outcome: &Outcome, lifetime: Months) -> Value {
    let grant = |grant: &Grant| {
        Some(json!({
            "approvals": grant.token_approvals,
            "expires_at": tokens::end(grant.token_from?, lifetime),
            "is_revoked": grant.revoked_at.is_some(),
        }))
    };
    outcome.grants.iter().filter_map(grant).collect()
}

/// The delivery that archived a request, if it is archived.
fn archive(outcome: &Outcome, entries: &[Entry]) -> Option<Uuid> {
    let is_it = |entry: &&Entry| {
        let delivery = &entry.delivery;
        delivery.event == Event::Archive && Some(delivery.fired_at) == outcome.archived_at
    };
    entries.iter().find(is_it).map(|entry| entry.id)
}

/// DataPass archives nothing that is in force; a token that lives on is worth a look.
async fn watch_archive(
    conn: &mut AsyncPgConnection,
    subject: &Subject,
    request: Uuid,
    event: Uuid,
) -> QueryResult<()> {
    let live: Vec<Id> = sql(
        "select t.id from api_tokens t join authorization_requests r on r.id = t.request_id \
         where r.id = $1 and r.status = 'archived' and t.expires_at > now() \
         and (t.blacklisted_at is null or t.blacklisted_at > now()) limit 1",
    )
    .bind::<SqlUuid, _>(request)
    .load(conn)
    .await?;
    if live.is_empty() {
        return Ok(());
    }
    let kind = Alert::ArchivedWithLiveToken.as_str();
    raise(conn, &subject.alert(kind, Some(request), event)).await
}

/// How a delivery took part: at its place, or before others that were there already.
fn verdict(own: &Entry, entries: &[Entry]) -> &'static str {
    if matches!(own.delivery.event, Event::Unknown(_)) {
        return "unknown";
    }
    let place = |entry: &Entry| {
        let delivery = &entry.delivery;
        (
            delivery.fired_at,
            delivery.event.clone(),
            entry.digest.clone(),
        )
    };
    if entries.iter().any(|other| place(other) > place(own)) {
        "folded_late"
    } else {
        "applied"
    }
}

/// Notes how a delivery was judged; whether this was its first judgement, which alone says what it changed.
async fn end(
    conn: &mut AsyncPgConnection,
    event: Uuid,
    outcome: &str,
    reason: Option<&str>,
    request: Option<Uuid>,
    changes: &Value,
) -> QueryResult<bool> {
    let ended = sql(
        "update datapass_events set outcome = $2, reason = $3, request_id = $4, changes = $5, judged_at = now() \
         where id = $1 and outcome in ('received', 'failed')",
    )
    .bind::<SqlUuid, _>(event)
    .bind::<Text, _>(outcome)
    .bind::<Nullable<Text>, _>(reason)
    .bind::<Nullable<SqlUuid>, _>(request)
    .bind::<Jsonb, _>(changes)
    .execute(conn)
    .await?;
    Ok(ended == 1)
}

/// The token of the grant that a delivery approved.
async fn token_of(
    conn: &mut AsyncPgConnection,
    outcome: &Outcome,
    event: Uuid,
) -> QueryResult<Option<Uuid>> {
    let mut grants = outcome.grants.iter();
    let Some(grant) = grants.find(|grant| grant.token_approvals.contains(&event)) else {
        return Ok(None);
    };
    let token: Id = sql("select id from api_tokens where approval_id = any ($1)")
        .bind::<diesel::sql_types::Array<SqlUuid>, _>(&grant.token_approvals)
        .get_result(conn)
        .await?;
    Ok(Some(token.id))
}
