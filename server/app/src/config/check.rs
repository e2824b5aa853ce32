//! What the types alone cannot refuse, and errors that say how to mend them.

use std::collections::BTreeSet;

use super::Config;

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read, or a key or value is not known.
    #[error("configuration: {0}")]
    Unreadable(String),
    /// Two entries contradict each other, or a value is out of its range.
    #[error("configuration: {0}")]
    Contradictory(String),
}

impl From<config::ConfigError> for ConfigError {
    fn from(error: config::ConfigError) -> Self {
        let message = error.to_string();
        Self::Unreadable(match nearest(&message) {
            Some(nearest) => format!("{message} (did you mean `{nearest}`?)"),
            None => message,
        })
    }
}

/// The known key that an unknown one resembles, read from serde's message, which lists the known ones.
fn nearest(message: &str) -> Option<String> {
    if !message.contains("unknown field") && !message.contains("unknown variant") {
        return None;
    }
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = names.next()?;
    names
        .map(|known| (strsim::damerau_levenshtein(unknown, known), known))
        .min()
        .filter(|(distance, known)| *distance <= known.len().max(unknown.len()) / 2)
        .map(|(_, known)| known.to_owned())
}

impl Config {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let contradiction = |problem: String| Err(ConfigError::Contradictory(problem));
        let mut ids = BTreeSet::new();
        for service in &self.services {
            let is_code = !service.id.is_empty()
                && service.id.chars().all(|letter| {
                    letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_-".contains(letter)
                })
                && !service.id.starts_with(['_', '-']);
            if !is_code {
                return contradiction(format!(
                    "services.id: {:?} must be small letters, digits, - and _",
                    service.id
                ));
            }
            if !ids.insert(service.id.as_str()) {
                return contradiction(format!(
                    "services: two of them have the id {:?}",
                    service.id
                ));
            }
        }
        let mut ids = BTreeSet::new();
        for provider in &self.providers {
            if !ids.insert(provider.id()) {
                return contradiction(format!(
                    "providers: two of them have the id {:?}",
                    provider.id()
                ));
            }
        }
        if !(0.0..=1.0).contains(&self.sync.vanish_limit) {
            return contradiction(format!(
                "sync.vanish_limit: {} is not a share between 0 and 1",
                self.sync.vanish_limit
            ));
        }
        if !self.sync.schedule.is_empty()
            && let Err(error) = self.sync.schedule.parse::<croner::Cron>()
        {
            return contradiction(format!("sync.schedule: {:?}: {error}", self.sync.schedule));
        }
        if let Some(header) = &self.limits.address_header
            && axum::http::HeaderName::try_from(header).is_err()
        {
            return contradiction(format!(
                "limits.address_header: {header:?} is no name of a header"
            ));
        }
        self.jwt.check(&self.server.issuer())?;
        for (api, datapass) in &self.datapass {
            datapass.check(api)?;
        }
        self.tokens.check()?;
        self.retention.check()?;
        if let Some(mail) = &self.mail {
            mail.check()?;
        }
        let mut ids = BTreeSet::new();
        for gateway in &self.gateways {
            if gateway.id.is_empty() || gateway.id.contains(':') || !ids.insert(&gateway.id) {
                return contradiction(format!(
                    "gateways.id: {:?} must be a name of its own, without a colon",
                    gateway.id
                ));
            }
        }
        if self.database.pool_size < 2 {
            return contradiction(
                "database.pool_size: at least 2 connections are needed".to_owned(),
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_names_the_nearest_known_one() {
        let message = "unknown field `lisen`, expected one of `listen`, `public_url`, `log`";
        assert_eq!(nearest(message).as_deref(), Some("listen"));
        assert_eq!(nearest("unknown field `zzzzzz`, expected `listen`"), None);
    }
}
