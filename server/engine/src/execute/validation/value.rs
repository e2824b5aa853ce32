//! Values of arguments: literals and variables against the type of their place.

use async_graphql::{
    Number, Value as ConstValue, Variables, parser::types::Type as DocumentType,
    registry::MetaTypeName,
};
use async_graphql_value::Value;

use super::{
    Place,
    types::{Shape, Types, is_required},
};
use crate::{
    error::{Code, GraphqlError},
    plan::{integral, json_path},
};

/// A value and where it comes from: the two are described in different words, and enums are strings in JSON.
#[derive(Clone, Copy)]
pub(super) enum Given<'a> {
    Literal(&'a Value),
    Json(&'a ConstValue),
}

/// A variable as the operation declares it.
pub(super) struct Declared<'a> {
    pub(super) ty: &'a DocumentType,
    pub(super) has_default: bool,
}

/// What values are checked against.
pub(super) struct Values<'a> {
    pub(super) types: &'a Types,
    pub(super) variables: &'a Variables,
    pub(super) declared: std::collections::BTreeMap<&'a str, Declared<'a>>,
    /// Whether refusals may tell what would have been right.
    pub(super) is_telling: bool,
}

/// What a place takes beyond its type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Whatever the type says.
    Plain,
    /// No null, though the place may be left out: a comparison.
    NotNull,
    /// A `limit`.
    NotNegative,
    /// An `offset`, which may exceed 32 bits.
    Wide,
    /// The way into a JSON document.
    JsonPath,
}

static NULL: ConstValue = ConstValue::Null;

impl<'a> Values<'a> {
    /// The members of an object, or the arguments of a field, against what its type declares.
    pub(super) fn members<'m>(
        &self,
        declared: impl Iterator<Item = (&'m async_graphql::registry::MetaInputValue, Rule)>,
        given: impl Fn(&str) -> Option<Given<'a>>,
        place: &mut Place,
    ) -> Result<(), GraphqlError> {
        for (input, rule) in declared {
            place.key(&input.name);
            match given(&input.name) {
                // A default makes room for a variable that may be null (GraphQL § 5.8.5).
                Some(value) if input.default_value.is_some() => {
                    self.check(input.ty.trim_end_matches('!'), value, rule, place)?;
                }
                Some(value) => self.check(&input.ty, value, rule, place)?,
                None if is_required(input) => {
                    let problem = format!("missing required field '{}'", input.name);
                    return Err(place.invalid(problem));
                }
                None => {}
            }
            place.back();
        }
        Ok(())
    }

    pub(super) fn check(
        &self,
        ty: &str,
        given: Given<'a>,
        rule: Rule,
        place: &mut Place,
    ) -> Result<(), GraphqlError> {
        let given = self.peel(ty, given, place)?;
        match MetaTypeName::create(ty) {
            MetaTypeName::NonNull(inner) if given.is_null() => {
                Err(self.null(MetaTypeName::create(inner), place))
            }
            MetaTypeName::NonNull(inner) => self.check(inner, given, rule, place),
            named if given.is_null() => match rule {
                Rule::NotNull => Err(self.null(named, place)),
                _ => Ok(()),
            },
            MetaTypeName::List(item) => self.items(item, given, place),
            MetaTypeName::Named(name) => self.named(name, given, rule, place),
        }
    }

    /// The value of a variable in its place, once its declaration fits.
    fn peel(&self, ty: &str, given: Given<'a>, place: &Place) -> Result<Given<'a>, GraphqlError> {
        let Given::Literal(Value::Variable(name)) = given else {
            return Ok(given);
        };
        let Some(declared) = self.declared.get(name.as_str()) else {
            return Err(place.invalid(format!("unbound variable \"{name}\"")));
        };
        if !fits(ty, declared) {
            let problem = format!(
                "variable '{name}' is declared as '{}', but used where '{ty}' is expected",
                declared.ty
            );
            return Err(place.invalid(problem));
        }
        Ok(Given::Json(self.variables.get(name).unwrap_or(&NULL)))
    }

    fn items(&self, item: &str, given: Given<'a>, place: &mut Place) -> Result<(), GraphqlError> {
        let items: Vec<Given<'a>> = match given {
            Given::Literal(Value::List(items)) => items.iter().map(Given::Literal).collect(),
            Given::Json(ConstValue::List(items)) => items.iter().map(Given::Json).collect(),
            one => vec![one],
        };
        for (position, one) in items.into_iter().enumerate() {
            place.index(position);
            self.check(item, one, Rule::Plain, place)?;
            place.back();
        }
        Ok(())
    }

