//! Variables that a document declares and does not use, which Hasura ignores and GraphQL (§ 5.8.4) refuses.

use std::collections::BTreeSet;

use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;

/// The document without declarations of variables that nothing in it uses.
pub fn without_unused_variables(mut document: ExecutableDocument) -> ExecutableDocument {
    let mut used = BTreeSet::new();
    for (_, operation) in document.operations.iter() {
        in_directives(&operation.node.directives, &mut used);
        in_selection(&operation.node.selection_set.node, &mut used);
    }
    for fragment in document.fragments.values() {
        in_directives(&fragment.node.directives, &mut used);
        in_selection(&fragment.node.selection_set.node, &mut used);
    }
    let keep = |operation: &mut Positioned<OperationDefinition>| {
        let definitions = &mut operation.node.variable_definitions;
        definitions.retain(|definition| used.contains(&definition.node.name.node));
    };
    match &mut document.operations {
        async_graphql::parser::types::DocumentOperations::Single(only) => keep(only),
        async_graphql::parser::types::DocumentOperations::Multiple(all) => {
            all.values_mut().for_each(keep);
        }
    }
    document
}

fn in_selection(set: &SelectionSet, used: &mut BTreeSet<Name>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                for (_, value) in &field.node.arguments {
                    in_value(&value.node, used);
                }
                in_directives(&field.node.directives, used);
                in_selection(&field.node.selection_set.node, used);
            }
            Selection::FragmentSpread(spread) => in_directives(&spread.node.directives, used),
            Selection::InlineFragment(fragment) => {
                in_directives(&fragment.node.directives, used);
                in_selection(&fragment.node.selection_set.node, used);
            }
        }
    }
}

fn in_directives(directives: &[Positioned<Directive>], used: &mut BTreeSet<Name>) {
    for (_, value) in directives.iter().flat_map(|each| &each.node.arguments) {
        in_value(&value.node, used);
    }
}

fn in_value(value: &Value, used: &mut BTreeSet<Name>) {
    match value {
        Value::Variable(name) => {
            used.insert(name.clone());
        }
        Value::List(items) => items.iter().for_each(|item| in_value(item, used)),
        Value::Object(members) => members.values().for_each(|member| in_value(member, used)),
        _ => {}
    }
}
