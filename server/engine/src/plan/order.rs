//! A client's `order_by`.

use super::{Direction, Order, OrderBy, input::Input, planner::Planner};
use crate::{
    error::{Code, GraphqlError},
    model::Table,
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
            if let Some(column) = table.readable_column(self.role, name) {
                let direction = direction(self.inputs.enumerated(&value)?)?;
                order.push(Order {
                    by: OrderBy::Column(column.id),
                    direction,
                });
                continue;
            }
            let relationship = table.relationships.get(name).ok_or_else(|| {
                GraphqlError::new(
                    Code::ValidationFailed,
                    format!("no field {name:?} on {:?}", table.name),
                )
            })?;
            let target = self.model.table(relationship.target);
            for inner in self.order_members(target, &value)? {
                let by = OrderBy::Related {
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
        }
        Ok(order)
    }
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