    fn named(
        &self,
        name: &str,
        given: Given<'a>,
        rule: Rule,
        place: &mut Place,
    ) -> Result<(), GraphqlError> {
        match self.types.input(name) {
            Shape::Any => scalar(name, given, place),
            Shape::Object(fields) => self.object(name, fields, given, place),
            Shape::Enum(values) => self.enumerated(name, &values, given, place),
            Shape::Int if rule == Rule::Wide && is_digits(given) => Ok(()),
            Shape::Int => integer(given, rule, place),
            Shape::String if rule == Rule::JsonPath && given.is_string() => json_path(given, place),
            Shape::Float if given.number().is_some() => Ok(()),
            Shape::String if given.is_string() => Ok(()),
            Shape::Boolean if given.is_boolean() => Ok(()),
            Shape::Id if given.is_string() || given.number().is_some() => Ok(()),
            Shape::Float | Shape::String | Shape::Boolean | Shape::Id => {
                Err(self.mismatch(name, given, place))
            }
        }
    }

    fn object(
        &self,
        name: &str,
        fields: &async_graphql::indexmap::IndexMap<String, async_graphql::registry::MetaInputValue>,
        given: Given<'a>,
        place: &mut Place,
    ) -> Result<(), GraphqlError> {
        let keys: Vec<&str> = match given {
            Given::Literal(Value::Object(members)) => members.keys().map(|key| &**key).collect(),
            Given::Json(ConstValue::Object(members)) => members.keys().map(|key| &**key).collect(),
            _ => return Err(self.mismatch(name, given, place)),
        };
        if let Some(unknown) = keys.iter().find(|key| !fields.contains_key(**key)) {
            place.key(unknown);
            return Err(place.invalid(format!("field '{unknown}' not found in type: '{name}'")));
        }
        let rule = if name.ends_with("_comparison_exp") {
            Rule::NotNull
        } else {
            Rule::Plain
        };
        let member = |key: &str| match given {
            Given::Literal(Value::Object(members)) => members.get(key).map(Given::Literal),
            Given::Json(ConstValue::Object(members)) => members.get(key).map(Given::Json),
            _ => None,
        };
        self.members(fields.values().map(|field| (field, rule)), member, place)
    }

    fn enumerated(
        &self,
        name: &str,
        values: &[&str],
        given: Given<'_>,
        place: &Place,
    ) -> Result<(), GraphqlError> {
        let value = match given {
            Given::Literal(Value::Enum(value)) | Given::Json(ConstValue::Enum(value)) => {
                value.as_str()
            }
            Given::Json(ConstValue::String(value)) => value.as_str(),
            _ => {
                let found = given.describe();
                return Err(place.invalid(format!(
                    "expected an enum value for type '{name}', but found {found}"
                )));
            }
        };
        if values.contains(&value) {
            return Ok(());
        }
        if !self.is_telling {
            return Err(place.invalid(format!("unexpected value '{value}' for enum: '{name}'")));
        }
        let list: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
        Err(place.invalid(format!(
            "expected one of the values [{}] for type '{name}', but found '{value}'",
            list.join(", ")
        )))
    }

    fn null(&self, ty: MetaTypeName<'_>, place: &Place) -> GraphqlError {
        match ty {
            MetaTypeName::Named(name) => match self.types.input(name) {
                Shape::Any => place.invalid(format!("unexpected null value for type '{name}'")),
                _ => self.mismatch(name, Given::Json(&NULL), place),
            },
            _ => place.invalid("expected a list, but found null".to_owned()),
        }
    }

    fn mismatch(&self, name: &str, given: Given<'_>, place: &Place) -> GraphqlError {
        let expected = match self.types.input(name) {
            Shape::Int => "a 32-bit integer",
            Shape::Float => "a float",
            Shape::String => "a string",
            Shape::Boolean => "a boolean",
            Shape::Id => "a String or a 32-bit integer",
            Shape::Enum(_) => "an enum value",
            Shape::Object(_) => "an object",
            Shape::Any => "a value",
        };
        let found = given.describe();
        place.invalid(format!(
            "expected {expected} for type '{name}', but found {found}"
        ))
    }
}

impl Given<'_> {
    fn is_null(self) -> bool {
        matches!(
            self,
            Given::Literal(Value::Null) | Given::Json(ConstValue::Null)
        )
    }

    fn is_string(self) -> bool {
        self.string().is_some()
    }

    fn string(&self) -> Option<&str> {
        match self {
            Given::Literal(Value::String(text)) | Given::Json(ConstValue::String(text)) => {
                Some(text)
            }
            _ => None,
        }
    }

    fn is_boolean(self) -> bool {
        matches!(
            self,
            Given::Literal(Value::Boolean(_)) | Given::Json(ConstValue::Boolean(_))
        )
    }

    fn number(&self) -> Option<&Number> {
        match self {
            Given::Literal(Value::Number(number)) | Given::Json(ConstValue::Number(number)) => {
                Some(number)
            }
            _ => None,
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Given::Json(ConstValue::Number(_)) => "a number",
            Given::Literal(Value::Number(number)) if number.is_f64() => "a float",
            Given::Literal(Value::Number(_)) => "an integer",
            Given::Literal(Value::Null) | Given::Json(ConstValue::Null) => "null",
            Given::Literal(Value::Boolean(_)) | Given::Json(ConstValue::Boolean(_)) => "a boolean",
            Given::Literal(Value::List(_)) | Given::Json(ConstValue::List(_)) => "a list",
            Given::Literal(Value::Object(_)) | Given::Json(ConstValue::Object(_)) => "an object",
            Given::Literal(Value::Enum(_)) | Given::Json(ConstValue::Enum(_)) => "an enum value",
            Given::Literal(Value::String(_) | Value::Binary(_) | Value::Variable(_))
            | Given::Json(ConstValue::String(_) | ConstValue::Binary(_)) => "a string",
        }
    }
}

