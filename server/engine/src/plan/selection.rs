//! Flattens a selection set: fragments are spread, fields of one response key are merged (GraphQL § 6.3.2).
//!
//! `@skip` and `@include` have been applied before.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{Field, FragmentDefinition, Selection, SelectionSet},
};

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
    let mut found: Vec<Selected<'a>> = Vec::new();
    for set in sets {
        collect(set, fragments, &mut found);
    }
    found
}

fn collect<'a>(set: &'a SelectionSet, fragments: &'a Fragments, found: &mut Vec<Selected<'a>>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                let field = &field.node;
                let key = field.response_key().node.as_str();
                let below = &field.selection_set.node;
                match found.iter_mut().find(|selected| selected.key == key) {
                    Some(selected) => selected.below.push(below),
                    None => found.push(Selected {
                        key,
                        field,
                        below: vec![below],
                    }),
                }
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                    collect(&fragment.node.selection_set.node, fragments, found);
                }
            }
            Selection::InlineFragment(fragment) => {
                collect(&fragment.node.selection_set.node, fragments, found);
            }
        }
    }
}
