//! Whether each variable of a request is used only where its type fits (GraphQL § 5.8.5).
//!
//! async-graphql 7.2 has this rule and never runs it: what joins its rules does not hand on the values of inputs.

use async_graphql::{
    indexmap::IndexMap,
    parser::types::{
        ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
        VariableDefinition,
    },
    registry::{MetaField, MetaInputValue, MetaType, MetaTypeName},
};
use async_graphql_value::{ConstValue, Value};

use super::RoleTypes;
use crate::error::{Code, GraphqlError};

/// Checks the variables of an operation. Fields that are not of tables are passed over.
pub fn check_positions(
    types: &RoleTypes,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
) -> Result<(), GraphqlError> {
    let fields = match operation.ty {
        OperationType::Query => &types.query,
        OperationType::Mutation => &types.mutation,
        OperationType::Subscription => &types.subscription,
    };
    let checker = Checker {
        types,
        document,
        operation,
    };
    checker.selection(fields, &operation.selection_set.node, "$", 0)
}

/// Deeper than any document that is not refused for its depth or for a cycle of fragments.
const DEEPEST: usize = 128;

struct Checker<'a> {
    types: &'a RoleTypes,
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
}

impl<'a> Checker<'a> {
    fn selection(
        &self,
        fields: &IndexMap<String, MetaField>,
        set: &'a SelectionSet,
        path: &str,
        depth: usize,
    ) -> Result<(), GraphqlError> {
        if depth > DEEPEST {
            return Ok(());
        }
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.field(fields, &field.node, path, depth)?,
                Selection::InlineFragment(fragment) => {
                    let set = &fragment.node.selection_set.node;
                    self.selection(fields, set, path, depth + 1)?;
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = self.document.fragments.get(name) {
                        let set = &fragment.node.selection_set.node;
                        self.selection(fields, set, path, depth + 1)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn field(
        &self,
        fields: &IndexMap<String, MetaField>,
        field: &'a Field,
        path: &str,
        depth: usize,
    ) -> Result<(), GraphqlError> {
        let Some(known) = fields.get(field.name.node.as_str()) else {
            return Ok(());
        };
        let path = format!("{path}.selectionSet.{}", field.response_key().node);
        for (name, value) in &field.arguments {
            if let Some(input) = known.args.get(name.node.as_str()) {
                self.value(
                    input,
                    &input.ty,
                    &value.node,
                    &format!("{path}.args.{}", name.node),
                )?;
            }
        }
        let ty = MetaTypeName::concrete_typename(&known.ty);
        if let Some(MetaType::Object { fields, .. }) = self.types.types.get(ty) {
            self.selection(fields, &field.selection_set.node, &path, depth + 1)?;
        }
        Ok(())
    }

    /// Checks a value at a place of type `ty`, which is that of `input` or of its items.
    fn value(
        &self,
        input: &MetaInputValue,
        ty: &str,
        value: &'a Value,
        path: &str,
    ) -> Result<(), GraphqlError> {
        match value {
            Value::Variable(name) => {
                let mut definitions = self.operation.variable_definitions.iter();
                let found = definitions.find(|each| each.node.name.node == *name);
                match found {
                    Some(found) if !fits(input, ty, &found.node) => {
                        let declared = &found.node.var_type.node;
                        let problem = format!(
                            "variable '{name}' is declared as '{declared}', but used where '{ty}' is expected"
                        );
                        Err(GraphqlError::new(Code::ValidationFailed, problem).at(path))
                    }
                    _ => Ok(()),
                }
            }
            Value::List(items) => {
                let MetaTypeName::List(item) = MetaTypeName::create(ty).unwrap_non_null() else {
                    return Ok(());
                };
                for (position, value) in items.iter().enumerate() {
                    self.value(input, item, value, &format!("{path}[{position}]"))?;
                }
                Ok(())
            }
            Value::Object(members) => {
                let ty = MetaTypeName::concrete_typename(ty);
                let Some(MetaType::InputObject { input_fields, .. }) = self.types.types.get(ty)
                else {
                    return Ok(());
                };
                for (name, value) in members {
                    if let Some(input) = input_fields.get(name.as_str()) {
                        self.value(input, &input.ty, value, &format!("{path}.{name}"))?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Whether a variable may be used at a place. One that may be null fits where null may not stand if either of both
/// has a default.
fn fits(input: &MetaInputValue, ty: &str, variable: &VariableDefinition) -> bool {
    let declared = variable.var_type.node.to_string();
    let has_default = input.default_value.is_some()
        || variable
            .default_value
            .as_ref()
            .is_some_and(|default| default.node != ConstValue::Null);
    match (MetaTypeName::create(ty), variable.var_type.node.nullable) {
        (MetaTypeName::NonNull(inner), true) => has_default && is_compatible(inner, &declared),
        _ => is_compatible(ty, &declared),
    }
}

fn is_compatible(place: &str, declared: &str) -> bool {
    match (MetaTypeName::create(place), MetaTypeName::create(declared)) {
        (MetaTypeName::NonNull(place), MetaTypeName::NonNull(declared)) => {
            is_compatible(place, declared)
        }
        (MetaTypeName::NonNull(_), _) => false,
        (_, MetaTypeName::NonNull(declared)) => is_compatible(place, declared),
        (MetaTypeName::List(place), MetaTypeName::List(declared)) => is_compatible(place, declared),
        (MetaTypeName::Named(place), MetaTypeName::Named(declared)) => place == declared,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stricter_type_fits_and_a_looser_one_does_not() {
        for (place, declared) in [
            ("Int", "Int"),
            ("Int", "Int!"),
            ("Int!", "Int!"),
            ("[Int!]", "[Int!]!"),
            ("[Int]", "[Int!]"),
        ] {
            assert!(is_compatible(place, declared), "{declared} at {place}");
        }
        for (place, declared) in [
            ("Int!", "Int"),
            ("Int", "String"),
            ("[Int!]", "[Int]"),
            ("[Int]", "Int"),
            ("Int", "[Int]"),
        ] {
            assert!(!is_compatible(place, declared), "{declared} at {place}");
        }
    }
}
