//! Documents that the operator listed: the only ones that others may run when the allow-list is enforced.
//!
//! Documents are compared token by token: white space, commas and comments do not count, the order of fields does,
//! and `__typename` is ignored, as Hasura does it.

use std::collections::{BTreeSet, HashMap};

use super::tokens::Tokens;
use crate::{
    error::{Code, GraphqlError},
    metadata::documents::{Documents, Scope},
    session::Session,
};

/// Who may run a listed document.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Readers {
    Everybody,
    Roles(BTreeSet<String>),
}

/// The listed documents.
#[derive(Debug, Clone, Default)]
pub struct Trusted {
    is_enforced: bool,
    by_form: HashMap<String, Readers>,
    by_hash: HashMap<String, String>,
}

impl Trusted {
    pub(super) fn new(documents: &Documents, is_enforced: bool) -> Self {
        let mut trusted = Self {
            is_enforced,
            ..Self::default()
        };
        for entry in &documents.allow_list {
            let listed = documents
                .collections
                .iter()
                .filter(|collection| collection.name == entry.collection)
                .flat_map(|collection| &collection.definition.queries);
            for document in listed {
                trusted.add(&document.query, &entry.scope);
            }
        }
        trusted
    }

    fn add(&mut self, query: &str, scope: &Scope) {
        let form = normal_form(query);
        let readers = self
            .by_form
            .entry(form)
            .or_insert_with(|| Readers::Roles(BTreeSet::new()));
        match (scope.global, readers) {
            (true, readers) => *readers = Readers::Everybody,
            (false, Readers::Roles(roles)) => roles.extend(scope.roles.iter().cloned()),
            (false, Readers::Everybody) => {}
        }
        self.by_hash
            .insert(crate::http::sha256(query), query.to_owned());
    }

    /// The listed document of this SHA-256, in small hexadecimal letters.
    pub fn by_hash(&self, hash: &str) -> Option<&str> {
        self.by_hash.get(hash).map(String::as_str)
    }

    /// Refuses documents that are not listed for the role.
    pub(super) fn check(&self, role: &str, query: &str) -> Result<(), GraphqlError> {
        if !self.is_enforced || role == Session::ADMIN {
            return Ok(());
        }
        let is_listed = match self.by_form.get(&normal_form(query)) {
            Some(Readers::Everybody) => true,
            Some(Readers::Roles(roles)) => roles.contains(role),
            None => false,
        };
        if is_listed {
            return Ok(());
        }
        let problem = "query is not allowed";
        Err(GraphqlError::new(Code::ValidationFailed, problem))
    }
}

/// A document's tokens without `__typename` and its aliases.
fn normal_form(query: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for token in Tokens::of(query) {
        if token != "__typename" {
            kept.push(token);
        } else if kept.last() == Some(&":") {
            kept.truncate(kept.len().saturating_sub(2));
        }
    }
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_and_typename_do_not_count_and_order_does() {
        let listed = normal_form("query a { user { id, name __typename } }");
        assert_eq!(listed, normal_form("query a{user{id name}}# x"));
        assert_eq!(
            listed,
            normal_form("query a { user { t: __typename id name } }")
        );
        assert_ne!(listed, normal_form("query a { user { name id } }"));
        assert_ne!(listed, normal_form("query b { user { id name } }"));
        assert_ne!(
            normal_form("{ user(name: \"a b\") { id } }"),
            normal_form("{ user(name: \"a  b\") { id } }")
        );
    }
}
