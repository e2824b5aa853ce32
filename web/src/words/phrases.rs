//! Words with numbers, names and codes in them.

use super::{Language, SPOKEN, Words};
use crate::api::ApiError;
use crate::format::{number, percent};

const NARROW: char = '\u{202f}';

impl Words {
    /// "12 people".
    pub fn count_people(&self, count: i64) -> String {
        choose(count, ("person", "people"), ("personne", "personnes"))
    }

    /// "12 runs".
    pub fn count_runs(&self, count: i64) -> String {
        choose(count, ("run", "runs"), ("exécution", "exécutions"))
    }

    /// "12 changes".
    pub fn count_changes(&self, count: i64) -> String {
        choose(count, ("change", "changes"), ("changement", "changements"))
    }

    /// "12 entries".
    pub fn latest_of(&self, shown: i64, total: i64) -> String {
        let (shown, total) = (number(shown), number(total));
        match SPOKEN.get() {
            Language::English => format!("The latest {shown} of {total}"),
            Language::French => format!("Les {shown} plus récents sur {total}"),
        }
    }

    /// "1–50 of 1,204".
    pub fn range(&self, first: i64, last: i64, total: i64) -> String {
        let (first, last, total) = (number(first), number(last), number(total));
        match SPOKEN.get() {
            Language::English => format!("{first}–{last} of {total}"),
            Language::French => format!("{first}–{last} sur {total}"),
        }
    }

    /// "6 of 7 services".
    pub fn services_well(&self, well: usize, total: usize) -> String {
        match SPOKEN.get() {
            Language::English => format!("{well} of {total} service{}", if total == 1 { "" } else { "s" }),
            Language::French => format!("{well} service{} sur {total}", if well < 2 { "" } else { "s" }),
        }
    }

    /// What the mark beside the number of services means.
    pub fn services_well_title(&self, well: usize, total: usize) -> String {
        let count = self.services_well(well, total);
        match SPOKEN.get() {
            Language::English => format!("Last sync went well for {count}"),
            Language::French => format!("Dernière synchronisation réussie{NARROW}: {count}"),
        }
    }

    /// "Sync of GitHub".
    pub fn sync_of(&self, service: &str) -> String {
        match SPOKEN.get() {
            Language::English => format!("Sync of {service}"),
            Language::French => format!("Synchronisation de {service}"),
        }
    }

    /// The button that applies a plan.
    pub fn apply_changes(&self, count: i64) -> String {
        let changes = self.count_changes(count);
        match SPOKEN.get() {
            Language::English => format!("Apply {changes}"),
            Language::French => format!("Appliquer {changes}"),
        }
    }

    /// The title of the dialog that applies a plan.
    pub fn apply_title(&self, count: i64, service: &str) -> String {
        let changes = self.count_changes(count);
        match SPOKEN.get() {
            Language::English => format!("Apply {changes} from {service}"),
            Language::French => format!("Appliquer {changes} de {service}"),
        }
    }

    /// The title of the dialog that drops a plan.
    pub fn discard_title(&self, service: &str) -> String {
        match SPOKEN.get() {
            Language::English => format!("Discard the plan for {service}"),
            Language::French => format!("Abandonner le plan de {service}"),
        }
    }

    /// Why a run stopped before applying.
    pub fn vanish_brake(&self, share: Option<f64>, gone: i64) -> String {
        let gone = number(gone);
        match (SPOKEN.get(), share.map(percent)) {
            (Language::English, Some(share)) => format!(
                "This would mark {gone} accounts as gone, {share} of all. That is above the configured limit, so nothing has changed: check the service first, then apply or discard."
            ),
            (Language::English, None) => format!("This would mark {gone} accounts as gone. Check the service first, then apply or discard."),
            (Language::French, Some(share)) => format!(
                "{gone} comptes seraient marqués comme disparus, soit {share} de l’ensemble. C’est plus que la limite configurée{NARROW}: rien n’a changé. Vérifiez d’abord le service, puis appliquez ou abandonnez."
            ),
            (Language::French, None) => format!("{gone} comptes seraient marqués comme disparus. Vérifiez d’abord le service, puis appliquez ou abandonnez."),
        }
    }

    /// How far the reading of a service has come.
    pub fn read_so_far(&self, fetched: i64, expected: Option<i64>) -> String {
        let fetched = number(fetched);
        match (SPOKEN.get(), expected.map(number)) {
            (Language::English, Some(expected)) => format!("{fetched} of {expected} accounts read"),
            (Language::English, None) => format!("{fetched} accounts read"),
            (Language::French, Some(expected)) => format!("{fetched} comptes lus sur {expected}"),
            (Language::French, None) => format!("{fetched} comptes lus"),
        }
    }

