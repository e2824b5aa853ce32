//! Turns a root field into a plan, under the rules of a role.

use std::{cell::RefCell, collections::BTreeSet};

use async_graphql::{Variables, parser::types::Field as DocumentField};

use super::{
    Direction, Field, FieldValue, Limit, Order, OrderBy, Related, Root, Select,
    input::{Input, Inputs},
    json_path,
    order::comparable,
    selection::{Fragments, Selected, selected_fields},
    template::Places,
    write,
};
use crate::{
    error::{Code, GraphqlError},
    model::{
        Bind, Caller, Cell, Model, Operand, Operator, Options, Predicate, Source, Table,
        array_literal,
    },
    schema::{RootField, RootKind},
};

/// PostgreSQL takes no more columns in one row of a result.
const MOST_FIELDS: usize = 1_600;

/// Plans the root fields of one request.
pub struct Planner<'a> {
    pub(super) model: &'a Model,
    pub(super) role: &'a str,
    is_backend: bool,
    pub(super) options: Options,
    pub(super) fragments: &'a Fragments,
    pub(super) inputs: Inputs<'a>,
}

/// A root field of a request.
pub struct RootRequest<'a> {
    /// What the field stands for.
    pub root: RootField,
    /// The field with everything selected below it.
    pub selected: Selected<'a>,
}

impl<'a> Planner<'a> {
    /// A planner for the requests of a role. `variables` hold their declared defaults already.
    pub fn new(
        model: &'a Model,
        role: &'a str,
        options: Options,
        fragments: &'a Fragments,
        variables: &'a Variables,
    ) -> Self {
        let inputs = Inputs {
            variables,
            holes: RefCell::new(BTreeSet::new()),
            pins: RefCell::new(BTreeSet::new()),
        };
        Self {
            model,
            role,
            is_backend: false,
            options,
            fragments,
            inputs,
        }
    }

    /// The same planner for a request of a backend.
    #[must_use]
    pub fn backend(mut self, is_backend: bool) -> Self {
        self.is_backend = is_backend;
        self
    }

