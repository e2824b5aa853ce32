//! Whether a request stands elsewhere at DataPass than here, and which of its events never reached us.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::super::delivery::{Event, State};

/// How far the moment of an event and the one of its delivery may lie apart: deliveries wait in DataPass's queue.
const APART: TimeDelta = TimeDelta::minutes(2);

/// How a request stands here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Here {
    pub(super) status: String,
    pub(super) amendment: Option<String>,
    pub(super) approved_at: Option<DateTime<Utc>>,
    pub(super) siret: Option<String>,
    pub(super) applicant: Option<String>,
    /// How many approvals the journal holds.
    pub(super) approvals: usize,
    /// How many revocations the journal holds.
    pub(super) revocations: usize,
}

/// An event of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) event: String,
    pub(super) fired_at: DateTime<Utc>,
}

/// Whether a request, as DataPass shows it, stands as it does here.
pub(super) fn is_alike(request: &Value, here: Option<&Here>) -> bool {
    let Some(here) = here else {
        return false;
    };
    let state = request
        .get("state")
        .and_then(Value::as_str)
        .and_then(State::parse);
    let Some(state) = state.map(State::as_str) else {
        // A state that we do not know cannot be compared.
        return true;
    };
    let is_reopened = request
        .get("reopening")
        .and_then(Value::as_bool)
        .unwrap_or_default();
    let stands = if is_reopened {
        here.amendment.as_deref() == Some(state) || here.status == "revoked"
    } else {
        here.status == state && here.amendment.is_none()
    };
    let validated = moment(request, "last_validated_at");
    let is_late = validated.is_some_and(|at| {
        here.approved_at
            .is_none_or(|approved| at - approved > APART)
    });
    // A renewal has archived it here; at DataPass it stays what it was.
    let is_renewed = here.status == "archived" && state == "validated";
    let differs = |there: &str, here: Option<&str>| {
        let there = request.pointer(there).and_then(Value::as_str);
        there.is_some_and(|there| here.is_none_or(|here| !here.eq_ignore_ascii_case(there.trim())))
    };
    let is_of_others = differs("/organisation/siret", here.siret.as_deref())
        || differs("/applicant/email", here.applicant.as_deref());
    (stands || is_renewed) && !is_late && !is_of_others
}

/// Whether a decision may have been lost that the state does not show, as others came after it: each approval has made an
/// authorization, and each revocation has revoked one at least.
pub(super) fn hides_decision(request: &Value, here: Option<&Here>) -> bool {
    let authorizations = request.get("habilitations").and_then(Value::as_array);
    let Some(authorizations) = authorizations else {
        return false;
    };
    let is_revoked = |authorization: &&Value| {
        authorization.get("state").and_then(Value::as_str) == Some("revoked")
    };
    let revoked = authorizations.iter().filter(is_revoked).count();
    let (approvals, revocations) = here.map_or((0, 0), |here| (here.approvals, here.revocations));
    authorizations.len() > approvals || revoked > revocations
}

/// The events that never reached us: those that we know and of which the journal has no delivery.
pub(super) fn lost<'e>(events: &'e [Value], journal: &[Known]) -> Vec<&'e Value> {
    let is_lost = |event: &&Value| {
        let (Some(name), Some(at)) = (
            event.get("name").and_then(Value::as_str),
            moment(event, "created_at"),
        ) else {
            return false;
        };
        let kind = Event::parse(name);
        if matches!(kind, Event::Unknown(_)) {
            return false;
        }
        let is_it = |known: &Known| {
            Event::parse(&known.event) == kind && (known.fired_at - at).abs() <= APART
        };
        !journal.iter().any(is_it)
    };
    let mut lost: Vec<&Value> = events.iter().filter(is_lost).collect();
    lost.sort_by_key(|event| moment(event, "created_at"));
    lost
}

/// A moment as RFC 3339 writes it.
pub(super) fn moment(object: &Value, name: &str) -> Option<DateTime<Utc>> {
    object.get(name)?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn here(status: &str, amendment: Option<&str>) -> Here {
        Here {
            status: status.to_owned(),
            amendment: amendment.map(str::to_owned),
            approved_at: "2026-01-05T08:00:00Z".parse().ok(),
            siret: Some("21590350100017".to_owned()),
            applicant: Some("a@ville.example".to_owned()),
            approvals: 3,
            revocations: 1,
        }
    }

    fn check(state: &str, reopening: bool, here: &Here, expected: bool) {
        let request = json!({ "state": state, "reopening": reopening, "last_validated_at": "2026-01-05T09:00:00+01:00" });
        assert_eq!(
            is_alike(&request, Some(here)),
            expected,
            "{request} and {here:?}"
        );
    }

    #[test]
    fn a_request_stands_alike_also_while_it_is_amended_or_renewed() {
        check("validated", false, &here("validated", None), true);
        check("revoked", false, &here("validated", None), false);
        check(
            "submitted",
            true,
            &here("validated", Some("submitted")),
            true,
        );
        check("submitted", true, &here("validated", None), false);
        check("validated", false, &here("validated", Some("draft")), false);
        check("validated", false, &here("archived", None), true);
        assert!(
            !is_alike(&json!({ "state": "draft" }), None),
            "it is not known here"
        );
        let later =
            json!({ "state": "validated", "last_validated_at": "2026-02-01T09:00:00+01:00" });
        assert!(
            !is_alike(&later, Some(&here("validated", None))),
            "an approval was lost"
        );
    }

    #[test]
    fn a_request_of_other_people_or_of_another_organization_is_not_alike() {
        let here = here("submitted", None);
        for (applicant, siret, expected) in [
            (json!(null), json!(null), true),
            (
                json!({ "email": "A@Ville.example" }),
                json!("21590350100017"),
                true,
            ),
            (json!({ "email": "b@ville.example" }), json!(null), false),
            (json!(null), json!("13002526500013"), false),
        ] {
            let request = json!({ "state": "submitted", "applicant": applicant, "organisation": { "siret": siret } });
            assert_eq!(is_alike(&request, Some(&here)), expected, "{request}");
        }
    }

    #[test]
    fn a_decision_hides_behind_others_until_as_many_are_known() {
        let request = json!({ "habilitations": [{ "state": "revoked" }, { "state": "active" }, { "state": "revoked" }] });
        for (approvals, revocations, expected) in [(3, 2, false), (3, 1, true), (2, 2, true)] {
            let known = Here {
                approvals,
                revocations,
                ..here("validated", None)
            };
            assert_eq!(hides_decision(&request, Some(&known)), expected);
        }
        assert!(!hides_decision(&json!({}), None));
    }

    #[test]
    fn an_event_is_lost_that_no_delivery_tells_of() {
        let events = [
            json!({ "name": "approve", "created_at": "2026-01-05T09:00:00+01:00" }),
            json!({ "name": "submit", "created_at": "2026-01-04T09:00:00+01:00" }),
            json!({ "name": "claim", "created_at": "2026-01-04T10:00:00+01:00" }),
        ];
        let journal = ["2026-01-05T08:01:10Z".parse().ok()]
            .into_iter()
            .flatten()
            .map(|fired_at| Known {
                event: "approve".to_owned(),
                fired_at,
            });
        let journal: Vec<Known> = journal.collect();
        assert_eq!(
            lost(&events, &journal),
            [&events[1]],
            "an unknown one is nothing to apply"
        );
    }
}
