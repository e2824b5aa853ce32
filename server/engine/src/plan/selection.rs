//! Flattens a selection set: fragments are spread, fields of one response key are merged (GraphQL § 6.3.2).
//!
//! `@skip` and `@include` have been applied before.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{ExecutableDocument, Field, FragmentDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;

/// The fragments of a document.
pub type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// A field and all selection sets that the document gives it.
pub struct Selected<'a> {
    /// The name in the answer.
    pub key: &'a str,
    /// The first field of that name.
    pub field: &'a Field,
    /// What is selected below it.
    pub below: Vec<&'a SelectionSet>,
}

/// The fields of several selection sets on one type, in the order of the document.
pub fn selected_fields<'a>(
    sets: &[&'a SelectionSet],
    fragments: &'a Fragments,
) -> Vec<Selected<'a>> {
    let mut found = Found::default();
    for set in sets {
        collect(set, fragments, &|_| true, &mut |field| found.add(field));
    }
    found.fields
}

/// The same, where fragments may be on other types: of those only the ones on `types`.
pub fn selected_fields_on<'a>(
    sets: &[&'a SelectionSet],
    fragments: &'a Fragments,
    types: &[&str],
) -> Vec<Selected<'a>> {
    let mut found = Found::default();
    let is_meant = |condition: &str| types.contains(&condition);
    for set in sets {
        collect(set, fragments, &is_meant, &mut |field| found.add(field));
    }
    found.fields
}

/// The field of one name in the answer, as [`selected_fields`] would have it among others.
pub fn selected_field<'a>(
    set: &'a SelectionSet,
    fragments: &'a Fragments,
    key: &str,
) -> Option<Selected<'a>> {
    let mut found = Found::default();
    collect(set, fragments, &|_| true, &mut |field| {
        if field.response_key().node == key {
            found.add(field);
        }
    });
    found.fields.pop()
}

/// The fields that were found so far, and where each name is among them.
#[derive(Default)]
struct Found<'a> {
    fields: Vec<Selected<'a>>,
    places: HashMap<&'a str, usize>,
}

impl<'a> Found<'a> {
    fn add(&mut self, field: &'a Field) {
        let key = field.response_key().node.as_str();
        let below = &field.selection_set.node;
        let place = *self.places.entry(key).or_insert(self.fields.len());
        match self.fields.get_mut(place) {
            Some(selected) => selected.below.push(below),
            None => self.fields.push(Selected {
                key,
                field,
                below: vec![below],
            }),
        }
    }
}

/// The variables that `@skip` and `@include` read, which shape every plan of the document.
pub fn directive_variables(document: &ExecutableDocument) -> Vec<String> {
    let operations = document
        .operations
        .iter()
        .map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document
        .fragments
        .values()
        .map(|fragment| &fragment.node.selection_set.node);
    let mut found = Vec::new();
    let mut pending: Vec<&SelectionSet> = operations.chain(fragments).collect();
    while let Some(set) = pending.pop() {
        for selection in &set.items {
            let directives = match &selection.node {
                Selection::Field(field) => {
                    pending.push(&field.node.selection_set.node);
                    &field.node.directives
                }
                Selection::FragmentSpread(spread) => &spread.node.directives,
                Selection::InlineFragment(fragment) => {
                    pending.push(&fragment.node.selection_set.node);
                    &fragment.node.directives
                }
            };
            let arguments = directives
                .iter()
                .flat_map(|directive| &directive.node.arguments);
            found.extend(arguments.filter_map(|(_, value)| match &value.node {
                Value::Variable(name) => Some(name.to_string()),
                _ => None,
            }));
        }
    }
    found
}

fn collect<'a>(
    set: &'a SelectionSet,
    fragments: &'a Fragments,
    is_meant: &impl Fn(&str) -> bool,
    add: &mut impl FnMut(&'a Field),
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => add(&field.node),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node)
                    && is_meant(&fragment.node.type_condition.node.on.node)
                {
                    collect(&fragment.node.selection_set.node, fragments, is_meant, add);
                }
            }
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                if condition.is_none_or(|condition| is_meant(&condition.node.on.node)) {
                    collect(&fragment.node.selection_set.node, fragments, is_meant, add);
                }
            }
        }
    }
}
