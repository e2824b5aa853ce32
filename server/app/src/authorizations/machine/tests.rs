//! Every state × event, and any order.

#![expect(clippy::unwrap_used, reason = "a test may end by a panic")]

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::authorizations::delivery::Snapshot;

const EVENTS: [&str; 14] = [
    "create",
    "update",
    "notify",
    "transfer",
    "reopen",
    "submit",
    "request_changes",
    "refuse",
    "cancel_reopening",
    "approve",
    "revoke",
    "archive",
    "delete",
    "explode",
];

fn entry(
    number: u128,
    event: &str,
    second: i64,
    state: Option<State>,
    is_active: Option<bool>,
) -> Entry {
    Entry {
        id: Uuid::from_u128(number),
        digest: format!("{number:08}"),
        delivery: Delivery {
            event: Event::parse(event),
            fired_at: DateTime::from_timestamp(second, 0).unwrap(),
            snapshot: Snapshot {
                external_id: "1".to_owned(),
                state,
                content: Content {
                    title: Some(format!("of {number}")),
                    ..Content::default()
                },
                contacts: BTreeMap::new(),
                scopes: Some(BTreeSet::from([format!("scope {number}")])),
                has_active_authorization: is_active,
            },
        },
    }
}

/// Events in this order, each with the state that it leads to, as `name:state`; a state of `-` is not told.
fn after(events: &[&str]) -> Outcome {
    let entries: Vec<Entry> = (1_u8..)
        .zip(events)
        .map(|(number, told)| {
            let (event, state) = told.split_once(':').unwrap();
            entry(
                u128::from(number),
                event,
                i64::from(number),
                State::parse(state),
                None,
            )
        })
        .collect();
    fold(&entries)
}

fn check(events: &[&str], status: State, amendment: Option<State>, alerts: &[Alert]) {
    let outcome = after(events);
    let raised: Vec<Alert> = outcome.alerts.iter().map(|(_, alert)| *alert).collect();
    assert_eq!(
        (outcome.status, outcome.amendment),
        (status, amendment),
        "{events:?}"
    );
    assert_eq!(raised, alerts, "{events:?}");
}

#[test]
fn before_a_decision_the_state_is_what_is_told_or_where_the_event_leads() {
    check(&["create:draft"], State::Draft, None, &[]);
    check(&["create:-"], State::Draft, None, &[]);
    check(&["create:draft", "submit:-"], State::Submitted, None, &[]);
    check(
        &["submit:submitted", "request_changes:-"],
        State::ChangesRequested,
        None,
        &[],
    );
    check(
        &["submit:submitted", "refuse:refused"],
        State::Refused,
        None,
        &[],
    );
    check(
        &["submit:submitted", "transfer:submitted"],
        State::Submitted,
        None,
        &[],
    );
    check(
        &["submit:submitted", "notify:-"],
        State::Submitted,
        None,
        &[],
    );
    check(
        &["refuse:refused", "archive:archived"],
        State::Archived,
        None,
        &[],
    );
}

#[test]
fn a_decided_request_stands_while_it_is_amended() {
    for decided in [State::Validated, State::Revoked] {
        let first = if decided == State::Validated {
            "approve:validated"
        } else {
            "revoke:revoked"
        };
        for (event, amendment) in [
            ("reopen:draft", Some(State::Draft)),
            ("update:draft", Some(State::Draft)),
            ("submit:submitted", Some(State::Submitted)),
            (
                "request_changes:changes_requested",
                Some(State::ChangesRequested),
            ),
            ("refuse:validated", None),
            ("cancel_reopening:validated", None),
            ("transfer:validated", None),
        ] {
            check(&[first, event], decided, amendment, &[]);
        }
    }
}

#[test]
fn a_revocation_revokes_unless_something_is_left_in_force() {
    let revoke = |state: Option<State>, is_active: Option<bool>| {
        let approve = entry(1, "approve", 1, Some(State::Validated), None);
        fold(&[approve, entry(2, "revoke", 2, state, is_active)])
    };
    for (state, is_active) in [
        (Some(State::Revoked), None),
        (Some(State::Revoked), Some(true)),
        (Some(State::Revoked), Some(false)),
        (Some(State::Draft), Some(false)),
        (Some(State::Validated), Some(false)),
        (Some(State::Draft), None),
        (None, None),
    ] {
        let outcome = revoke(state, is_active);
        assert_eq!(outcome.status, State::Revoked, "{state:?} {is_active:?}");
        assert!(!outcome.is_granted());
    }
    for (state, is_active) in [
        (Some(State::Validated), Some(true)),
        (Some(State::Validated), None),
        (Some(State::Draft), Some(true)),
        (None, Some(true)),
    ] {
        let outcome = revoke(state, is_active);
        assert!(outcome.is_granted(), "{state:?} {is_active:?}");
        assert_eq!(
            outcome.alerts,
            [(Uuid::from_u128(2), Alert::PartialRevocation)]
        );
    }
}

