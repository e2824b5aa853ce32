//! Selection sets: which fields exist, which merge, what is skipped.

use std::collections::{BTreeSet, HashMap};

use async_graphql::{
    Name, Positioned, Value as ConstValue,
    parser::types::{
        Directive, ExecutableDocument, Field, FragmentDefinition, OperationDefinition,
        OperationType, Selection, SelectionSet,
    },
    registry::MetaTypeName,
};
use async_graphql_value::Value;

use super::{
    Place, Scope,
    value::{Given, Rule, Values},
};
use crate::error::GraphqlError;
use crate::schema::federation;

/// A walk through one operation.
pub(super) struct Walk<'a> {
    pub(super) scope: Scope<'a>,
    pub(super) fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    pub(super) values: Values<'a>,
}

/// A field with everything that the document selects below it.
struct Merged<'a> {
    field: &'a Positioned<Field>,
    below: Vec<&'a SelectionSet>,
}

/// The fields of a selection set by response key, in the order of the document.
#[derive(Default)]
struct Fields<'a> {
    found: Vec<Merged<'a>>,
    by_key: HashMap<&'a str, usize>,
}

impl<'a> Walk<'a> {
    pub(super) fn operation(
        &self,
        operation: &'a OperationDefinition,
        root: &str,
        place: &mut Place,
    ) -> Result<(), GraphqlError> {
        refuse_directives(&operation.directives, place)?;
        let fields = self.selection_set(root, &[&operation.selection_set.node], place)?;
        if operation.ty == OperationType::Subscription && fields != 1 {
            let problem = "subscriptions must select one top level field";
            return Err(place.invalid(problem.to_owned()));
        }
        Ok(())
    }

