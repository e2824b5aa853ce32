//! Reads the row rules of the metadata: a boolean expression over columns, relationships and session variables.
//!
//! Columns have PostgreSQL's names here, whatever GraphQL calls them.

use serde_json::{Map, Value as Json};

use crate::{
    metadata::QualifiedName,
    model::{
        Bind, Cell, Column, ColumnFunction, ColumnId, Function, Model, Operand, Operator,
        Predicate, RelatedValue, Relationship, Source, Table, array_literal,
    },
};

/// Reads a rule on the rows of `table`. The error says what is wrong and where.
pub(super) fn predicate(model: &Model, table: &Table, rule: &Json) -> Result<Predicate, String> {
    let reader = Reader {
        model,
        root: table,
        has_root_columns: std::cell::Cell::new(false),
    };
    let predicate = reader.predicate(table, rule)?;
    Ok(if reader.has_root_columns.get() {
        Predicate::Rooted(Box::new(predicate))
    } else {
        predicate
    })
}

struct Reader<'a> {
    model: &'a Model,
    /// The table that the whole rule is about.
    root: &'a Table,
    has_root_columns: std::cell::Cell<bool>,
}

impl<'a> Reader<'a> {
    fn predicate(&self, table: &'a Table, rule: &Json) -> Result<Predicate, String> {
        let members = rule
            .as_object()
            .ok_or_else(|| format!("a rule must be an object, not {rule}"))?;
        let all = members
            .iter()
            .map(|(key, value)| self.member(table, key, value))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Predicate::all(all))
    }

    fn member(&self, table: &'a Table, key: &str, value: &Json) -> Result<Predicate, String> {
        let list = || match value {
            Json::Array(items) => items
                .iter()
                .map(|rule| self.predicate(table, rule))
                .collect::<Result<Vec<_>, _>>(),
            one @ Json::Object(_) => Ok(vec![self.predicate(table, one)?]),
            _ => Err(format!("{key} takes a list")),
        };
        match key {
            "_and" | "$and" => return Ok(Predicate::And(list()?)),
            "_or" | "$or" => return Ok(Predicate::Or(list()?)),
            "_not" | "$not" => {
                return Ok(Predicate::Not(Box::new(self.predicate(table, value)?)));
            }
            "_exists" | "$exists" => return self.exists(value),
            _ => {}
        }
        if let Some(column) = table.sql_column(key) {
            return self.comparisons(table, column, value);
        }
        if let Some(relationship) = table.relationships.get(key) {
            let target = self.model.table(relationship.target);
            return Ok(Predicate::Exists {
                table: relationship.target,
                mapping: relationship.mapping.clone(),
                rows: Box::new(self.predicate(target, value)?),
            });
        }
        key.strip_suffix("_aggregate")
            .and_then(|name| table.relationships.get(name))
            .ok_or_else(|| format!("{:?} has no column or relationship {key:?}", table.name))
            .and_then(|relationship| self.aggregate(relationship, value))
    }

    fn exists(&self, value: &Json) -> Result<Predicate, String> {
        let target = value.get("_table").ok_or("_exists needs _table")?;
        let name: QualifiedName = serde_json::from_value(target.clone())
            .map_err(|_| "_exists: _table needs a name".to_owned())?;
        let table = self
            .model
            .tables()
            .find(|table| table.relation == name)
            .ok_or_else(|| format!("_exists names {:?}, which is not tracked", name.name))?;
        let empty = Json::Object(Map::new());
        let rows = self.predicate(table, value.get("_where").unwrap_or(&empty))?;
        Ok(Predicate::Exists {
            table: table.id,
            mapping: Vec::new(),
            rows: Box::new(rows),
        })
    }

    /// `{count: {arguments, distinct, filter, predicate: {_gt: 1}}}` on the rows of an array relationship.
    fn aggregate(&self, relationship: &Relationship, value: &Json) -> Result<Predicate, String> {
        let table = self.model.table(relationship.target);
        let members = value.as_object().ok_or("an aggregate takes an object")?;
        let mut all = Vec::new();
        for (name, member) in members {
            let empty = Json::Object(Map::new());
            let rows = self.predicate(table, member.get("filter").unwrap_or(&empty))?;
            let columns = arguments(table, member.get("arguments"))?;
            let is_distinct = member.get("distinct").and_then(Json::as_bool) == Some(true);
            let (function, sql_type) = match (name.as_str(), columns.as_slice()) {
                ("count", columns) => {
                    let columns = columns.iter().map(|id| Cell::plain(*id)).collect();
                    let function = Function::Count {
                        columns,
                        is_distinct,
                    };
                    (function, "bigint".to_owned())
                }
                (name, [column]) => {
                    let function = Function::Column {
                        function: ColumnFunction::named(name)
                            .ok_or_else(|| format!("no aggregate {name:?}"))?,
                        column: Cell::plain(*column),
                        is_distinct,
                    };
                    (function, table.column(*column).sql_type.clone())
                }
                (name, _) => return Err(format!("{name} takes one column")),
            };
            let operand = Operand::Related(Box::new(RelatedValue {
                table: table.id,
                mapping: relationship.mapping.clone(),
                rows,
                function,
            }));
            let predicate = member
                .get("predicate")
                .ok_or("an aggregate needs `predicate`")?;
            all.push(self.operators(table, &operand, &sql_type, predicate)?);
        }
        Ok(Predicate::all(all))
    }

    fn comparisons(
        &self,
        table: &'a Table,
        column: &Column,
        value: &Json,
    ) -> Result<Predicate, String> {
        let operand = Operand::Column(Cell::plain(column.id));
        if !value.is_object() {
            return Ok(compare(operand, Operator::Eq, value, &column.sql_type));
        }
        self.operators(table, &operand, &column.sql_type, value)
            .map_err(|problem| format!("{:?}: {problem}", column.name))
    }

    fn operators(
        &self,
        table: &'a Table,
        operand: &Operand,
        sql_type: &str,
        value: &Json,
    ) -> Result<Predicate, String> {
        let members = value.as_object().ok_or("operators are an object")?;
        let all = members
            .iter()
            .map(|(name, value)| self.operator(table, operand, sql_type, name, value))
            .collect::<Result<Vec<_>, String>>()?;
        Ok(Predicate::all(all))
    }

    fn operator(
        &self,
        table: &'a Table,
        operand: &Operand,
        sql_type: &str,
        name: &str,
        value: &Json,
    ) -> Result<Predicate, String> {
        if matches!(name, "_is_null" | "$is_null") {
            return Ok(Predicate::IsNull {
                operand: operand.clone(),
                is_null: value.as_bool().ok_or("_is_null takes true or false")?,
            });
        }
        if let Some(operator) = Operator::between_columns(name) {
            return Ok(Predicate::Compare {
                left: operand.clone(),
                operator,
                right: self.other_column(table, value)?,
            });
        }
        if let ("_cast" | "$cast", Operand::Column(cell)) = (name, operand) {
            let text = value.get("String").ok_or("_cast takes `String`")?;
            return self.operators(table, &Operand::Text(cell.clone()), "text", text);
        }
        let is_variable = |item: &Json| item.as_str().is_some_and(is_session_variable);
        if value
            .as_array()
            .is_some_and(|items| items.iter().any(is_variable))
        {
            return Err("a session variable stands for a whole list, not in one".to_owned());
        }
        let operator = Operator::named(name).ok_or_else(|| format!("unknown operator {name:?}"))?;
        Ok(compare(operand.clone(), operator, value, sql_type))
    }

    /// A column of this table, or `["$", column]` for one of the table that the rule is about.
    fn other_column(&self, table: &'a Table, value: &Json) -> Result<Operand, String> {
        let column = |owner: &Table, name: &str| {
            owner
                .sql_column(name)
                .map(|column| column.id)
                .ok_or_else(|| format!("{:?} has no column {name:?}", owner.name))
        };
        let path: Vec<&str> = match value {
            Json::Array(path) => path.iter().filter_map(Json::as_str).collect(),
            name => name.as_str().into_iter().collect(),
        };
        match path.as_slice() {
            ["$", name] => {
                self.has_root_columns.set(true);
                Ok(Operand::RootColumn(column(self.root, name)?))
            }
            [name] => Ok(Operand::Column(Cell::plain(column(table, name)?))),
            _ => Err("takes the name of a column, or [\"$\", name]".to_owned()),
        }
    }
}

