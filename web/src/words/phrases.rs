//! Words with numbers, names and codes in them.

use super::{Language, Words};
use crate::api::ApiError;
use crate::format::{number, percent};

const NARROW: char = '\u{202f}';

impl Words {
    /// "12 changes".
    pub fn count_changes(&self, count: i64) -> String {
        counted(
            self.spoken,
            count,
            ("change", "changes"),
            ("changement", "changements"),
        )
    }

    /// "The latest 30 of 120".
    pub fn latest_of(&self, shown: i64, total: i64) -> String {
        let (shown, total) = (number(shown), number(total));
        match self.spoken {
            Language::English => format!("The latest {shown} of {total}"),
            Language::French => format!("Les {shown} plus récents sur {total}"),
        }
    }

    /// "500 of 1,204 exported".
    pub fn exported_so_far(&self, done: i64, total: i64) -> String {
        let (done, total) = (number(done), number(total));
        match self.spoken {
            Language::English => format!("{done} of {total} exported"),
            Language::French => format!("{done} exportées sur {total}"),
        }
    }

    /// "1–50 of 1,204".
    pub fn range(&self, first: i64, last: i64, total: i64) -> String {
        let (first, last, total) = (number(first), number(last), number(total));
        match self.spoken {
            Language::English => format!("{first}–{last} of {total}"),
            Language::French => format!("{first}–{last} sur {total}"),
        }
    }

    /// "6 of 7 in sync".
    pub fn services_well(&self, well: usize, total: usize) -> String {
        match self.spoken {
            Language::English => format!("{well} of {total} in sync"),
            Language::French => format!("{well} sur {total} à jour"),
        }
    }

    /// What the mark beside the number of services means.
    pub fn services_well_title(&self, well: usize, total: usize) -> String {
        let count = self.services_well(well, total);
        match self.spoken {
            Language::English => format!("Services whose last sync went well: {count}"),
            Language::French => {
                format!("Services dont la dernière synchronisation a réussi{NARROW}: {count}")
            }
        }
    }

    /// "Sync of GitHub".
    pub fn sync_of(&self, service: &str) -> String {
        match self.spoken {
            Language::English => format!("Sync of {service}"),
            Language::French => format!("Synchronisation de {service}"),
        }
    }

    /// The button that applies a plan.
    pub fn apply_changes(&self, count: i64) -> String {
        let changes = self.count_changes(count);
        match self.spoken {
            Language::English => format!("Apply {changes}"),
            Language::French => format!("Appliquer {changes}"),
        }
    }

    /// The title of the dialog that applies a plan.
    pub fn apply_title(&self, count: i64, service: &str) -> String {
        let changes = self.count_changes(count);
        match self.spoken {
            Language::English => format!("Apply {changes} from {service}"),
            Language::French => format!("Appliquer {changes} de {service}"),
        }
    }

    /// The title of the dialog that drops a plan.
    pub fn discard_title(&self, service: &str) -> String {
        match self.spoken {
            Language::English => format!("Discard the plan for {service}"),
            Language::French => format!("Abandonner le plan de {service}"),
        }
    }

    /// Why a run stopped before applying.
    pub fn vanish_brake(&self, share: Option<f64>, gone: i64) -> String {
        let gone = number(gone);
        match (self.spoken, share.map(percent)) {
            (Language::English, Some(share)) => format!(
                "This would mark {gone} accounts as gone, {share} of all. That is above the configured limit, so nothing has changed: check the service first, then apply or discard."
            ),
            (Language::English, None) => format!(
                "This would mark {gone} accounts as gone. Check the service first, then apply or discard."
            ),
            (Language::French, Some(share)) => format!(
                "{gone} comptes seraient marqués comme disparus, soit {share} de l’ensemble. C’est plus que la limite configurée{NARROW}: rien n’a changé. Vérifiez d’abord le service, puis appliquez ou abandonnez."
            ),
            (Language::French, None) => format!(
                "{gone} comptes seraient marqués comme disparus. Vérifiez d’abord le service, puis appliquez ou abandonnez."
            ),
        }
    }

    /// How far the reading of a service has come.
    pub fn read_so_far(&self, fetched: i64, expected: Option<i64>) -> String {
        let fetched = number(fetched);
        match (self.spoken, expected.map(number)) {
            (Language::English, Some(expected)) => format!("{fetched} of {expected} accounts read"),
            (Language::English, None) => format!("{fetched} accounts read"),
            (Language::French, Some(expected)) => format!("{fetched} comptes lus sur {expected}"),
            (Language::French, None) => format!("{fetched} comptes lus"),
        }
    }

    /// The name of a mark of the account matrix.
    pub fn account_mark(&self, service: &str, login: Option<&str>, state: &str) -> String {
        let state = self.account_state(state);
        match (self.spoken, login) {
            (Language::English, Some(login)) => format!("{service}: {login}, {state}"),
            (Language::English, None) => format!("{service}: {state}"),
            (Language::French, Some(login)) => format!("{service}{NARROW}: {login}, {state}"),
            (Language::French, None) => format!("{service}{NARROW}: {state}"),
        }
    }