fn is_digits(given: Given<'_>) -> bool {
    match given.string() {
        Some(text) => text.parse::<i64>().is_ok_and(|number| number >= 0),
        None => given.number().is_some_and(Number::is_i64),
    }
}

fn integer(given: Given<'_>, rule: Rule, place: &Place) -> Result<(), GraphqlError> {
    let is_literal_float =
        matches!(given, Given::Literal(Value::Number(number)) if number.is_f64());
    let number = given.number().filter(|_| !is_literal_float);
    let is_refused = rule == Rule::NotNegative
        && number
            .and_then(Number::as_f64)
            .is_some_and(|number| number < 0.0);
    let Some(number) = number.filter(|_| !is_refused) else {
        let expected = match rule {
            Rule::NotNegative => "a non-negative 32-bit integer",
            Rule::Wide => "a 32-bit integer, or a 64-bit integer represented as a string",
            Rule::Plain | Rule::NotNull | Rule::JsonPath => "a 32-bit integer",
        };
        let found = given.describe();
        return Err(place.invalid(format!(
            "expected {expected} for type 'Int', but found {found}"
        )));
    };
    if integral(number).is_some_and(|number| i32::try_from(number).is_ok()) {
        return Ok(());
    }
    let problem = format!(
        "The value {} lies outside the bounds or is not an integer. Maybe it is a float, or is there integer overflow?",
        scientific(number)
    );
    Err(place.error(Code::ParseFailed, problem))
}

/// What PostgreSQL's types take that are no text. Texts are for PostgreSQL to read, and so is all of types unknown here.
fn scalar(name: &str, given: Given<'_>, place: &Place) -> Result<(), GraphqlError> {
    let expected = match name {
        "smallint" | "bigint" => match given.number() {
            Some(number) if integral(number).is_some() => return Ok(()),
            Some(number) => {
                let problem = format!(
                    "parsing {name} failed, value is either floating or will cause over or underflow {number}"
                );
                return Err(place.error(Code::ParseFailed, problem));
            }
            None => "Number",
        },
        "numeric" | "float8" | "money" if given.number().is_some() => return Ok(()),
        "numeric" | "float8" | "money" => "Number",
        "uuid" | "date" | "timestamp" | "timestamptz" | "time" | "timetz" | "interval"
        | "bpchar" | "citext" | "name" | "bytea" | "inet" | "cidr" | "macaddr" => "String",
        _ => return Ok(()),
    };
    let encountered = match given.describe() {
        "a string" | "an enum value" => return Ok(()),
        "a boolean" => "Boolean",
        "a list" => "Array",
        "an object" => "Object",
        _ => "Number",
    };
    let problem =
        format!("parsing {name} failed, expected {expected}, but encountered {encountered}");
    Err(place.error(Code::ParseFailed, problem))
}

/// Hasura reads the path after the arguments and names these as the place.
fn json_path(given: Given<'_>, place: &mut Place) -> Result<(), GraphqlError> {
    let Err(error) = json_path::steps(given.string().unwrap_or_default()) else {
        return Ok(());
    };
    place.back();
    Err(place.error(error.code, error.message))
}

/// A number in Hasura's spelling: `2147483648` is `2.147483648e9`.
fn scientific(number: &Number) -> String {
    let value = number.as_f64().unwrap_or_default();
    if (0.1..1e7).contains(&value.abs()) {
        return format!("{value:?}");
    }
    let text = match number.as_i64() {
        Some(integer) => format!("{integer:e}"),
        None => format!("{value:e}"),
    };
    match text.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => text,
    }
}

/// GraphQL § 5.8.5: whether a variable may stand in a place.
fn fits(place: &str, declared: &Declared<'_>) -> bool {
    let written = declared.ty.to_string();
    let place = MetaTypeName::create(place);
    let variable = MetaTypeName::create(&written);
    if place.is_non_null() && !variable.is_non_null() {
        return declared.has_default && is_compatible(place.unwrap_non_null(), variable);
    }
    is_compatible(place, variable)
}

fn is_compatible(place: MetaTypeName<'_>, variable: MetaTypeName<'_>) -> bool {
    match (place, variable) {
        (MetaTypeName::NonNull(place), MetaTypeName::NonNull(variable))
        | (MetaTypeName::List(place), MetaTypeName::List(variable)) => {
            is_compatible(MetaTypeName::create(place), MetaTypeName::create(variable))
        }
        (MetaTypeName::NonNull(_), _) => false,
        (place, MetaTypeName::NonNull(variable)) => {
            is_compatible(place, MetaTypeName::create(variable))
        }
        (MetaTypeName::Named(place), MetaTypeName::Named(variable)) => place == variable,
        _ => false,
    }
}
