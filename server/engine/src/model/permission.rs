//! Reads the row rules of the metadata: a boolean expression over columns, relationships and session variables.

use serde_json::{Map, Value as Json};

use super::{Bind, Column, Model, Operator, Predicate, Source, Table, array_literal};

/// Reads a rule on the rows of `table`. The error says what is wrong and where.
pub(super) fn predicate(model: &Model, table: &Table, rule: &Json) -> Result<Predicate, String> {
    let members = rule
        .as_object()
        .ok_or_else(|| format!("a rule must be an object, not {rule}"))?;
    let all = members
        .iter()
        .map(|(key, value)| member(model, table, key, value))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(simplified(Predicate::And(all)))
}

fn simplified(predicate: Predicate) -> Predicate {
    match predicate {
        Predicate::And(mut all) if all.len() == 1 => all.remove(0),
        other => other,
    }
}

fn member(model: &Model, table: &Table, key: &str, value: &Json) -> Result<Predicate, String> {
    let list = || {
        value
            .as_array()
            .ok_or_else(|| format!("{key} takes a list"))?
            .iter()
            .map(|rule| predicate(model, table, rule))
            .collect::<Result<Vec<_>, _>>()
    };
    match key {
        "_and" | "$and" => Ok(Predicate::And(list()?)),
        "_or" | "$or" => Ok(Predicate::Or(list()?)),
        "_not" | "$not" => Ok(Predicate::Not(Box::new(predicate(model, table, value)?))),
        "_exists" | "$exists" => exists(model, value),
        name => {
            if let Some(column) = table.column_named(name) {
                return comparisons(column, value);
            }
            let relationship = table.relationships.get(name).ok_or_else(|| {
                format!("{:?} has no column or relationship {name:?}", table.name)
            })?;
            Ok(Predicate::Exists {
                table: relationship.target,
                mapping: relationship.mapping.clone(),
                rows: Box::new(predicate(model, model.table(relationship.target), value)?),
            })
        }
    }
}

fn exists(model: &Model, value: &Json) -> Result<Predicate, String> {
    let target = value.get("_table").ok_or("_exists needs _table")?;
    let name = match target {
        Json::String(name) => name.as_str(),
        other => other
            .get("name")
            .and_then(Json::as_str)
            .ok_or("_exists: _table needs a name")?,
    };
    let schema = target
        .get("schema")
        .and_then(Json::as_str)
        .unwrap_or("public");
    let table = model
        .tables()
        .find(|table| table.relation.name == name && table.relation.schema == schema)
        .ok_or_else(|| format!("_exists names {name:?}, which is not tracked"))?;
    let empty = Json::Object(Map::new());
    let rows = predicate(model, table, value.get("_where").unwrap_or(&empty))?;
    Ok(Predicate::Exists {
        table: table.id,
        mapping: Vec::new(),
        rows: Box::new(rows),
    })
}

fn comparisons(column: &Column, value: &Json) -> Result<Predicate, String> {
    let Some(members) = value.as_object() else {
        return Ok(compare(column, Operator::Eq, value));
    };
    let all = members
        .iter()
        .map(|(name, value)| {
            if matches!(name.as_str(), "_is_null" | "$is_null") {
                let is_null = value
                    .as_bool()
                    .ok_or_else(|| format!("{:?}: _is_null takes true or false", column.name))?;
                return Ok(Predicate::IsNull {
                    column: column.id,
                    is_null,
                });
            }
            let is_variable = |item: &Json| item.as_str().is_some_and(is_session_variable);
            if value
                .as_array()
                .is_some_and(|items| items.iter().any(is_variable))
            {
                return Err(format!(
                    "{:?}: a session variable stands for a whole list, not in one",
                    column.name
                ));
            }
            let operator = Operator::named(name)
                .ok_or_else(|| format!("{:?}: unknown operator {name:?}", column.name))?;
            Ok(compare(column, operator, value))
        })
        .collect::<Result<Vec<_>, String>>()?;
    Ok(simplified(Predicate::And(all)))
}

fn compare(column: &Column, operator: Operator, value: &Json) -> Predicate {
    let sql_type = if operator.takes_list() {
        format!("{}[]", column.sql_type)
    } else {
        column.sql_type.clone()
    };
    Predicate::Compare {
        column: column.id,
        operator,
        value: bind(value, sql_type),
    }
}

/// A literal or a session variable, as a bind of that SQL type.
pub(super) fn bind(value: &Json, sql_type: String) -> Bind {
    let source = match value {
        Json::String(name) if is_session_variable(name) => {
            Source::Session(name.to_ascii_lowercase())
        }
        Json::Array(items) if !sql_type.starts_with("json") => {
            let texts: Vec<Option<String>> = items.iter().map(text).collect();
            Source::Literal(Some(array_literal(texts.iter().map(Option::as_deref))))
        }
        other => Source::Literal(text(other)),
    };
    Bind { source, sql_type }
}

fn text(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn is_session_variable(text: &str) -> bool {
    text.get(..9)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case("x-hasura-"))
}
