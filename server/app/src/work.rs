//! Which work there is, and who does it: the kinds of jobs that processes take, and those that come again and again.

use std::{sync::Arc, time::Duration};

use engine::Pool;

use crate::{
    authorizations::{
        alerts::{Teller, watch_silence},
        reconciliation::{self, Reconciler},
        tokens::{
            expiry,
            life::Rules,
            links::{self, Links},
        },
    },
    clock,
    config::Config,
    identity::contacts,
    jobs::{Failure, Job, Period, tidy},
    mail::{Letter, MailError, Mailer},
};

const TOKENS_ENDING: &str = "tokens_ending";
const SILENCE: &str = "silence";
const RECONCILING: &str = "reconciling";
const TIDYING: &str = "tidying";

/// What comes again and again.
pub const PERIODS: &[Period] = &[
    Period {
        kind: TOKENS_ENDING,
        every: Duration::from_hours(1),
    },
    Period {
        kind: SILENCE,
        every: Duration::from_mins(10),
    },
    Period {
        kind: RECONCILING,
        every: Duration::from_mins(10),
    },
    Period {
        kind: TIDYING,
        every: Duration::from_hours(24),
    },
];

/// Does jobs.
#[derive(Clone)]
pub struct Work(Arc<Means>);

struct Means {
    pool: Pool,
    config: Config,
    mailer: Mailer,
    links: Links,
    teller: Teller,
    rules: Rules,
    reconciler: Reconciler,
}

impl Work {
    /// Work as the operator configured it.
    pub fn new(
        pool: &Pool,
        config: &Config,
        rules: Rules,
        reconciler: Reconciler,
    ) -> anyhow::Result<Self> {
        let mailer = Mailer::new(config.mail.as_ref())?;
        let public_url = config.server.public_url();
        let links = Links {
            pool: pool.clone(),
            mailer: mailer.clone(),
            public_url: public_url.clone(),
        };
        Ok(Self(Arc::new(Means {
            teller: Teller::new(pool.clone(), &config.alerts, public_url)?,
            pool: pool.clone(),
            config: config.clone(),
            mailer,
            links,
            rules,
            reconciler,
        })))
    }

    /// Does one job.
    pub async fn run(self, job: Job) -> Result<(), Failure> {
        let means = &*self.0;
        match job.kind.as_str() {
            Letter::JOB => means.mail(&job).await,
            links::JOB => means.links.mail(&job).await,
            contacts::JOB => means.mail_contact(&job).await,
            Teller::JOB => means.teller.spread(&job).await,
            Teller::SENTRY => means.teller.tell_sentry(&job).await,
            Teller::MATTERMOST => means.teller.tell_mattermost(&job).await,
            TOKENS_ENDING => Ok(expiry::notify(&mut *means.pool.get().await?, &means.rules).await?),
            reconciliation::JOB => means.reconciler.run(&job).await,
            RECONCILING => means.reconciler.begin_due().await,
            SILENCE => means.watch_silence().await,
            TIDYING => means.tidy().await,
            kind => Err(Failure::lasting(format!("nobody does the work {kind:?}"))),
        }
    }
}

impl Means {
    async fn mail(&self, job: &Job) -> Result<(), Failure> {
        let letter: Result<Letter, _> = serde_json::from_value(job.payload.clone());
        let letter = letter.map_err(|error| Failure::lasting(error.to_string()))?;
        Ok(self.mailer.send(job.id, &letter).await?)
    }

    async fn mail_contact(&self, job: &Job) -> Result<(), Failure> {
        let public_url = self.config.server.public_url();
        contacts::mail(&self.pool, &self.mailer, &public_url, job).await
    }

    async fn watch_silence(&self) -> Result<(), Failure> {
        let conn = &mut *self.pool.get().await?;
        let hours = self.config.alerts.silence_hours;
        Ok(watch_silence(conn, &self.config.datapass, hours).await?)
    }

    /// Forgets what the operator wants to be forgotten.
    async fn tidy(&self) -> Result<(), Failure> {
        let conn = &mut *self.pool.get().await?;
        let (now, retention) = (clock::now(), &self.config.retention);
        tidy(conn, now - retention.jobs()).await?;
        contacts::tidy(conn, now - retention.jobs()).await?;
        crate::authorizations::tidy(conn, now - retention.deliveries()).await?;
        Ok(())
    }
}

impl From<MailError> for Failure {
    fn from(error: MailError) -> Self {
        Self {
            is_final: error.is_final(),
            ..Self::passing(&error)
        }
    }
}