    /// The state of an account.
    pub fn account_state(&self, state: &str) -> &'static str {
        match state {
            "active" => self.account_active,
            "invited" => self.account_invited,
            "disabled" => self.account_disabled,
            "absent" => self.account_absent,
            _ => self.no_account,
        }
    }

    /// A warning's name.
    pub fn warning_name(&self, code: &str) -> String {
        match code {
            "no_departure_date" => self.no_departure_date.to_owned(),
            "alone_service" => self.alone_service.to_owned(),
            "missing_services" => self.missing_services.to_owned(),
            "expired" => self.expired.to_owned(),
            other => other.to_owned(),
        }
    }

    /// Why a warning is given.
    pub fn warning_help(&self, code: &str) -> &'static str {
        match code {
            "no_departure_date" => self.no_departure_date_help,
            "alone_service" => self.alone_service_help,
            "missing_services" => self.missing_services_help,
            "expired" => self.expired_help,
            _ => "",
        }
    }

    /// Whether somebody is there.
    pub fn presence_name(&self, presence: &str) -> &'static str {
        match presence {
            "left" => self.presence_left,
            "arriving" => self.presence_arriving,
            _ => self.presence_present,
        }
    }

    /// The state of a run.
    pub fn run_state(&self, state: &str) -> &'static str {
        match state {
            "queued" => self.run_queued,
            "fetching" => self.run_fetching,
            "planning" => self.run_planning,
            "applying" => self.run_applying,
            "planned" => self.run_planned,
            "waiting" => self.run_waiting,
            "succeeded" => self.run_succeeded,
            "interrupted" => self.run_interrupted,
            "discarded" => self.run_discarded,
            _ => self.run_failed,
        }
    }

    /// What started a run.
    pub fn trigger_name(&self, trigger: &str) -> &'static str {
        match trigger {
            "cron" => self.trigger_cron,
            "cli" => self.trigger_cli,
            "http" => self.trigger_http,
            _ => self.trigger_action,
        }
    }

    /// The kind of a change of a plan.
    pub fn change_kind(&self, kind: &str) -> &'static str {
        match kind {
            "create" => self.kind_create,
            "link" => self.kind_link,
            "re_enable" => self.kind_re_enable,
            "gone" => self.kind_gone,
            _ => self.kind_change,
        }
    }

    /// A session role's name.
    pub fn role_name(&self, role: &str) -> String {
        match role {
            "user" => self.role_user.to_owned(),
            "contact" => self.role_contact.to_owned(),
            "admin" => self.role_admin.to_owned(),
            other => other.to_owned(),
        }
    }

    /// "Signed in as …".
    pub fn signed_in_as(&self, name: &str) -> String {
        match self.spoken {
            Language::English => format!("Account of {name}"),
            Language::French => format!("Compte de {name}"),
        }
    }

    /// The button of a provider.
    pub fn sign_in_with(&self, provider: &str) -> String {
        match self.spoken {
            Language::English => format!("Continue with {provider}"),
            Language::French => format!("Continuer avec {provider}"),
        }
    }

    /// A column of a row that an audit entry or a plan names.
    pub fn column(&self, column: &str) -> String {
        match column {
            "name" => self.name.to_owned(),
            "email" => self.email.to_owned(),
            "login" => self.login.to_owned(),
            "arrival" => self.arrival.to_owned(),
            "departure" => self.departure.to_owned(),
            "groups" => self.groups.to_owned(),
            "state" => self.state.to_owned(),
            other => other.replace('_', " "),
        }
    }

    /// An error in words that say what to do.
    pub fn error(&self, error: &ApiError) -> String {
        match error.code.as_str() {
            "network" => self.error_network.to_owned(),
            "unreadable" => self.error_unreadable.to_owned(),
            "part_missing" => self.error_part_missing.to_owned(),
            "unexpected" | "internal-error" | "internal_error" => self.error_unexpected.to_owned(),
            "access-denied" | "invalid-jwt" | "signed_out" => self.error_signed_out.to_owned(),
            "inactive" => self.error_inactive.to_owned(),
            "permission-error" => self.error_forbidden.to_owned(),
            _ if error.message.contains("users_departure_after_arrival") => {
                self.departure_before_arrival.to_owned()
            }
            _ => error.message.clone(),
        }
    }

    /// The error with which a provider sent somebody back to the sign-in page.
    pub fn sign_in_error(&self, code: &str) -> &'static str {
        match code {
            "refused" => self.error_refused,
            "inactive" => self.error_inactive,
            "unknown-provider" => self.error_unknown_provider,
            "bad-request" => self.error_bad_request,
            _ => self.error_provider,
        }
    }
}

/// A count with its noun, singular or plural. U+00A0 keeps them on one line.
fn counted(language: Language, count: i64, english: (&str, &str), french: (&str, &str)) -> String {
    let ((one, many), is_one) = match language {
        Language::English => (english, count == 1),
        Language::French => (french, count.abs() < 2),
    };
    format!("{}\u{a0}{}", number(count), if is_one { one } else { many })
}