fn arguments(table: &Table, value: Option<&Json>) -> Result<Vec<ColumnId>, String> {
    let names: Vec<&str> = match value {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::String(name)) => vec![name],
        Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
        Some(_) => return Err("`arguments` takes columns".to_owned()),
    };
    names
        .into_iter()
        .map(|name| {
            table
                .sql_column(name)
                .map(|column| column.id)
                .ok_or_else(|| format!("{:?} has no column {name:?}", table.name))
        })
        .collect()
}

fn compare(left: Operand, operator: Operator, value: &Json, sql_type: &str) -> Predicate {
    Predicate::Compare {
        left,
        operator,
        right: Operand::Bind(bind(value, operator.value_type(sql_type))),
    }
}

/// A literal or a session variable, as a bind of that SQL type.
pub(super) fn bind(value: &Json, sql_type: String) -> Bind {
    let source = match value {
        Json::String(name) if is_session_variable(name) => {
            Source::Session(name.to_ascii_lowercase())
        }
        other => Source::Literal(literal(other, &sql_type)),
    };
    Bind { source, sql_type }
}

/// A literal in PostgreSQL's input form for a type: a list of lists for a list of arrays, JSON as it stands.
fn literal(value: &Json, sql_type: &str) -> Option<String> {
    match value {
        Json::Null => None,
        json if matches!(sql_type, "json" | "jsonb") => Some(json.to_string()),
        Json::Array(items) => {
            let element = sql_type.strip_suffix("[]").unwrap_or(sql_type);
            let texts: Vec<_> = items.iter().map(|item| literal(item, element)).collect();
            Some(array_literal(texts.iter().map(Option::as_deref)))
        }
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn is_session_variable(text: &str) -> bool {
    text.get(..9)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case("x-hasura-"))
}