#[test]
fn what_was_lost_shows() {
    check(
        &["submit:submitted", "transfer:validated"],
        State::Validated,
        None,
        &[Alert::ApprovalMissing],
    );
    check(
        &["approve:validated", "transfer:revoked"],
        State::Revoked,
        None,
        &[],
    );
    assert!(!after(&["approve:validated", "transfer:revoked"]).is_granted());
    check(&["approve:revoked"], State::Revoked, None, &[]);
    assert!(!after(&["approve:revoked"]).is_granted());
    let once = after(&["approve:validated", "revoke:revoked"]);
    let again = after(&["approve:validated", "revoke:revoked", "transfer:revoked"]);
    assert_eq!(again.revoked_at, once.revoked_at, "not anew");
    check(
        &["archive:archived", "update:draft"],
        State::Draft,
        None,
        &[Alert::Revived],
    );
    check(
        &["archive:archived", "approve:validated"],
        State::Validated,
        None,
        &[Alert::Revived],
    );
    check(
        &["revoke:revoked", "approve:validated"],
        State::Validated,
        None,
        &[Alert::ApprovedAfterRevocation],
    );
    check(
        &["revoke:revoked", "archive:archived", "revoke:revoked"],
        State::Archived,
        None,
        &[],
    );
}

#[test]
fn deletions_and_unknown_events_change_nothing() {
    for (event, alert) in [("delete", Alert::Deleted), ("explode", Alert::UnknownEvent)] {
        let before = after(&["approve:validated"]);
        let outcome = after(&["approve:validated", &format!("{event}:draft")]);
        assert_eq!(
            (outcome.status, &outcome.content),
            (before.status, &before.content)
        );
        assert_eq!(
            (&outcome.scopes, &outcome.grants),
            (&before.scopes, &before.grants)
        );
        assert_eq!(outcome.alerts, [(Uuid::from_u128(2), alert)]);
    }
}

#[test]
fn approvals_between_revocations_are_one_grant() {
    let outcome = after(&[
        "approve:validated",
        "reopen:draft",
        "approve:validated",
        "revoke:revoked",
        "revoke:revoked",
        "approve:validated",
    ]);
    let grants: Vec<(usize, bool)> = outcome
        .grants
        .iter()
        .map(|grant| (grant.approvals.len(), grant.revoked_at.is_some()))
        .collect();
    assert_eq!(grants, [(2, true), (1, false)]);
    assert_eq!(outcome.scopes, BTreeSet::from(["scope 6".to_owned()]));
}

fn any_entries() -> impl Strategy<Value = Vec<Entry>> {
    let state = prop_oneof![
        Just(None),
        select(vec![
            "draft",
            "submitted",
            "changes_requested",
            "validated",
            "refused",
            "revoked",
            "archived"
        ])
        .prop_map(State::parse)
    ];
    let one = (
        select(EVENTS.to_vec()),
        0..6_i64,
        state,
        any::<Option<bool>>(),
    );
    vec(one, 0..14).prop_map(|drawn| {
        (1..)
            .zip(drawn)
            .map(|(number, (event, second, state, is_active))| {
                entry(number, event, second, state, is_active)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn the_order_of_arrival_does_not_count(entries in any_entries(), shuffle in any::<u64>()) {
        let ordered = fold(&entries);
        let mut shuffled = entries;
        let length = shuffled.len().max(1);
        shuffled.rotate_left(usize::try_from(shuffle % 1000).unwrap() % length);
        prop_assert_eq!(&fold(&shuffled), &ordered);
        shuffled.reverse();
        prop_assert_eq!(&fold(&shuffled), &ordered);
    }

    #[test]
    fn what_is_revoked_has_no_grant_in_force_and_grants_follow_each_other(entries in any_entries()) {
        let outcome = fold(&entries);
        if outcome.status == State::Revoked {
            prop_assert!(!outcome.is_granted());
        }
        let approvals: usize = outcome.grants.iter().map(|grant| grant.approvals.len()).sum();
        let sent = entries.iter().filter(|entry| entry.delivery.event == Event::Approve).count();
        prop_assert_eq!(approvals, sent);
        for pair in outcome.grants.windows(2) {
            let ended = pair.first().and_then(|grant| grant.revoked_at);
            prop_assert!(ended.is_some_and(|ended| pair.get(1).is_some_and(|next| ended <= next.first_approved_at)));
        }
    }
}
