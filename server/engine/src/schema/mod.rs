//! One GraphQL schema for each role. What a role may not use does not exist in it.
//!
//! The names are Hasura's (`users_by_pk`, `users_bool_exp`, `insert_users_one`). Types are made here from the model
//! and put into async-graphql's registry by the roots of [`crate::execute`].

mod aggregates;
mod comparisons;
mod connection;
pub mod federation;
mod inputs;
mod meta;
mod mutations;
mod outputs;
mod roots;

use std::collections::BTreeMap;

use async_graphql::{
    indexmap::IndexMap,
    registry::{MetaField, MetaType},
};

use crate::{
    model::{Caller, Inconsistency, Model, Table, TableId},
    session::Session,
};

pub use roots::{RootField, RootKind};

/// Everything the tables add to a role's schema.
pub struct RoleTypes {
    /// The types, by name.
    pub types: BTreeMap<String, MetaType>,
    /// The fields of `query_root`.
    pub query: IndexMap<String, MetaField>,
    /// The fields of `subscription_root`.
    pub subscription: IndexMap<String, MetaField>,
    /// The fields of `mutation_root`.
    pub mutation: IndexMap<String, MetaField>,
    /// What each root field stands for.
    pub roots: Roots,
    /// Root fields whose name another one of the same root has: the tables, and the names.
    pub clashes: Vec<(TableId, String)>,
}

/// What root fields stand for, by their names. Queries and subscriptions have one set of names, mutations another.
#[derive(Debug, Clone, Default)]
pub struct Roots {
    /// Of `query_root` and `subscription_root`.
    pub reading: BTreeMap<String, RootField>,
    /// Of `mutation_root`.
    pub writing: BTreeMap<String, RootField>,
}

/// The root fields, of whoever has all of them, whose name another one has already.
pub fn clashes(model: &Model) -> Vec<Inconsistency> {
    let administrator = Caller {
        role: Session::ADMIN,
        is_backend: true,
    };
    let clashes = role_types(model, administrator).clashes.into_iter();
    clashes
        .map(|(table, name)| Inconsistency {
            table: model.table(table).relation.to_string(),
            problem: format!("another root field is called {name:?}, too"),
        })
        .collect()
}

impl RoleTypes {
    fn insert(&mut self, ty: MetaType) {
        self.types.insert(ty.name().to_owned(), ty);
    }

    /// An input object; one without members cannot exist.
    fn insert_input(&mut self, name: &str, fields: Vec<meta::Input>) {
        if !fields.is_empty() {
            self.insert(meta::input_object(name, fields));
        }
    }
}

/// Makes the types of a caller.
pub fn role_types(model: &Model, caller: Caller<'_>) -> RoleTypes {
    let mut made = RoleTypes {
        types: BTreeMap::new(),
        query: IndexMap::new(),
        subscription: IndexMap::new(),
        mutation: IndexMap::new(),
        roots: Roots::default(),
        clashes: Vec::new(),
    };
    let view = RoleView {
        model,
        role: caller.role,
        caller,
    };
    for table in model.tables() {
        outputs::add(&mut made, &view, table);
        inputs::add(&mut made, &view, table);
        aggregates::add(&mut made, &view, table);
        connection::add(&mut made, &view, table);
        roots::add(&mut made, &view, table);
        mutations::add(&mut made, &view, table);
    }
    comparisons::add(&mut made, &view);
    let nothing = meta::field("no_queries_available", "String", []);
    for root in [&mut made.query, &mut made.subscription] {
        if root.is_empty() {
            root.insert(nothing.name.clone(), nothing.clone());
        }
    }
    made
}

/// The model as one role sees it.
struct RoleView<'a> {
    model: &'a Model,
    role: &'a str,
    caller: Caller<'a>,
}

impl<'a> RoleView<'a> {
    /// The columns that the role may read, in order.
    fn columns(&self, table: &'a Table) -> impl Iterator<Item = &'a crate::model::Column> {
        let access = table.selectable(self.role);
        table.columns().filter(move |column| {
            access.is_some_and(|access| access.columns.contains_key(&column.id))
        })
    }

    /// The relationships that lead to a table the role may read.
    fn relationships(
        &self,
        table: &'a Table,
    ) -> impl Iterator<Item = (&'a crate::model::Relationship, &'a Table)> {
        table
            .relationships
            .values()
            .map(|relationship| (relationship, self.model.table(relationship.target)))
            .filter(|(_, target)| target.selectable(self.role).is_some())
    }

    fn can_aggregate(&self, table: &Table) -> bool {
        table
            .selectable(self.role)
            .is_some_and(|access| access.can_aggregate)
    }
}

/// A root type with these fields.
pub fn root_object(name: &str, fields: Vec<MetaField>) -> MetaType {
    meta::object(name, None, fields)
}