    /// Who asks.
    pub(super) fn caller(&self) -> Caller<'a> {
        Caller {
            role: self.role,
            is_backend: self.is_backend,
        }
    }

    /// The places in variables that became binds, and those that shaped the plan instead.
    pub fn into_places(self) -> Places {
        Places {
            holes: self.inputs.holes.into_inner(),
            pins: self.inputs.pins.into_inner(),
        }
    }

    /// The plan of a query field.
    pub fn root(&self, request: &RootRequest<'a>) -> Result<Root, GraphqlError> {
        let table = self.model.table(request.root.table);
        let (field, below) = (request.selected.field, &request.selected.below);
        match request.root.kind {
            RootKind::List => Ok(Root::List(self.list(table, field, below)?)),
            RootKind::Connection => Ok(Root::Connection(Box::new(
                self.connection(table, field, below)?,
            ))),
            RootKind::Stream => Ok(Root::Stream(Box::new(self.stream(table, field, below)?))),
            RootKind::Aggregate => Ok(Root::Aggregate(self.aggregate(table, field, below)?)),
            RootKind::ByKey => {
                let key = self.key(table, |name| self.inputs.argument(field, name))?;
                Ok(Root::One(self.select(
                    table,
                    self.rule(table).and(key),
                    below,
                )?))
            }
            _ => Err(write::denied()),
        }
    }

    /// The rows of given keys, for fields written by hand that answer with rows of a table.
    pub fn rows_by_key(
        &self,
        table: &'a Table,
        key: Predicate,
        below: &[&'a async_graphql::parser::types::SelectionSet],
    ) -> Result<Select, GraphqlError> {
        self.select(table, self.rule(table).and(key), below)
    }

    /// The role's row rule.
    pub(super) fn rule(&self, table: &Table) -> Predicate {
        table
            .selectable(self.role)
            .map_or(Predicate::FALSE, |access| access.filter.clone())
    }

    /// The condition that picks one row by its primary key.
    pub(super) fn key(
        &self,
        table: &'a Table,
        value_of: impl Fn(&str) -> Option<Input<'a>>,
    ) -> Result<Predicate, GraphqlError> {
        let mut all = Vec::new();
        for id in &table.primary_key {
            let column = table.column(*id);
            let value = value_of(&column.name).ok_or_else(|| {
                GraphqlError::new(Code::ValidationFailed, format!("missing {:?}", column.name))
            })?;
            // A row whose key is hidden from the role cannot be guessed by it.
            let shown = table.readable_column(self.role, &column.name);
            all.push(Predicate::Compare {
                left: Operand::Column(shown.map_or(Cell::plain(*id), |(_, cell)| cell)),
                operator: Operator::Eq,
                right: Operand::Bind(self.inputs.bind(&value, &column.sql_type)?),
            });
        }
        Ok(Predicate::And(all))
    }

    pub(super) fn select(
        &self,
        table: &'a Table,
        filter: Predicate,
        below: &[&'a async_graphql::parser::types::SelectionSet],
    ) -> Result<Select, GraphqlError> {
        Ok(Select {
            table: table.id,
            fields: self.fields(table, below)?,
            filter,
            distinct: Vec::new(),
            order: Vec::new(),
            limit: Limit::default(),
            offset: None,
        })
    }

    /// Rows with the arguments of every list.
    pub(super) fn rows(
        &self,
        table: &'a Table,
        field: &'a DocumentField,
    ) -> Result<Select, GraphqlError> {
        let argument = |name| self.inputs.argument(field, name);
        let filter = self.filter(table, argument("where").as_ref())?;
        let named = self.enumerated_columns(table, argument("distinct_on").as_ref())?;
        let mut distinct: Vec<Cell> = Vec::new();
        for cell in named {
            comparable(table.column(cell.column))?;
            if !distinct.contains(&cell) {
                distinct.push(cell);
            }
        }
        let order = self.order(table, argument("order_by").as_ref())?;
        Ok(Select {
            table: table.id,
            fields: Vec::new(),
            filter: self.rule(table).and(filter),
            order: order_of_distinct(&distinct, order)?,
            distinct,
            limit: Limit {
                client: self.count_bind(argument("limit").as_ref())?,
                rule: None,
            },
            offset: self.count_bind(argument("offset").as_ref())?,
        })
    }

    /// Columns by their names in `T_select_column`.
    pub(super) fn enumerated_columns(
        &self,
        table: &'a Table,
        input: Option<&Input<'a>>,
    ) -> Result<Vec<Cell>, GraphqlError> {
        let Some(input) = input.filter(|input| !input.is_null()) else {
            return Ok(Vec::new());
        };
        let cell = |item: &Input<'a>| {
            let name = self.inputs.enumerated(item)?;
            let (_, cell) = table.readable_column(self.role, name).ok_or_else(|| {
                let problem = format!("expected one of the columns of {:?}", table.name);
                GraphqlError::new(Code::ValidationFailed, problem)
            })?;
            Ok(cell)
        };
        self.inputs.items(input).iter().map(cell).collect()
    }

    /// `true` or `false`, `false` when absent.
    pub(super) fn flag(&self, input: Option<&Input<'a>>) -> Result<bool, GraphqlError> {
        input
            .filter(|input| !input.is_null())
            .map_or(Ok(false), |input| self.inputs.boolean(input))
    }

    /// The argument `path` of a JSON column, as a bind.
    fn json_path(&self, field: &'a DocumentField) -> Result<Option<Bind>, GraphqlError> {
        let Some(path) = self.inputs.argument(field, "path") else {
            return Ok(None);
        };
        if path.is_null() {
            return Ok(None);
        }
        let steps = json_path::steps(self.inputs.text(&path)?)?;
        Ok(Some(Bind {
            source: Source::Literal(Some(array_literal(
                steps.iter().map(|step| Some(step.as_str())),
            ))),
            sql_type: "text[]".to_owned(),
        }))
    }

    pub(super) fn count_bind(
        &self,
        input: Option<&Input<'a>>,
    ) -> Result<Option<Bind>, GraphqlError> {
        input
            .filter(|input| !input.is_null())
            .map(|input| self.inputs.bind(input, "bigint"))
            .transpose()
    }

    fn list(
        &self,
        table: &'a Table,
        field: &'a DocumentField,
        below: &[&'a async_graphql::parser::types::SelectionSet],
    ) -> Result<Select, GraphqlError> {
        let mut select = self.rows(table, field)?;
        select.limit.rule = self.row_limit(table);
        select.fields = self.fields(table, below)?;
        Ok(select)
    }

    pub(super) fn row_limit(&self, table: &Table) -> Option<u32> {
        table.selectable(self.role)?.limit
    }

    pub(super) fn fields(
        &self,
        table: &'a Table,
        below: &[&'a async_graphql::parser::types::SelectionSet],
    ) -> Result<Vec<Field>, GraphqlError> {
        self.fields_of(table, &selected_fields(below, self.fragments))
    }

    pub(super) fn fields_of(
        &self,
        table: &'a Table,
        selected: &[Selected<'a>],
    ) -> Result<Vec<Field>, GraphqlError> {
        if selected.len() > MOST_FIELDS {
            let problem = format!("an object cannot have more than {MOST_FIELDS} fields");
            return Err(GraphqlError::new(Code::LimitExceeded, problem));
        }
        selected
            .iter()
            .map(|selected| {
                Ok(Field {
                    alias: alias(selected.key)?,
                    value: self.field_value(table, selected)?,
                })
            })
            .collect()
    }

    fn field_value(
        &self,
        table: &'a Table,
        selected: &Selected<'a>,
    ) -> Result<FieldValue, GraphqlError> {
        let (field, below) = (selected.field, &selected.below);
        let name = field.name.node.as_str();
        if name == "__typename" {
            return Ok(FieldValue::Typename(table.name.clone()));
        }
        if let Some((column, cell)) = table.readable_column(self.role, name) {
            return Ok(FieldValue::Column {
                cell,
                as_text: self.options.stringify_numbers && column.scalar.is_wide_number(),
                path: self.json_path(field)?,
            });
        }
        let unknown = || {
            GraphqlError::new(
                Code::ValidationFailed,
                format!("field '{name}' not found in type: '{}'", table.name),
            )
        };
        if let Some(relationship) = table.relationships.get(name) {
            let target = self.model.table(relationship.target);
            let mapping = relationship.mapping.clone();
            return if relationship.is_array {
                let rows = Box::new(self.list(target, field, below)?);
                Ok(FieldValue::List(Related { mapping, rows }))
            } else {
                let rows = Box::new(self.select(target, self.rule(target), below)?);
                Ok(FieldValue::Object(Related { mapping, rows }))
            };
        }
        let relationship = name
            .strip_suffix("_aggregate")
            .and_then(|name| table.relationships.get(name))
            .ok_or_else(unknown)?;
        let target = self.model.table(relationship.target);
        Ok(FieldValue::Aggregate(Related {
            mapping: relationship.mapping.clone(),
            rows: Box::new(self.aggregate(target, field, below)?),
        }))
    }
}

/// `distinct on` needs its columns first in the order, and puts them there when there is none.
fn order_of_distinct(distinct: &[Cell], order: Vec<Order>) -> Result<Vec<Order>, GraphqlError> {
    if order.is_empty() {
        let ascending = |cell: &Cell| Order {
            by: OrderBy::Column(cell.clone()),
            direction: Direction::ASCENDING,
        };
        return Ok(distinct.iter().map(ascending).collect());
    }
    let first = || order.iter().take(distinct.len()).map(|order| &order.by);
    let fits = distinct
        .iter()
        .all(|cell| first().any(|by| matches!(by, OrderBy::Column(other) if other == cell)));
    if fits {
        return Ok(order);
    }
    let problem = "\"distinct_on\" columns must match initial \"order_by\" columns";
    Err(GraphqlError::new(Code::ValidationFailed, problem).at("$.args"))
}

/// PostgreSQL cuts names at 63 bytes, and a cut name would be another key.
pub(super) fn alias(key: &str) -> Result<String, GraphqlError> {
    if key.len() > 63 {
        let problem = format!("the name {key:?} is longer than 63 bytes");
        return Err(GraphqlError::new(Code::ValidationFailed, problem));
    }
    Ok(key.to_owned())
}
