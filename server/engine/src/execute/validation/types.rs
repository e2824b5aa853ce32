//! The types of a role's schema, as validation asks for them.

use std::collections::BTreeMap;

use async_graphql::{
    indexmap::{IndexMap, IndexSet},
    registry::{MetaField, MetaInputValue, MetaType, Registry},
};

use crate::schema::federation;

/// The roots of a schema, by kind of operation.
#[derive(Debug, Clone, Default)]
pub struct RootNames {
    /// The type of queries.
    pub query: String,
    /// The type of mutations, if the role has any.
    pub mutation: Option<String>,
    /// The type of subscriptions.
    pub subscription: Option<String>,
}

/// Every type of a role's schema.
#[derive(Clone, Default)]
pub struct Types {
    types: BTreeMap<String, MetaType>,
    /// The roots.
    pub roots: RootNames,
}

impl Types {
    /// What a registry knows, once everything is in it. Most of it are types of tables, which are large: they come
    /// from whoever made them and are not copied.
    pub fn of(registry: &Registry, of_tables: BTreeMap<String, MetaType>) -> Self {
        let mut types = of_tables;
        for (name, ty) in &registry.types {
            types.entry(name.clone()).or_insert_with(|| ty.clone());
        }
        if let Some((added, fields)) = federation::additions(types.values()) {
            types.extend(added.into_iter().map(|ty| (ty.name().to_owned(), ty)));
            if let Some(MetaType::Object { fields: query, .. }) =
                types.get_mut(&registry.query_type)
            {
                query.extend(fields.into_iter().map(|field| (field.name.clone(), field)));
            }
        }
        Self {
            types,
            roots: RootNames {
                query: registry.query_type.clone(),
                mutation: registry.mutation_type.clone(),
                subscription: registry.subscription_type.clone(),
            },
        }
    }

    /// Whether a type is made of fields.
    pub(super) fn is_composite(&self, name: &str) -> bool {
        self.types.get(name).is_some_and(MetaType::is_composite)
    }

    pub(super) fn field(&self, ty: &str, name: &str) -> Option<&MetaField> {
        match self.types.get(ty)? {
            MetaType::Object { fields, .. } | MetaType::Interface { fields, .. } => {
                fields.get(name)
            }
            _ => None,
        }
    }

    /// The objects that an interface or union may be; `None` for an object.
    pub(super) fn possible(&self, name: &str) -> Option<&IndexSet<String>> {
        match self.types.get(name)? {
            MetaType::Union { possible_types, .. } | MetaType::Interface { possible_types, .. } => {
                Some(possible_types)
            }
            _ => None,
        }
    }

    /// Whether rows of object `name` may be selected by a fragment on `condition`.
    pub(super) fn is_a(&self, name: &str, condition: &str) -> bool {
        name == condition
            || self
                .possible(condition)
                .is_some_and(|possible| possible.contains(name))
    }

    pub(super) fn input(&self, name: &str) -> Shape<'_> {
        match self.types.get(name) {
            Some(MetaType::Enum { enum_values, .. }) => {
                Shape::Enum(enum_values.keys().map(String::as_str).collect())
            }
            Some(MetaType::InputObject { input_fields, .. }) => Shape::Object(input_fields),
            _ => match name {
                "Int" => Shape::Int,
                "Float" => Shape::Float,
                "String" => Shape::String,
                "Boolean" => Shape::Boolean,
                "ID" => Shape::Id,
                _ => Shape::Any,
            },
        }
    }
}

/// What a named type takes as a value.
pub(super) enum Shape<'a> {
    Int,
    Float,
    String,
    Boolean,
    Id,
    /// A scalar that PostgreSQL reads.
    Any,
    Enum(Vec<&'a str>),
    Object(&'a IndexMap<String, MetaInputValue>),
}

/// Whether an argument or input field must be given.
pub(super) fn is_required(input: &MetaInputValue) -> bool {
    input.ty.ends_with('!') && input.default_value.is_none()
}
