//! Turns a root field into a plan, under the rules of a role.

use std::{cell::RefCell, collections::BTreeSet};

use async_graphql::{Variables, parser::types::Field as DocumentField};

use super::{
    Aggregate, AggregateField, Count, Field, FieldValue, Limit, Related, Root, Select,
    input::{Input, Inputs},
    selection::{Fragments, Selected, selected_fields},
    template::Places,
};
use crate::{
    error::{Code, GraphqlError},
    model::{Bind, ColumnId, Model, Options, Predicate, Table},
    schema::{RootField, RootKind},
};

/// Plans the root fields of one request.
pub struct Planner<'a> {
    pub(super) model: &'a Model,
    pub(super) role: &'a str,
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
            options,
            fragments,
            inputs,
        }
    }

    /// The places in variables that became binds, and those that shaped the plan instead.
    pub fn into_places(self) -> Places {
        Places {
            holes: self.inputs.holes.into_inner(),
            pins: self.inputs.pins.into_inner(),
        }
    }

    /// The plan of a root field.
    pub fn root(&self, request: &RootRequest<'a>) -> Result<Root, GraphqlError> {
        let table = self.model.table(request.root.table);
        let (field, below) = (request.selected.field, &request.selected.below);
        match request.root.kind {
            RootKind::List => Ok(Root::List(self.list(table, field, below)?)),
            RootKind::Aggregate => Ok(Root::Aggregate(self.aggregate(table, field, below)?)),
            RootKind::ByKey => {
                let key = self.key(table, |name| self.inputs.argument(field, name))?;
                Ok(Root::One(self.select(
                    table,
                    self.rule(table).and(key),
                    below,
                )?))
            }
            RootKind::InsertOne | RootKind::UpdateByKey | RootKind::DeleteByKey => Ok(Root::Write(
                self.write(table, request.root.kind, field, below)?,
            )),
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
            .map_or(Predicate::Or(Vec::new()), |access| access.filter.clone())
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
            all.push(Predicate::Compare {
                column: *id,
                operator: crate::model::Operator::Eq,
                value: self.inputs.bind(&value, &column.sql_type)?,
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
            order: Vec::new(),
            limit: Limit::default(),
            offset: None,
        })
    }

    /// Rows with the arguments of every list.
    fn rows(&self, table: &'a Table, field: &'a DocumentField) -> Result<Select, GraphqlError> {
        let argument = |name| self.inputs.argument(field, name);
        let filter = self.filter(table, argument("where").as_ref())?;
        Ok(Select {
            table: table.id,
            fields: Vec::new(),
            filter: self.rule(table).and(filter),
            order: self.order(table, argument("order_by").as_ref())?,
            limit: Limit {
                client: self.count_bind(argument("limit").as_ref())?,
                rule: None,
            },
            offset: self.count_bind(argument("offset").as_ref())?,
        })
    }

    fn count_bind(&self, input: Option<&Input<'a>>) -> Result<Option<Bind>, GraphqlError> {
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

    fn row_limit(&self, table: &Table) -> Option<u32> {
        table.selectable(self.role)?.limit
    }

    fn fields(
        &self,
        table: &'a Table,
        below: &[&'a async_graphql::parser::types::SelectionSet],
    ) -> Result<Vec<Field>, GraphqlError> {
        selected_fields(below, self.fragments)
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
        if let Some(column) = table.readable_column(self.role, name) {
            let as_text = self.options.stringify_numbers && column.scalar.is_wide_number();
            return Ok(FieldValue::Column {
                column: column.id,
                as_text,
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

    fn aggregate(
        &self,
        table: &'a Table,
        field: &'a DocumentField,
        below: &[&'a async_graphql::parser::types::SelectionSet],
    ) -> Result<Aggregate, GraphqlError> {
        let mut fields = Vec::new();
        for selected in selected_fields(below, self.fragments) {
            let value = match selected.field.name.node.as_str() {
                "aggregate" => AggregateField::Counts(self.counts(table, &selected.below)?),
                "nodes" => AggregateField::Nodes(self.fields(table, &selected.below)?),
                _ => AggregateField::Typename(format!("{}_aggregate", table.name)),
            };
            fields.push((alias(selected.key)?, value));
        }
        Ok(Aggregate {
            rows: self.rows(table, field)?,
            node_limit: self.row_limit(table),
            fields,
        })
    }

    fn counts(
        &self,
        table: &'a Table,
        below: &[&'a async_graphql::parser::types::SelectionSet],
    ) -> Result<Vec<(String, Count)>, GraphqlError> {
        let mut counts = Vec::new();
        for selected in selected_fields(below, self.fragments) {
            let count = match selected.field.name.node.as_str() {
                "count" => self.count(table, selected.field)?,
                _ => Count::Typename(format!("{}_aggregate_fields", table.name)),
            };
            counts.push((alias(selected.key)?, count));
        }
        Ok(counts)
    }

    fn count(&self, table: &'a Table, field: &'a DocumentField) -> Result<Count, GraphqlError> {
        let argument = |name| {
            self.inputs
                .argument(field, name)
                .filter(|input| !input.is_null())
        };
        let mut columns: Vec<ColumnId> = Vec::new();
        if let Some(input) = argument("columns") {
            for item in self.inputs.items(&input) {
                columns.extend(
                    table
                        .readable_column(self.role, self.inputs.enumerated(&item)?)
                        .map(|column| column.id),
                );
            }
        }
        let is_distinct = argument("distinct")
            .map(|input| self.inputs.boolean(&input))
            .transpose()?
            .unwrap_or(false);
        Ok(Count::Rows {
            columns,
            is_distinct,
        })
    }
}

/// PostgreSQL cuts names at 63 bytes, and a cut name would be another key.
pub(super) fn alias(key: &str) -> Result<String, GraphqlError> {
    if key.len() > 63 {
        let problem = format!("the name {key:?} is longer than 63 bytes");
        return Err(GraphqlError::new(Code::ValidationFailed, problem));
    }
    Ok(key.to_owned())
}
