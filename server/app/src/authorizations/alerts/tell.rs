//! Tells of alerts outside of the page: Sentry, Mattermost. One job for each channel, so that one that fails does not make
//! the others tell twice.

use connectors::{
    ConnectorError,
    mattermost::Channel,
    sentry::{Report, Sentry},
};
use diesel::{
    OptionalExtension, QueryResult, QueryableByName,
    sql_types::{Jsonb, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use engine::Pool;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::{
    config,
    db::sql,
    jobs::{Failure, Job, NewJob, enqueue_all},
};

/// Tells of alerts.
#[derive(Clone)]
pub struct Teller {
    pool: Pool,
    public_url: Url,
    sentry: Option<Sentry>,
    mattermost: Option<Channel>,
}

#[derive(QueryableByName)]
struct Alert {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    api: String,
    #[diesel(sql_type = Nullable<Text>)]
    external_id: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    request_id: Option<Uuid>,
    #[diesel(sql_type = Jsonb)]
    details: Value,
}

impl Teller {
    /// The job of a new alert: it becomes one for each channel.
    pub const JOB: &'static str = "alert";
    /// The job that tells Sentry.
    pub const SENTRY: &'static str = "alert_sentry";
    /// The job that tells Mattermost.
    pub const MATTERMOST: &'static str = "alert_mattermost";

    /// Tells where the operator configured it.
    pub fn new(
        pool: Pool,
        alerts: &config::Alerts,
        public_url: Url,
    ) -> Result<Self, ConnectorError> {
        let sentry = alerts.sentry_dsn.as_ref();
        let mattermost = alerts.mattermost_url.as_ref();
        Ok(Self {
            pool,
            public_url,
            sentry: sentry
                .map(|dsn| Sentry::new(&dsn.to_secret_string()))
                .transpose()?,
            mattermost: mattermost
                .map(|url| Channel::new(url.to_secret_string()))
                .transpose()?,
        })
    }

    /// Makes one job for each channel.
    pub async fn spread(&self, job: &Job) -> Result<(), Failure> {
        let alert = job.row("alert_id")?;
        let channels = [
            self.sentry.as_ref().map(|_| Self::SENTRY),
            self.mattermost.as_ref().map(|_| Self::MATTERMOST),
        ];
        let jobs: Vec<NewJob> = channels
            .into_iter()
            .flatten()
            .map(|kind| NewJob {
                kind,
                key: alert.to_string(),
                payload: job.payload.clone(),
            })
            .collect();
        enqueue_all(&mut *self.pool.get().await?, &jobs).await?;
        Ok(())
    }

    /// Tells Sentry of an alert.
    pub async fn tell_sentry(&self, job: &Job) -> Result<(), Failure> {
        let (Some(sentry), Some(alert)) = (&self.sentry, self.alert(job).await?) else {
            return Ok(());
        };
        let report = Report {
            id: alert.id.simple().to_string(),
            message: &alert.message(),
            url: &alert.link(&self.public_url),
            tags: vec![("kind", alert.kind.clone()), ("api", alert.api.clone())],
        };
        sentry
            .report(&report)
            .await
            .map_err(|error| failure(&error))
    }

    /// Tells Mattermost of an alert.
    pub async fn tell_mattermost(&self, job: &Job) -> Result<(), Failure> {
        let (Some(mattermost), Some(alert)) = (&self.mattermost, self.alert(job).await?) else {
            return Ok(());
        };
        let text = format!(
            ":warning: {} – {}",
            alert.message(),
            alert.link(&self.public_url)
        );
        mattermost
            .write(&text)
            .await
            .map_err(|error| failure(&error))
    }

    async fn alert(&self, job: &Job) -> Result<Option<Alert>, Failure> {
        Ok(Alert::find(&mut *self.pool.get().await?, job.row("alert_id")?).await?)
    }
}

fn failure(error: &ConnectorError) -> Failure {
    Failure {
        is_final: !error.fault.is_transient(),
        reason: error.to_string(),
    }
}

impl Alert {
    async fn find(conn: &mut AsyncPgConnection, id: Uuid) -> QueryResult<Option<Self>> {
        sql(
            "select a.id, a.kind, a.api, a.request_id, a.details, \
             coalesce(r.external_id, a.details ->> 'external_id') as external_id \
             from alerts a left join authorization_requests r on r.id = a.request_id where a.id = $1",
        )
        .bind::<SqlUuid, _>(id)
        .get_result(conn)
        .await
        .optional()
    }

    /// What happened, in French, which the team reads.
    fn message(&self) -> String {
        let what = match self.kind.as_str() {
            "archived_with_live_token" => "archivée alors qu’un jeton est actif",
            "revived" => "sortie des archives à la main",
            "deleted" => "supprimée par DataPass",
            "unknown_event" => "événement inconnu",
            "partial_revocation" => "révocation partielle : les jetons restent actifs",
            "approved_after_revocation" => "accordée de nouveau après une révocation",
            "approval_missing" => "active chez DataPass, mais son accord ne nous est pas parvenu",
            "unreadable" => "événement illisible",
            "failed" => "événement non traité",
            "bad_signatures" => "trop d’événements sans signature valable",
            "silence" => "DataPass ne dit plus rien",
            "reconciled" => "événements perdus, retrouvés par réconciliation",
            other => other,
        };
        let reason = self
            .details
            .get("reason")
            .and_then(Value::as_str)
            .map(|reason| format!(" ({reason})"));
        let number = self
            .external_id
            .as_ref()
            .map(|number| format!(" n° {number}"));
        format!(
            "{}{} : {what}{}",
            self.api,
            number.unwrap_or_default(),
            reason.unwrap_or_default()
        )
    }

    fn link(&self, public_url: &Url) -> String {
        let mut url = public_url.clone();
        match self.request_id {
            Some(request) => url.set_path(&format!("/authorizations/{request}")),
            None => url.set_path("/authorizations/alerts"),
        }
        url.to_string()
    }
}
