//! A role's schema, as its introspection tells it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

pub const INTROSPECTION: &str = "{ __schema { queryType { name } mutationType { name } subscriptionType { name } types {
  kind name
  fields(includeDeprecated: true) { name args { name type { ...T } } type { ...T } }
  inputFields { name type { ...T } }
  enumValues(includeDeprecated: true) { name }
  possibleTypes { name }
} } }
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }";

/// A type where it is used.
#[derive(Debug, Clone)]
pub enum Type {
    Named(String),
    List(Box<Type>),
    Required(Box<Type>),
}

#[derive(Debug)]
pub struct Input {
    pub name: String,
    pub ty: Type,
}

#[derive(Debug)]
pub struct Field {
    pub name: String,
    pub arguments: Vec<Input>,
    pub ty: Type,
}

#[derive(Debug)]
pub enum Kind {
    Scalar,
    Enumeration(Vec<String>),
    Object(Vec<Field>),
    Union(Vec<String>),
    Inputs(Vec<Input>),
}

pub struct Schema {
    pub types: BTreeMap<String, Kind>,
    /// The roots of queries, mutations and subscriptions, as far as there are.
    pub roots: Vec<(&'static str, String)>,
}

impl Schema {
    pub fn read(answer: &Json) -> Self {
        let schema = &answer["data"]["__schema"];
        let types = schema["types"].as_array().unwrap().iter();
        let types = types
            .map(|ty| (text(&ty["name"]), kind(ty)))
            .filter(|(name, _)| !name.starts_with("__"));
        let root = |kind, member| Some((kind, schema[member]["name"].as_str()?.to_owned()));
        let roots = [
            root("query", "queryType"),
            root("mutation", "mutationType"),
            root("subscription", "subscriptionType"),
        ];
        Self {
            types: types.collect(),
            roots: roots.into_iter().flatten().collect(),
        }
    }
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn kind(ty: &Json) -> Kind {
    let list = |member: &str| ty[member].as_array().cloned().unwrap_or_default();
    let names = |member: &str| {
        list(member)
            .iter()
            .map(|each| text(&each["name"]))
            .collect()
    };
    match ty["kind"].as_str().unwrap() {
        "ENUM" => Kind::Enumeration(names("enumValues")),
        "UNION" | "INTERFACE" => Kind::Union(names("possibleTypes")),
        "INPUT_OBJECT" => Kind::Inputs(list("inputFields").iter().map(input).collect()),
        "OBJECT" => Kind::Object(list("fields").iter().map(field).collect()),
        _ => Kind::Scalar,
    }
}

fn input(input: &Json) -> Input {
    Input {
        name: text(&input["name"]),
        ty: reference(&input["type"]),
    }
}

fn field(field: &Json) -> Field {
    Field {
        name: text(&field["name"]),
        arguments: field["args"]
            .as_array()
            .unwrap()
            .iter()
            .map(input)
            .collect(),
        ty: reference(&field["type"]),
    }
}

fn reference(ty: &Json) -> Type {
    match ty["kind"].as_str().unwrap() {
        "NON_NULL" => Type::Required(Box::new(reference(&ty["ofType"]))),
        "LIST" => Type::List(Box::new(reference(&ty["ofType"]))),
        _ => Type::Named(text(&ty["name"])),
    }
}

impl Type {
    /// The type without what is around it.
    pub fn name(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::List(inner) | Self::Required(inner) => inner.name(),
        }
    }

    /// As a document writes it.
    pub fn text(&self) -> String {
        match self {
            Self::Named(name) => name.clone(),
            Self::List(inner) => format!("[{}]", inner.text()),
            Self::Required(inner) => format!("{}!", inner.text()),
        }
    }
}
