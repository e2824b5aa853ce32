//! Words of authorization requests with names, codes and numbers in them.

use super::Said;
use crate::format::number;
use crate::search::normalized;
use crate::words::Language;

const NARROW: char = '\u{202f}';

impl Said {
    /// A status.
    pub fn status_name(&self, status: &str) -> &'static str {
        match status {
            "draft" => self.status_draft,
            "submitted" => self.status_submitted,
            "changes_requested" => self.status_changes_requested,
            "validated" => self.status_validated,
            "refused" => self.status_refused,
            "revoked" => self.status_revoked,
            _ => self.status_archived,
        }
    }

    /// A way of using an API.
    pub fn modality(&self, code: &str) -> String {
        let known = match code {
            "params" => self.modality_params,
            "formulaire_qf" => self.modality_formulaire_qf,
            "france_connect" => self.modality_france_connect,
            other => return other.to_owned(),
        };
        known.to_owned()
    }

    /// What is neither an address nor a network.
    pub fn bad_network(&self, text: &str) -> String {
        match self.spoken {
            Language::English => format!("“{text}” is no address and no CIDR range."),
            Language::French => {
                format!("«{NARROW}{text}{NARROW}» n’est ni une adresse ni une plage CIDR.")
            }
        }
    }

    /// How far an amendment has come.
    pub fn amendment_name(&self, amendment: &str) -> &'static str {
        match amendment {
            "draft" => self.amendment_draft,
            "submitted" => self.amendment_submitted,
            _ => self.amendment_changes_requested,
        }
    }

    /// A role of a contact.
    pub fn contact_role(&self, role: &str) -> &'static str {
        match role {
            "applicant" => self.role_applicant,
            "business" => self.role_business,
            "technical" => self.role_technical,
            "controller" => self.role_controller,
            _ => self.role_officer,
        }
    }

    /// A kind of alert.
    pub fn alert_kind(&self, kind: &str) -> String {
        match kind {
            "archived_with_live_token" => self.kind_archived_with_live_token,
            "revived" => self.kind_revived,
            "deleted" => self.kind_deleted,
            "unknown_event" => self.kind_unknown_event,
            "partial_revocation" => self.kind_partial_revocation,
            "approved_after_revocation" => self.kind_approved_after_revocation,
            "approval_missing" => self.kind_approval_missing,
            "unreadable" => self.kind_unreadable,
            "failed" => self.kind_failed,
            "bad_signatures" => self.kind_bad_signatures,
            "silence" => self.kind_silence,
            "reconciled" => self.kind_reconciled,
            other => return other.replace('_', " "),
        }
        .to_owned()
    }

    /// What a kind of alert means and asks for.
    pub fn alert_help(&self, kind: &str) -> &'static str {
        match kind {
            "archived_with_live_token" => self.help_archived_with_live_token,
            "revived" => self.help_revived,
            "deleted" => self.help_deleted,
            "unknown_event" => self.help_unknown_event,
            "partial_revocation" => self.help_partial_revocation,
            "approved_after_revocation" => self.help_approved_after_revocation,
            "approval_missing" => self.help_approval_missing,
            "unreadable" => self.help_unreadable,
            "failed" => self.help_failed,
            "bad_signatures" => self.help_bad_signatures,
            "silence" => self.help_silence,
            "reconciled" => self.help_reconciled,
            _ => "",
        }
    }

    /// What became of a delivery.
    pub fn outcome_name(&self, outcome: &str) -> &'static str {
        match outcome {
            "received" => self.outcome_received,
            "applied" => self.outcome_applied,
            "folded_late" => self.outcome_folded_late,
            "duplicate" => self.outcome_duplicate,
            "test" => self.outcome_test,
            "unknown" => self.outcome_unknown,
            "unreadable" => self.outcome_unreadable,
            _ => self.outcome_failed,
        }
    }

    /// What an outcome means, where its name does not say it.
    pub fn outcome_help(&self, outcome: &str) -> Option<&'static str> {
        match outcome {
            "received" => Some(self.help_received),
            "folded_late" => Some(self.help_folded_late),
            "duplicate" => Some(self.help_duplicate),
            "test" => Some(self.help_test),
            "unknown" => Some(self.help_unknown_event),
            _ => None,
        }
    }

    /// An event, of either generation of DataPass; its own name if it is not known.
    pub fn event_name(&self, event: &str) -> String {
        match event {
            "create" | "created" => self.event_create,
            "update"
            | "updated"
            | "team_member_update"
            | "team_member_updated"
            | "update_contacts" => self.event_update,
            "notify" => self.event_notify,
            "transfer" => self.event_transfer,
            "reopen" => self.event_reopen,
            "submit" | "send_application" => self.event_submit,
            "request_changes" | "review_application" => self.event_request_changes,
            "refuse" | "refuse_application" => self.event_refuse,
            "cancel_reopening" => self.event_cancel_reopening,
            "approve" | "validate" | "validate_application" => self.event_approve,
            "revoke" => self.event_revoke,
            "archive" => self.event_archive,
            "delete" => self.event_delete,
            other => return other.to_owned(),
        }
        .to_owned()
    }

    /// The state of a token.
    pub fn token_state(&self, state: &str) -> &'static str {
        match state {
            "active" => self.token_active,
            "scheduled" => self.token_scheduled,
            "blacklisted" => self.token_blacklisted,
            _ => self.token_expired,
        }
    }

    /// The state of a job.
    pub fn job_state(&self, state: &str) -> &'static str {
        match state {
            "pending" => self.job_pending,
            "running" => self.job_running,
            "done" => self.job_done,
            _ => self.job_dead,
        }
    }

    /// A kind of job; its own name if it is not known.
    pub fn job_kind(&self, kind: &str) -> String {
        let known = self.job_kinds().into_iter().find(|(code, _)| *code == kind);
        known.map_or(kind, |(_, name)| name).to_owned()
    }

    /// The kinds of jobs in whose names the words stand, which are normalized.
    pub fn job_kinds_called(&self, words: &str) -> Vec<String> {
        let called = |(_, name): &(&str, &str)| normalized(name).contains(words);
        let called = self.job_kinds().into_iter().filter(called);
        called.map(|(code, _)| code.to_owned()).collect()
    }

    /// The kinds of `server/app/src/work.rs`, and the scheduled syncs.
    fn job_kinds(&self) -> [(&'static str, &'static str); 12] {
        [
            ("mail", self.job_mail),
            ("token_link", self.job_token_link),
            ("contact_link", self.job_contact_link),
            ("alert", self.job_alert),
            ("alert_sentry", self.job_alert_sentry),
            ("alert_mattermost", self.job_alert_mattermost),
            ("tokens_ending", self.job_tokens_ending),
            ("reconcile", self.job_reconcile),
            ("reconciling", self.job_reconciling),
            ("silence", self.job_silence),
            ("scheduled_sync", self.job_scheduled_sync),
            ("tidying", self.job_tidying),
        ]
    }

    /// Why a token is blacklisted.
    pub fn blacklist_reason(&self, reason: &str) -> String {
        match reason {
            "revoked" => self.reason_revoked.to_owned(),
            "administrator" => self.reason_administrator.to_owned(),
            "replaced" => self.reason_replaced.to_owned(),
            other => other.to_owned(),
        }
    }

    /// A column of a request, a token, a contact or an alert.
    pub fn column(&self, column: &str) -> String {
        match column {
            "title" => self.title,
            "status" => self.status,
            "amendment" => self.amendment,
            "description" => self.description,
            "form" => self.form,
            "public_id" => self.public_id,
            "scopes" => self.scopes,
            "first_submitted_at" => self.first_submitted,
            "validated_at" => self.first_approved,
            "approved_at" => self.last_approved,
            "revoked_at" => self.revoked_on,
            "archived_at" => self.archived_on,
            "last_event_at" => self.last_event,
            "previous_external_id" => self.renews,
            "service_provider" => self.service_provider,
            "organization_id" => self.organization,
            "expires_at" => self.expires,
            "issued_at" => self.issued,
            "blacklisted_at" => self.blacklisted_from,
            "blacklist_reason" => self.blacklist_reason,
            "email" => self.email,
            "phone" => self.phone,
            "note" => self.note,
            "external_id" => self.number,
            "modalities" => self.modalities,
            "allowed_networks" => self.networks,
            "requests_per_minute" => self.calls_per_minute,
            other => return crate::words::words().column(other),
        }
        .to_owned()
    }

    /// "No. 4207".
    pub fn request_number(&self, number: &str) -> String {
        match self.spoken {
            Language::English => format!("No. {number}"),
            Language::French => format!("N°\u{a0}{number}"),
        }
    }

    /// How long a token still works.
    pub fn days_left(&self, days: i64) -> String {
        let days = number(days);
        match self.spoken {
            Language::English => format!("{days} days left"),
            Language::French => format!("encore {days} jours"),
        }
    }

    /// What the holder of a token that is refused from a day on has to do.
    pub fn switch_expected(&self, day: &str) -> String {
        match self.spoken {
            Language::English => {
                format!("This token is refused from {day} on. Switch to the other one before.")
            }
            Language::French => format!(
                "Ce jeton sera refusé à partir du {day}. Passez à l’autre jeton avant cette date."
            ),
        }
    }

    /// How a comparison goes.
    pub fn reconciling(&self, api: &str, requests: i64) -> String {
        let requests = number(requests);
        match self.spoken {
            Language::English => {
                format!("Comparing {api} with DataPass: {requests} requests so far.")
            }
            Language::French => {
                format!("Comparaison de {api} avec DataPass{NARROW}: {requests} demandes lues.")
            }
        }
    }

    /// What a comparison found.
    pub fn reconciled(&self, api: &str, requests: i64, found: i64) -> String {
        let (read, differ) = (number(requests), number(found));
        match self.spoken {
            Language::English => {
                let things = if requests == 1 { "request" } else { "requests" };
                format!(
                    "{api} was compared with DataPass: {read} {things}, of which {differ} differed and are made up for."
                )
            }
            Language::French => {
                let things = if requests < 2 { "demande" } else { "demandes" };
                let gaps = if found < 2 {
                    "écart rattrapé"
                } else {
                    "écarts rattrapés"
                };
                format!(
                    "Comparaison de {api} avec DataPass terminée{NARROW}: {read} {things}, {differ} {gaps}."
                )
            }
        }
    }

    /// Why a comparison ended early.
    pub fn not_reconciled(&self, api: &str, error: &str) -> String {
        match self.spoken {
            Language::English => {
                format!("{api} could not be compared with DataPass: {error}. Nothing was changed.")
            }
            Language::French => format!(
                "La comparaison de {api} avec DataPass a échoué{NARROW}: {error}. Rien n’a été modifié."
            ),
        }
    }
}
