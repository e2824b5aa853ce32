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
    (stands || is_renewed) && !is_late
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