    /// The name of a mark of the account matrix.
    pub fn account_mark(&self, service: &str, login: Option<&str>, state: &str) -> String {
        let state = self.account_state(state);
        match (SPOKEN.get(), login) {
            (Language::English, Some(login)) => format!("{service}: {login}, {state}"),
            (Language::English, None) => format!("{service}: {state}"),
            (Language::French, Some(login)) => format!("{service}{NARROW}: {login}, {state}"),
            (Language::French, None) => format!("{service}{NARROW}: {state}"),
        }
    }

    /// The state of an account.
    pub fn account_state(&self, state: &str) -> &'static str {
        let words = super::words();
        match state {
            "active" => words.account_active,
            "invited" => words.account_invited,
            "disabled" => words.account_disabled,
            "absent" => words.account_absent,
            _ => words.no_account,
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
        let words = super::words();
        match code {
            "no_departure_date" => words.no_departure_date_help,
            "alone_service" => words.alone_service_help,
            "missing_services" => words.missing_services_help,
            "expired" => words.expired_help,
            _ => "",
        }
    }

    /// Whether somebody is there.
    pub fn presence_name(&self, presence: &str) -> &'static str {
        let words = super::words();
        match presence {
            "left" => words.presence_left,
            "arriving" => words.presence_arriving,
            _ => words.presence_present,
        }
    }

    /// The state of a run.
    pub fn run_state(&self, state: &str) -> &'static str {
        let words = super::words();
        match state {
            "queued" => words.run_queued,
            "fetching" => words.run_fetching,
            "planning" => words.run_planning,
            "applying" => words.run_applying,
            "planned" => words.run_planned,
            "waiting" => words.run_waiting,
            "succeeded" => words.run_succeeded,
            "interrupted" => words.run_interrupted,
            "discarded" => words.run_discarded,
            _ => words.run_failed,
        }
    }

    /// What started a run.
    pub fn trigger_name(&self, trigger: &str) -> &'static str {
        let words = super::words();
        match trigger {
            "cron" => words.trigger_cron,
            "cli" => words.trigger_cli,
            "http" => words.trigger_http,
            _ => words.trigger_action,
        }
    }

    /// The kind of a change of a plan.
    pub fn change_kind(&self, kind: &str) -> &'static str {
        let words = super::words();
        match kind {
            "create" => words.kind_create,
            "link" => words.kind_link,
            "re_enable" => words.kind_re_enable,
            "gone" => words.kind_gone,
            _ => words.kind_change,
        }
    }

    /// A session role's name.
    pub fn role_name(&self, role: &str) -> String {
        match role {
            "user" => self.role_user.to_owned(),
            "admin" => self.role_admin.to_owned(),
            other => other.to_owned(),
        }
    }

    /// "Signed in as …".
    pub fn signed_in_as(&self, name: &str) -> String {
        match SPOKEN.get() {
            Language::English => format!("Account of {name}"),
            Language::French => format!("Compte de {name}"),
        }
    }

    /// The button of a provider.
    pub fn sign_in_with(&self, provider: &str) -> String {
        match SPOKEN.get() {
            Language::English => format!("Continue with {provider}"),
            Language::French => format!("Continuer avec {provider}"),
        }
    }

    /// "since 3 Dec", for the line of state.
    pub fn leaves_on(&self, day: &str, past: bool) -> String {
        match (SPOKEN.get(), past) {
            (Language::English, false) => format!("leaves {day}"),
            (Language::English, true) => format!("left {day}"),
            (Language::French, false) => format!("départ le {day}"),
            (Language::French, true) => format!("départ le {day}, passé"),
        }
    }

    /// "12 accounts".
    pub fn count_accounts(&self, count: i64) -> String {
        choose(count, ("account", "accounts"), ("compte", "comptes"))
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
            "unexpected" | "internal-error" | "internal_error" => self.error_unexpected.to_owned(),
            "access-denied" | "invalid-jwt" | "signed_out" => self.error_signed_out.to_owned(),
            "permission-error" => self.error_forbidden.to_owned(),
            _ if error.message.contains("users_departure_after_arrival") => self.departure_before_arrival.to_owned(),
            _ => error.message.clone(),
        }
    }

    /// The error with which a provider sent somebody back to the sign-in page.
    pub fn sign_in_error(&self, code: &str) -> &'static str {
        let words = super::words();
        match code {
            "not_a_member" | "no_team" | "no_role" | "forbidden" | "not_allowed" => words.error_not_a_member,
            "access_denied" | "cancelled" => words.error_cancelled,
            "invalid_state" | "expired" | "state" => words.error_expired_sign_in,
            _ => words.error_provider,
        }
    }
}

fn choose(count: i64, english: (&str, &str), french: (&str, &str)) -> String {
    let ((one, many), is_one) = match SPOKEN.get() {
        Language::English => (english, count == 1),
        Language::French => (french, count.abs() < 2),
    };
    // U+00A0 keeps the number and its noun on one line.
    format!("{}\u{a0}{}", number(count), if is_one { one } else { many })
}
