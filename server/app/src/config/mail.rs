//! `[mail]` and `[alerts]`: how people are told.

use serde::Deserialize;

use super::{ConfigError, Secret};

/// How mail is sent. Without it none is, and what would have been sent waits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// `smtps://USER:PASSWORD@HOST`, `smtp://HOST:25?tls=required`, or `smtp://HOST:PORT` without encryption.
    pub smtp_url: Secret,
    /// The sender: `Name <address>` or an address.
    pub from: String,
}

impl Mail {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let contradiction = |problem| Err(ConfigError::Contradictory(problem));
        if let Err(error) = self.from.parse::<lettre::message::Mailbox>() {
            return contradiction(format!("mail.from: {:?}: {error}", self.from));
        }
        if !self.smtp_url.expose().starts_with("smtp") {
            return contradiction(
                "mail.smtp_url: it must begin with smtp:// or smtps://".to_owned(),
            );
        }
        Ok(())
    }
}

/// Where alerts are told beside the page, and when there is one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Alerts {
    /// A project of Sentry.
    pub sentry_dsn: Option<Secret>,
    /// An incoming webhook of Mattermost.
    pub mattermost_url: Option<Secret>,
    /// So many deliveries of one source in a minute that nobody signed are worth an alert; beyond it the source is refused
    /// for the rest of the minute.
    pub unsigned_per_minute: u32,
    /// So many hours without a delivery for an API are worth an alert; 0 for never.
    pub silence_hours: u32,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            sentry_dsn: None,
            mattermost_url: None,
            unsigned_per_minute: 20,
            silence_hours: 0,
        }
    }
}
