//! `T_stream`: batches of rows after a cursor.

use async_graphql::parser::types::{Field as DocumentField, SelectionSet};

use super::{Direction, Limit, Order, OrderBy, Select, Stream, input::Input, planner::Planner};
use crate::{
    error::{Code, GraphqlError},
    model::{Bind, Operand, Operator, Predicate, Source, Table},
};

impl<'a> Planner<'a> {
    pub(super) fn stream(
        &self,
        table: &'a Table,
        field: &'a DocumentField,
        below: &[&'a SelectionSet],
    ) -> Result<Stream, GraphqlError> {
        let argument = |name| self.inputs.argument(field, name);
        let (column, begin, direction) = self.cursor(table, argument("cursor").as_ref())?;
        let cell = table
            .selectable(self.role)
            .and_then(|access| access.cell(column.id))
            .ok_or_else(|| unfit("the cursor needs a column that the role may read"))?;
        let after = Predicate::Compare {
            left: Operand::Column(cell.clone()),
            operator: if direction.is_descending {
                Operator::Lt
            } else {
                Operator::Gt
            },
            right: Operand::Bind(Bind {
                source: Source::Found,
                sql_type: column.sql_type.clone(),
            }),
        };
        let filter = self.filter(table, argument("where").as_ref())?;
        let batch = argument("batch_size").ok_or_else(|| unfit("missing \"batch_size\""))?;
        let rows = Select {
            table: table.id,
            fields: self.fields(table, below)?,
            filter: self.rule(table).and(filter).and(after),
            distinct: Vec::new(),
            order: vec![Order {
                by: OrderBy::Column(cell.clone()),
                direction,
            }],
            limit: Limit {
                client: Some(self.inputs.bind(&batch, "bigint")?),
                rule: self.row_limit(table),
            },
            offset: None,
        };
        Ok(Stream {
            rows,
            cursor: cell,
            begin,
        })
    }

    /// The column of the cursor, where it begins, and its direction.
    fn cursor(
        &self,
        table: &'a Table,
        input: Option<&Input<'a>>,
    ) -> Result<(&'a crate::model::Column, Bind, Direction), GraphqlError> {
        let one = || unfit("one cursor with one column is expected");
        let items = input
            .map(|input| self.inputs.items(input))
            .unwrap_or_default();
        let [item] = items.as_slice() else {
            return Err(one());
        };
        let members = self.inputs.members(item)?;
        let member = |wanted: &str| {
            members
                .iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| value)
        };
        let values = self
            .inputs
            .members(member("initial_value").ok_or_else(one)?)?;
        let [(name, value)] = values.as_slice() else {
            return Err(one());
        };
        let (column, _) = table.readable_column(self.role, name).ok_or_else(one)?;
        let begin = self.inputs.bind(value, &column.sql_type)?;
        let ordering = member("ordering").filter(|value| !value.is_null());
        let is_descending = match ordering {
            Some(value) => self.inputs.enumerated(value)? == "DESC",
            None => false,
        };
        let direction = Direction {
            is_descending,
            is_nulls_first: false,
        };
        Ok((column, begin, direction))
    }
}

fn unfit(problem: &str) -> GraphqlError {
    GraphqlError::new(Code::ValidationFailed, problem)
}
