//! A client's `order_by`.

use super::{Direction, Order, OrderBy, input::Input, planner::Planner};
use crate::{
    error::{Code, GraphqlError},
    model::{Column, ColumnFunction, Function, RelatedValue, Relationship, Table},
};

impl<'a> Planner<'a> {
    /// Reads an order of rows of `table`. Within one object the order of the document holds.
    pub(super) fn order(
        &self,
        table: &'a Table,
        input: Option<&Input<'a>>,
    ) -> Result<Vec<Order>, GraphqlError> {
        let Some(input) = input.filter(|input| !input.is_null()) else {
            return Ok(Vec::new());
        };
        let mut order = Vec::new();
        for item in self.inputs.items(input) {
            order.extend(self.order_members(table, &item)?);
        }
        Ok(order)
    }

    fn order_members(
        &self,
        table: &'a Table,
        input: &Input<'a>,
    ) -> Result<Vec<Order>, GraphqlError> {
        let mut order = Vec::new();
        for (name, value) in self.inputs.members(input)? {
            if value.is_null() {
                continue;
            }
            if let Some((column, cell)) = table.readable_column(self.role, name) {
                comparable(column)?;
                order.push(Order {
                    by: OrderBy::Column(cell),
                    direction: self.direction(&value)?,
                });
                continue;
            }
            if let Some(relationship) = object(table, name) {
                let target = self.model.table(relationship.target);
                for inner in self.order_members(target, &value)? {
                    let by = OrderBy::Object {
                        table: target.id,
                        mapping: relationship.mapping.clone(),
                        rule: self.rule(target),
                        by: Box::new(inner.by),
                    };
                    order.push(Order {
                        by,
                        direction: inner.direction,
                    });
                }
                continue;
            }
            let relationship = name
                .strip_suffix("_aggregate")
                .and_then(|name| table.relationships.get(name))
                .ok_or_else(|| unknown(name, table))?;
            order.extend(self.aggregate_order(relationship, &value)?);
        }
        Ok(order)
    }

    /// `{count: desc}` or `{max: {col: asc}}` over the rows of an array relationship.
    fn aggregate_order(
        &self,
        relationship: &Relationship,
        input: &Input<'a>,
    ) -> Result<Vec<Order>, GraphqlError> {
        let table = self.model.table(relationship.target);
        if !table
            .selectable(self.role)
            .is_some_and(|access| access.can_aggregate)
        {
            return Err(unknown(&relationship.name, table));
        }
        let over = |function, direction| Order {
            by: OrderBy::Related(RelatedValue {
                table: table.id,
                mapping: relationship.mapping.clone(),
                rows: self.rule(table),
                function,
            }),
            direction,
        };
        let mut order = Vec::new();
        for (name, value) in self.inputs.members(input)? {
            if value.is_null() {
                continue;
            }
            if name == "count" {
                let count = Function::Count {
                    columns: Vec::new(),
                    is_distinct: false,
                };
                order.push(over(count, self.direction(&value)?));
                continue;
            }
            let function = ColumnFunction::named(name).ok_or_else(|| unknown(name, table))?;
            for (name, value) in self.inputs.members(&value)? {
                let (_, column) = table
                    .readable_column(self.role, name)
                    .filter(|(column, _)| function.takes(&column.scalar))
                    .ok_or_else(|| unknown(name, table))?;
                if value.is_null() {
                    continue;
                }
                let of_column = Function::Column {
                    function,
                    column,
                    is_distinct: false,
                };
                order.push(over(of_column, self.direction(&value)?));
            }
        }
        Ok(order)
    }

    fn direction(&self, input: &Input<'a>) -> Result<Direction, GraphqlError> {
        direction(self.inputs.enumerated(input)?)
    }
}

/// Refuses a column whose type has no order, which PostgreSQL would refuse later.
pub(super) fn comparable(column: &Column) -> Result<(), GraphqlError> {
    if column.scalar.is_comparable() {
        return Ok(());
    }
    let problem = format!(
        "values of type {:?} can be neither ordered nor told apart: column {:?}",
        column.scalar.type_name(),
        column.name
    );
    Err(GraphqlError::new(Code::ValidationFailed, problem))
}

fn object<'t>(table: &'t Table, name: &str) -> Option<&'t Relationship> {
    table
        .relationships
        .get(name)
        .filter(|relationship| !relationship.is_array)
}

fn unknown(name: &str, table: &Table) -> GraphqlError {
    GraphqlError::new(
        Code::ValidationFailed,
        format!(
            "field '{name}' not found in type: '{}_order_by'",
            table.name
        ),
    )
}

fn direction(name: &str) -> Result<Direction, GraphqlError> {
    let (is_descending, is_nulls_first) = match name {
        "asc" | "asc_nulls_last" => (false, false),
        "asc_nulls_first" => (false, true),
        "desc" | "desc_nulls_first" => (true, true),
        "desc_nulls_last" => (true, false),
        other => {
            return Err(GraphqlError::new(
                Code::ValidationFailed,
                format!("no direction {other:?}"),
            ));
        }
    };
    Ok(Direction {
        is_descending,
        is_nulls_first,
    })
}
