//! Roles made of other roles (Hasura: inherited roles).
//!
//! Such a role reads a row when one of its parents may, and of that row the cells that a parent who may read the
//! row may read; the others are null. It writes what exactly its parents agree on: a permission that two parents
//! have differently is dropped, as in Hasura, unless the role has one of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::Inconsistency;
use crate::{
    metadata::InheritedRole,
    model::{Access, Model, Predicate, SelectAccess, Table},
};

/// Gives every inherited role its access; answers what is wrong with them.
pub(super) fn apply(model: &mut Model, roles: &[InheritedRole]) -> Vec<Inconsistency> {
    let mut problems = Vec::new();
    let mut done = BTreeSet::new();
    let names: BTreeSet<&str> = roles.iter().map(|role| role.role_name.as_str()).collect();
    let mut pending: Vec<&InheritedRole> = roles.iter().collect();
    while !pending.is_empty() {
        let (ready, waiting): (Vec<_>, Vec<_>) = pending.into_iter().partition(|role| {
            role.role_set
                .iter()
                .all(|parent| !names.contains(parent.as_str()) || done.contains(parent.as_str()))
        });
        if ready.is_empty() {
            let cycle: Vec<_> = waiting.iter().map(|role| role.role_name.as_str()).collect();
            problems.push(Inconsistency {
                table: "inherited_roles".to_owned(),
                problem: format!("these roles inherit from each other: {}", cycle.join(", ")),
            });
            break;
        }
        for role in ready {
            for table in &mut model.tables {
                inherit(table, role);
            }
            done.insert(role.role_name.as_str());
        }
        pending = waiting;
    }
    problems
}

fn inherit(table: &mut Table, role: &InheritedRole) {
    let parents: Vec<&Access> = role
        .role_set
        .iter()
        .filter_map(|parent| table.access.get(parent))
        .collect();
    let inherited = Access {
        select: selects(&parents),
        insert: agreed(parents.iter().filter_map(|parent| parent.insert.as_ref())),
        update: agreed(parents.iter().filter_map(|parent| parent.update.as_ref())),
        delete: agreed(parents.iter().filter_map(|parent| parent.delete.as_ref())),
    };
    let own = table.access.entry(role.role_name.clone()).or_default();
    own.select = own.select.take().or(inherited.select);
    own.insert = own.insert.take().or(inherited.insert);
    own.update = own.update.take().or(inherited.update);
    own.delete = own.delete.take().or(inherited.delete);
}

/// The permission that all who have one have alike.
fn agreed<'a, T: PartialEq + Clone + 'a>(mut all: impl Iterator<Item = &'a T>) -> Option<T> {
    let first = all.next()?;
    all.all(|other| other == first).then(|| first.clone())
}

fn selects(parents: &[&Access]) -> Option<SelectAccess> {
    let all: Vec<&SelectAccess> = parents
        .iter()
        .filter_map(|parent| parent.select.as_ref())
        .collect();
    if let [only] = all.as_slice() {
        return Some((*only).clone());
    }
    let columns: BTreeSet<_> = all
        .iter()
        .flat_map(|select| select.columns.keys())
        .collect();
    let shown = columns
        .into_iter()
        .map(|column| {
            let having: Vec<_> = all
                .iter()
                .filter_map(|select| Some((*select, select.columns.get(column)?)))
                .collect();
            let is_everywhere =
                having.len() == all.len() && having.iter().all(|(_, visible)| visible.is_none());
            let visible = (!is_everywhere).then(|| {
                Arc::new(any(having.into_iter().map(|(select, visible)| {
                    let visible = visible.as_deref().cloned().unwrap_or(Predicate::TRUE);
                    select.filter.clone().and(visible)
                })))
            });
            (*column, visible.filter(|visible| !visible.is_true()))
        })
        .collect::<BTreeMap<_, _>>();
    (!all.is_empty()).then(|| SelectAccess {
        columns: shown,
        filter: any(all.iter().map(|select| select.filter.clone())),
        limit: all.iter().filter_map(|select| select.limit).max(),
        can_aggregate: all.iter().any(|select| select.can_aggregate),
        query_roots: every(all.iter().map(|select| select.query_roots.as_ref())),
        subscription_roots: every(all.iter().map(|select| select.subscription_roots.as_ref())),
    })
}

/// One of these conditions; true when one is.
fn any(all: impl Iterator<Item = Predicate>) -> Predicate {
    let mut different: Vec<Predicate> = Vec::new();
    for predicate in all {
        if predicate.is_true() {
            return Predicate::TRUE;
        }
        if !different.contains(&predicate) {
            different.push(predicate);
        }
    }
    match <[Predicate; 1]>::try_from(different) {
        Ok([one]) => one,
        Err(different) => Predicate::Or(different),
    }
}

/// What one of them allows; everything when one allows everything.
fn every<'a, T: Ord + Copy + 'a>(
    sets: impl Iterator<Item = Option<&'a BTreeSet<T>>>,
) -> Option<BTreeSet<T>> {
    let mut union = BTreeSet::new();
    for set in sets {
        union.extend(set?.iter().copied());
    }
    Some(union)
}
