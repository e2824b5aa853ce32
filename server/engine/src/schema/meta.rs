//! Short ways to write async-graphql's registry entries, whose many fields are almost always the same.

use async_graphql::{
    indexmap::IndexMap,
    registry::{Deprecation, MetaEnumValue, MetaField, MetaInputValue, MetaType},
};

/// A name and a type: one argument or input field.
pub(super) type Input = (String, String);

/// What the registry's name check knows our types by; a constant, as no Rust type stands behind them.
const RUST_TYPE: &str = "engine::table";

pub(super) fn input_value(name: &str, ty: &str) -> MetaInputValue {
    MetaInputValue {
        name: name.to_owned(),
        description: None,
        ty: ty.to_owned(),
        deprecation: Deprecation::NoDeprecated,
        default_value: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    }
}

pub(super) fn field(name: &str, ty: &str, args: impl IntoIterator<Item = Input>) -> MetaField {
    MetaField {
        name: name.to_owned(),
        description: None,
        args: args
            .into_iter()
            .map(|(name, ty)| (name.clone(), input_value(&name, &ty)))
            .collect(),
        ty: ty.to_owned(),
        deprecation: Deprecation::NoDeprecated,
        cache_control: async_graphql::CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// Members in the order of their names, which is the order of Hasura's introspection.
fn by_name<T>(members: impl Iterator<Item = (String, T)>) -> IndexMap<String, T> {
    let mut sorted: IndexMap<String, T> = members.collect();
    sorted.sort_keys();
    sorted
}

pub(super) fn object(
    name: &str,
    description: Option<&str>,
    fields: impl IntoIterator<Item = MetaField>,
) -> MetaType {
    MetaType::Object {
        name: name.to_owned(),
        description: description.map(str::to_owned),
        fields: by_name(fields.into_iter().map(|field| (field.name.clone(), field))),
        cache_control: async_graphql::CacheControl::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        keys: None,
        visible: None,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        is_subscription: false,
        rust_typename: Some(RUST_TYPE),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// A union of objects.
pub(super) fn union(name: &str, objects: impl IntoIterator<Item = String>) -> MetaType {
    MetaType::Union {
        name: name.to_owned(),
        description: None,
        possible_types: objects.into_iter().collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(RUST_TYPE),
        directive_invocations: Vec::new(),
    }
}

/// An object that other subgraphs may define, too.
pub(super) fn shareable(mut object: MetaType) -> MetaType {
    if let MetaType::Object { shareable, .. } = &mut object {
        *shareable = true;
    }
    object
}

/// An object that other subgraphs may refer to by these keys.
pub(super) fn with_keys(mut object: MetaType, all: Option<Vec<String>>) -> MetaType {
    if let MetaType::Object { keys, .. } = &mut object {
        *keys = all;
    }
    object
}

pub(super) fn input_object(name: &str, fields: impl IntoIterator<Item = Input>) -> MetaType {
    MetaType::InputObject {
        name: name.to_owned(),
        description: None,
        input_fields: by_name(
            fields
                .into_iter()
                .map(|(name, ty)| (name.clone(), input_value(&name, &ty))),
        ),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(RUST_TYPE),
        oneof: false,
        directive_invocations: Vec::new(),
    }
}

/// The same input object with a default for a field, which need not be given then.
pub(super) fn with_default(mut ty: MetaType, field: &str, default: &str) -> MetaType {
    if let MetaType::InputObject { input_fields, .. } = &mut ty
        && let Some(input) = input_fields.get_mut(field)
    {
        input.default_value = Some(default.to_owned());
    }
    ty
}

pub(super) fn enumeration(name: &str, values: impl IntoIterator<Item = String>) -> MetaType {
    described_enumeration(name, values.into_iter().map(|value| (value, None)))
}

/// An enumeration whose values may have a description each.
pub(super) fn described_enumeration(
    name: &str,
    values: impl IntoIterator<Item = (String, Option<String>)>,
) -> MetaType {
    let enum_values: IndexMap<String, MetaEnumValue> = values
        .into_iter()
        .map(|(name, description)| {
            let value = MetaEnumValue {
                name: name.clone(),
                description,
                deprecation: Deprecation::NoDeprecated,
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                directive_invocations: Vec::new(),
            };
            (name, value)
        })
        .collect();
    MetaType::Enum {
        name: name.to_owned(),
        description: None,
        enum_values,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(RUST_TYPE),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

pub(super) fn scalar(name: &str) -> MetaType {
    MetaType::Scalar {
        name: name.to_owned(),
        description: None,
        is_valid: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        specified_by_url: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// An argument or input field.
pub(super) fn input(name: &str, ty: impl Into<String>) -> Input {
    (name.to_owned(), ty.into())
}
