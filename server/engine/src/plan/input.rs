//! A client's value together with where it came from.
//!
//! Scalars become binds, so that one plan serves every value of a variable. What shapes the statement instead
//! (which keys a filter has, a direction, `_is_null`) is read here too, and the [`super::Template`] remembers it.

use std::{cell::RefCell, collections::BTreeSet};

use async_graphql::{Value as ConstValue, Variables, parser::types::Field};
use async_graphql_value::Value;

use crate::{
    error::{Code, GraphqlError},
    model::{Bind, Source, VariablePath, array_literal},
};

/// A value in an argument, in the document or in a variable.
#[derive(Clone)]
pub(super) enum Input<'a> {
    /// It stands in the document, and may hold variables further down.
    Literal(&'a Value),
    /// It stands in a variable.
    Variable {
        path: VariablePath,
        value: &'a ConstValue,
    },
}

/// The variables of a request with their defaults, which of their places became binds, and which shaped the plan.
pub(super) struct Inputs<'a> {
    pub(super) variables: &'a Variables,
    pub(super) holes: RefCell<BTreeSet<VariablePath>>,
    pub(super) pins: RefCell<BTreeSet<VariablePath>>,
}

impl<'a> Inputs<'a> {
    /// The argument of a field; `None` when absent, or when it is a variable that was not given.
    pub(super) fn argument(&self, field: &'a Field, name: &str) -> Option<Input<'a>> {
        let (_, value) = field
            .arguments
            .iter()
            .find(|(argument, _)| argument.node == name)?;
        self.input(&value.node)
    }

    fn input(&self, value: &'a Value) -> Option<Input<'a>> {
        let Value::Variable(name) = value else {
            return Some(Input::Literal(value));
        };
        let value = self.variables.get(name)?;
        Some(Input::Variable {
            path: whole(name),
            value,
        })
    }

    /// The members of an object that are present.
    pub(super) fn members(
        &self,
        input: &Input<'a>,
    ) -> Result<Vec<(&'a str, Input<'a>)>, GraphqlError> {
        match input {
            Input::Literal(Value::Object(members)) => Ok(members
                .iter()
                .filter_map(|(key, value)| Some((key.as_str(), self.input(value)?)))
                .collect()),
            Input::Variable {
                path,
                value: ConstValue::Object(members),
            } => Ok(members
                .iter()
                .map(|(key, value)| {
                    (
                        key.as_str(),
                        Input::Variable {
                            path: below(path, key),
                            value,
                        },
                    )
                })
                .collect()),
            _ => Err(unfit("an object")),
        }
    }

    /// The items of a list; one item may stand for a list of one (GraphQL § 3.11).
    pub(super) fn items(&self, input: &Input<'a>) -> Vec<Input<'a>> {
        match input {
            Input::Literal(Value::List(items)) => {
                items.iter().filter_map(|item| self.input(item)).collect()
            }
            Input::Variable {
                path,
                value: ConstValue::List(items),
            } => items
                .iter()
                .enumerate()
                .map(|(position, value)| Input::Variable {
                    path: below(path, &position.to_string()),
                    value,
                })
                .collect(),
            one => vec![one.clone()],
        }
    }

    /// A value that PostgreSQL receives apart from the statement; never null.
    pub(super) fn bind(&self, input: &Input<'a>, sql_type: &str) -> Result<Bind, GraphqlError> {
        if input.is_null() {
            return Err(GraphqlError::new(
                Code::ValidationFailed,
                "unexpected null value",
            ));
        }
        self.bind_nullable(input, sql_type)
    }

    /// A value that PostgreSQL receives apart from the statement.
    pub(super) fn bind_nullable(
        &self,
        input: &Input<'a>,
        sql_type: &str,
    ) -> Result<Bind, GraphqlError> {
        let source = match input {
            _ if input.is_null() => Source::Literal(None),
            Input::Variable { path, value } => {
                text_of(value, sql_type)?;
                self.holes.borrow_mut().insert(path.clone());
                Source::Variable(path.clone())
            }
            Input::Literal(value) => Source::Literal(text_of(&self.constant(value), sql_type)?),
        };
        Ok(Bind {
            source,
            sql_type: sql_type.to_owned(),
        })
    }

    /// A value that the statement holds, in PostgreSQL's input form.
    pub(super) fn constant_text(
        &self,
        input: &Input<'a>,
        sql_type: &str,
    ) -> Result<crate::model::Value, GraphqlError> {
        self.pin(input);
        match input {
            Input::Literal(value) => text_of(&self.constant(value), sql_type),
            Input::Variable { value, .. } => text_of(value, sql_type),
        }
    }

    /// A boolean that shapes the statement.
    pub(super) fn boolean(&self, input: &Input<'a>) -> Result<bool, GraphqlError> {
        self.pin(input);
        match input {
            Input::Literal(Value::Boolean(value))
            | Input::Variable {
                value: ConstValue::Boolean(value),
                ..
            } => Ok(*value),
            _ => Err(unfit("true or false")),
        }
    }

    /// A member of an enumeration, which shapes the statement.
    pub(super) fn enumerated(&self, input: &Input<'a>) -> Result<&'a str, GraphqlError> {
        self.pin(input);
        match input {
            Input::Literal(Value::Enum(name))
            | Input::Variable {
                value: ConstValue::Enum(name),
                ..
            } => Ok(name.as_str()),
            Input::Variable {
                value: ConstValue::String(name),
                ..
            } => Ok(name),
            _ => Err(unfit("a name")),
        }
    }

    /// A text that shapes the statement.
    pub(super) fn text(&self, input: &Input<'a>) -> Result<&'a str, GraphqlError> {
        self.pin(input);
        match input {
            Input::Literal(Value::String(text))
            | Input::Variable {
                value: ConstValue::String(text),
                ..
            } => Ok(text),
            _ => Err(unfit("a text")),
        }
    }

    /// Notes that a value shaped the plan, which serves no other value.
    pub(super) fn pin(&self, input: &Input<'a>) {
        if let Input::Variable { path, .. } = input {
            self.pins.borrow_mut().insert(path.clone());
        }
    }

    /// The document's value with its variables in place, which are pinned.
    fn constant(&self, value: &Value) -> ConstValue {
        match value {
            Value::Variable(name) => {
                self.pins.borrow_mut().insert(whole(name));
                self.variables.get(name).cloned().unwrap_or_default()
            }
            Value::List(items) => items.iter().map(|item| self.constant(item)).collect(),
            Value::Object(members) => ConstValue::Object(
                members
                    .iter()
                    .map(|(key, value)| (key.clone(), self.constant(value)))
                    .collect(),
            ),
            plain => plain.clone().into_const().unwrap_or_default(),
        }
    }
}

impl Input<'_> {
    pub(super) fn is_null(&self) -> bool {
        match self {
            Input::Literal(value) => matches!(value, Value::Null),
            Input::Variable { value, .. } => value_is_null(value),
        }
    }
}

fn value_is_null(value: &ConstValue) -> bool {
    matches!(value, ConstValue::Null)
}

fn whole(name: &str) -> VariablePath {
    VariablePath {
        name: name.to_owned(),
        members: Vec::new(),
    }
}

fn below(path: &VariablePath, member: &str) -> VariablePath {
    let mut below = path.clone();
    below.members.push(member.to_owned());
    below
}

fn unfit(expected: &str) -> GraphqlError {
    GraphqlError::new(Code::ValidationFailed, format!("expected {expected}"))
}

/// The types that read no number with a point.
const INTEGERS: [&str; 3] = ["smallint", "integer", "bigint"];

/// A whole number, which JSON may also write with a fraction of nothing: `1.0`.
pub(crate) fn integral(number: &async_graphql::Number) -> Option<i64> {
    /// Beyond it not every whole number has a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.as_i64().is_some() {
        return number.as_i64();
    }
    let float = number.as_f64().filter(|float| float.abs() < EXACT)?;
    #[expect(clippy::cast_possible_truncation, reason = "it is in range")]
    let whole = float as i64;
    #[expect(
        clippy::cast_precision_loss,
        clippy::float_cmp,
        reason = "both are exact in this range"
    )]
    let is_whole = whole as f64 == float;
    is_whole.then_some(whole)
}

/// A value in PostgreSQL's input form for a type; `None` for null.
pub fn text_of(value: &ConstValue, sql_type: &str) -> Result<Option<String>, GraphqlError> {
    if sql_type == "json" || sql_type == "jsonb" {
        return serde_json::to_string(value)
            .map(Some)
            .map_err(|error| GraphqlError::fault(&error));
    }
    if let (ConstValue::Number(number), "integer") = (value, sql_type)
        && integral(number).is_none_or(|value| i32::try_from(value).is_err())
    {
        let problem =
            "expected a 32-bit integer for type 'Int', but found a number outside of its range";
        return Err(GraphqlError::new(Code::ValidationFailed, problem));
    }
    let text = match value {
        ConstValue::Null => return Ok(None),
        ConstValue::String(text) => text.clone(),
        ConstValue::Number(number) => match integral(number) {
            Some(whole) if INTEGERS.contains(&sql_type) => whole.to_string(),
            _ => number.to_string(),
        },
        ConstValue::Boolean(value) => value.to_string(),
        ConstValue::Enum(name) => name.to_string(),
        ConstValue::List(items) if sql_type.ends_with("[]") => {
            let texts = items
                .iter()
                .map(|item| text_of(item, sql_type.strip_suffix("[]").unwrap_or(sql_type)))
                .collect::<Result<Vec<_>, _>>()?;
            array_literal(texts.iter().map(Option::as_deref))
        }
        _ => return Err(unfit(&format!("a value of type {sql_type}"))),
    };
    let is_single_item = sql_type.ends_with("[]") && !matches!(value, ConstValue::List(_));
    Ok(Some(if is_single_item {
        array_literal([Some(text.as_str())])
    } else {
        text
    }))
}
