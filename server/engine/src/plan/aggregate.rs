//! `T_aggregate`: what is computed over rows, and the rows.

use async_graphql::parser::types::{Field as DocumentField, SelectionSet};

use super::{
    Aggregate, AggregateField, AggregateValue,
    input::Input,
    order::comparable,
    planner::{Planner, alias},
    selection::{Selected, selected_fields},
};
use crate::{
    error::{Code, GraphqlError},
    model::{ColumnFunction, Function, Table},
};

impl<'a> Planner<'a> {
    pub(super) fn aggregate(
        &self,
        table: &'a Table,
        field: &'a DocumentField,
        below: &[&'a SelectionSet],
    ) -> Result<Aggregate, GraphqlError> {
        if !table
            .selectable(self.role)
            .is_some_and(|access| access.can_aggregate)
        {
            return Err(unknown(field.name.node.as_str(), "query_root"));
        }
        let mut fields = Vec::new();
        for selected in selected_fields(below, self.fragments) {
            let value = match selected.field.name.node.as_str() {
                "aggregate" => {
                    AggregateField::Values(self.aggregate_values(table, &selected.below)?)
                }
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

    fn aggregate_values(
        &self,
        table: &'a Table,
        below: &[&'a SelectionSet],
    ) -> Result<Vec<(String, AggregateValue)>, GraphqlError> {
        selected_fields(below, self.fragments)
            .iter()
            .map(|selected| Ok((alias(selected.key)?, self.aggregate_value(table, selected)?)))
            .collect()
    }

    fn aggregate_value(
        &self,
        table: &'a Table,
        selected: &Selected<'a>,
    ) -> Result<AggregateValue, GraphqlError> {
        let type_name = format!("{}_aggregate_fields", table.name);
        match selected.field.name.node.as_str() {
            "__typename" => Ok(AggregateValue::Typename(type_name)),
            "count" => {
                let argument = |name| self.inputs.argument(selected.field, name);
                let function = self.count(
                    table,
                    argument("columns").as_ref(),
                    argument("distinct").as_ref(),
                )?;
                Ok(AggregateValue::Function {
                    function,
                    as_text: false,
                })
            }
            name => {
                let function =
                    ColumnFunction::named(name).ok_or_else(|| unknown(name, &type_name))?;
                self.aggregate_columns(table, function, selected)
            }
        }
    }

    /// How many rows have a value in these columns, or how many different values.
    fn count(
        &self,
        table: &'a Table,
        columns: Option<&Input<'a>>,
        is_distinct: Option<&Input<'a>>,
    ) -> Result<Function, GraphqlError> {
        let columns = self.enumerated_columns(table, columns)?;
        let is_distinct = self.flag(is_distinct)?;
        for cell in columns.iter().filter(|_| is_distinct) {
            comparable(table.column(cell.column))?;
        }
        Ok(Function::Count {
            columns,
            is_distinct,
        })
    }

    fn aggregate_columns(
        &self,
        table: &'a Table,
        function: ColumnFunction,
        selected: &Selected<'a>,
    ) -> Result<AggregateValue, GraphqlError> {
        let type_name = format!("{}_{}_fields", table.name, function.name());
        let mut values = Vec::new();
        for selected in selected_fields(&selected.below, self.fragments) {
            let name = selected.field.name.node.as_str();
            if name == "__typename" {
                let typename = AggregateValue::Typename(type_name.clone());
                values.push((alias(selected.key)?, typename));
                continue;
            }
            let (column, cell) = table
                .readable_column(self.role, name)
                .filter(|(column, _)| function.takes(&column.scalar))
                .ok_or_else(|| unknown(name, &type_name))?;
            let is_wide = column.scalar.is_wide_number() && function.keeps_type();
            let value = AggregateValue::Function {
                function: Function::Column {
                    function,
                    column: cell,
                    is_distinct: false,
                },
                as_text: self.options.stringify_numbers && is_wide,
            };
            values.push((alias(selected.key)?, value));
        }
        Ok(AggregateValue::Columns(values))
    }
}

fn unknown(name: &str, type_name: &str) -> GraphqlError {
    GraphqlError::new(
        Code::ValidationFailed,
        format!("field '{name}' not found in type: '{type_name}'"),
    )
}