    /// Checks what is selected of a type; returns how many fields that are.
    fn selection_set(
        &self,
        ty: &str,
        sets: &[&'a SelectionSet],
        place: &mut Place,
    ) -> Result<usize, GraphqlError> {
        if let Some(possible) = self.scope.types.possible(ty) {
            let abstract_fields = self.one_type(ty, ty, sets, place)?;
            for object in possible {
                self.one_type(object, ty, sets, place)?;
            }
            return Ok(abstract_fields);
        }
        self.one_type(ty, ty, sets, place)
    }

    fn one_type(
        &self,
        ty: &str,
        declared: &str,
        sets: &[&'a SelectionSet],
        place: &mut Place,
    ) -> Result<usize, GraphqlError> {
        place.key("selectionSet");
        let mut fields = Fields::default();
        for set in sets {
            self.collect(ty, declared, set, &mut fields, place)?;
        }
        for merged in &fields.found {
            place.position = merged.field.pos;
            self.field(ty, merged, place)?;
        }
        place.back();
        Ok(fields.found.len())
    }

    fn collect(
        &self,
        ty: &str,
        declared: &str,
        set: &'a SelectionSet,
        fields: &mut Fields<'a>,
        place: &mut Place,
    ) -> Result<(), GraphqlError> {
        for selection in &set.items {
            place.position = selection.pos;
            if self.is_skipped(selection.node.directives(), place)? {
                continue;
            }
            let (condition, below) = match &selection.node {
                Selection::Field(field) => {
                    fields.add(field, place)?;
                    continue;
                }
                Selection::InlineFragment(fragment) => (
                    fragment.node.type_condition.as_ref(),
                    &fragment.node.selection_set.node,
                ),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.fragments.get(name) else {
                        let problem = format!("reference to undefined fragment \"{name}\"");
                        return Err(place.invalid(problem));
                    };
                    (
                        Some(&fragment.node.type_condition),
                        &fragment.node.selection_set.node,
                    )
                }
            };
            let condition = condition.map_or(ty, |condition| condition.node.on.node.as_str());
            if self.scope.types.is_a(ty, condition) {
                self.collect(ty, declared, below, fields, place)?;
            } else if self.scope.types.possible(declared).is_none() {
                let problem = format!(
                    "illegal type condition in fragment; type '{condition}' is unrelated to '{ty}'"
                );
                return Err(place.invalid(problem));
            }
        }
        Ok(())
    }

    fn field(&self, ty: &str, merged: &Merged<'a>, place: &mut Place) -> Result<(), GraphqlError> {
        let field = &merged.field.node;
        let name = field.name.node.as_str();
        if name == "__typename" {
            return Ok(());
        }
        let tells_schema = matches!(name, "__schema" | "__type" | federation::SERVICE);
        let is_hidden = !self.scope.has_introspection && tells_schema;
        place.key(name);
        let Some(known) = self.scope.types.field(ty, name).filter(|_| !is_hidden) else {
            return Err(place.invalid(format!("field '{name}' not found in type: '{ty}'")));
        };
        if let Some((unknown, _)) = field
            .arguments
            .iter()
            .find(|(argument, _)| !known.args.contains_key(argument.node.as_str()))
        {
            place.position = unknown.pos;
            let problem = format!("'{name}' has no argument named '{}'", unknown.node);
            return Err(place.invalid(problem));
        }
        refuse_repeated(field, place)?;
        self.arguments(field, known, place)?;
        let result = MetaTypeName::concrete_typename(&known.ty);
        let is_empty = merged.below.iter().all(|set| set.items.is_empty());
        match self.scope.types.is_composite(result) {
            true if is_empty => {
                place.key("selectionSet");
                return Err(place.invalid(format!("missing selection set for '{result}'")));
            }
            true => {
                self.selection_set(result, &merged.below, place)?;
            }
            false if is_empty => {}
            false => {
                let problem = "unexpected subselection set for non-object field";
                return Err(place.invalid(problem.to_owned()));
            }
        }
        place.back();
        Ok(())
    }

    fn arguments(
        &self,
        field: &'a Field,
        known: &async_graphql::registry::MetaField,
        place: &mut Place,
    ) -> Result<(), GraphqlError> {
        place.key("args");
        let is_json = matches!(known.ty.as_str(), "json" | "json!" | "jsonb" | "jsonb!");
        let declared = known.args.values().map(|input| {
            let rule = match input.name.as_str() {
                "limit" | "batch_size" | "first" | "last" => Rule::NotNegative,
                "offset" => Rule::Wide,
                "path" if is_json => Rule::JsonPath,
                _ => Rule::Plain,
            };
            (input, rule)
        });
        let given = |name: &str| {
            field
                .get_argument(name)
                .map(|value| Given::Literal(&value.node))
        };
        self.values.members(declared, given, place)?;
        place.back();
        Ok(())
    }

    /// Whether `@skip` or `@include` leaves something out. Directives that do not exist are refused.
    fn is_skipped(
        &self,
        directives: &'a [Positioned<Directive>],
        place: &mut Place,
    ) -> Result<bool, GraphqlError> {
        let mut is_skipped = false;
        let mut seen = BTreeSet::new();
        for directive in directives {
            let name = directive.node.name.node.as_str();
            place.position = directive.pos;
            let is_include = match name {
                "include" => true,
                "skip" => false,
                _ => return Err(unknown_directive(name, "a field", place)),
            };
            if !seen.insert(name) {
                let problem =
                    format!("the following directives are used more than once: ['{name}']");
                return Err(place.invalid(problem));
            }
            place.key(name);
            place.key("args");
            place.key("if");
            let Some(condition) = directive.node.get_argument("if") else {
                return Err(place.invalid("missing required field 'if'".to_owned()));
            };
            let given = Given::Literal(&condition.node);
            self.values.check("Boolean!", given, Rule::Plain, place)?;
            for _ in 0..3 {
                place.back();
            }
            is_skipped |= self.boolean(&condition.node) != is_include;
        }
        Ok(is_skipped)
    }

    fn boolean(&self, value: &Value) -> bool {
        match value {
            Value::Boolean(value) => *value,
            Value::Variable(name) => matches!(
                self.values.variables.get(name),
                Some(ConstValue::Boolean(true))
            ),
            _ => false,
        }
    }
}

/// Refuses what stands at the operation itself. Hasura caches answers only in its paid editions; elsewhere `@cached`
/// changes nothing.
fn refuse_directives(
    directives: &[Positioned<Directive>],
    place: &Place,
) -> Result<(), GraphqlError> {
    match directives
        .iter()
        .map(|directive| directive.node.name.node.as_str())
        .find(|name| *name != "cached")
    {
        Some(name) => Err(unknown_directive(name, "an operation", place)),
        None => Ok(()),
    }
}

/// Refuses an argument that is given twice: which of them is meant, nobody can tell.
fn refuse_repeated(field: &Field, place: &mut Place) -> Result<(), GraphqlError> {
    let mut seen = BTreeSet::new();
    for (argument, _) in &field.arguments {
        if !seen.insert(argument.node.as_str()) {
            place.position = argument.pos;
            let problem = format!("multiple values for argument \"{}\"", argument.node);
            return Err(place.invalid(problem));
        }
    }
    Ok(())
}

fn unknown_directive(name: &str, kind: &str, place: &Place) -> GraphqlError {
    if matches!(name, "include" | "skip" | "cached") {
        return place.invalid(format!("directive '{name}' is not allowed on {kind}"));
    }
    place.invalid(format!("directive '{name}' is not defined in the schema"))
}

impl<'a> Fields<'a> {
    fn add(&mut self, field: &'a Positioned<Field>, place: &Place) -> Result<(), GraphqlError> {
        let key = field.node.response_key().node.as_str();
        let below = &field.node.selection_set.node;
        let earlier = self
            .by_key
            .get(key)
            .and_then(|position| self.found.get_mut(*position));
        let Some(earlier) = earlier else {
            self.by_key.insert(key, self.found.len());
            self.found.push(Merged {
                field,
                below: vec![below],
            });
            return Ok(());
        };
        let (first, second) = (&earlier.field.node, &field.node);
        if first.name.node != second.name.node {
            return Err(place.invalid(format!(
                "selection of both '{}' and '{}' specify the same response name, '{key}'",
                first.name.node, second.name.node
            )));
        }
        let is_same = first.arguments.len() == second.arguments.len()
            && first.arguments.iter().all(|(name, value)| {
                second
                    .get_argument(&name.node)
                    .is_some_and(|other| other.node == value.node)
            });
        if !is_same {
            return Err(place.invalid(format!(
                "inconsistent arguments between multiple selections of field '{}'",
                first.name.node
            )));
        }
        earlier.below.push(below);
        Ok(())
    }
}

/// The variables that an operation uses, in arguments and directives, also through its fragments.
pub(super) fn used_variables<'a>(
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
) -> BTreeSet<&'a str> {
    let mut used = BTreeSet::new();
    let mut entered = BTreeSet::new();
    let mut pending = vec![&operation.selection_set.node];
    while let Some(set) = pending.pop() {
        for selection in &set.items {
            for directive in selection.node.directives() {
                for (_, value) in &directive.node.arguments {
                    note_variables(&value.node, &mut used);
                }
            }
            match &selection.node {
                Selection::Field(field) => {
                    for (_, value) in &field.node.arguments {
                        note_variables(&value.node, &mut used);
                    }
                    pending.push(&field.node.selection_set.node);
                }
                Selection::InlineFragment(fragment) => {
                    pending.push(&fragment.node.selection_set.node);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = document.fragments.get(name)
                        && entered.insert(name.as_str())
                    {
                        pending.push(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
    used
}

fn note_variables<'a>(value: &'a Value, used: &mut BTreeSet<&'a str>) {
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        match value {
            Value::Variable(name) => {
                used.insert(name.as_str());
            }
            Value::List(items) => pending.extend(items),
            Value::Object(members) => pending.extend(members.values()),
            _ => {}
        }
    }
}
