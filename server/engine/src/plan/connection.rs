//! `T_connection`: a page of rows before or after a cursor.
//!
//! A cursor holds the values that a row is ordered by. The primary key ends every order, so that no two rows are equal.

use async_graphql::parser::types::{Field as DocumentField, SelectionSet};

use super::{
    Connection, ConnectionField, Direction, EdgeField, Limit, Order, OrderBy, PageField, Select,
    planner::{Planner, alias},
    selection::selected_fields,
};
use crate::{
    error::{Code, GraphqlError},
    model::{Cell, Table},
};

impl<'a> Planner<'a> {
    pub(super) fn connection(
        &self,
        table: &'a Table,
        field: &'a DocumentField,
        below: &[&'a SelectionSet],
    ) -> Result<Connection, GraphqlError> {
        let argument = |name| {
            self.inputs
                .argument(field, name)
                .filter(|input| !input.is_null())
        };
        let text = |name| {
            argument(name)
                .map(|input| self.inputs.bind(&input, "text"))
                .transpose()
        };
        let (first, last) = (argument("first"), argument("last"));
        if first.is_some() && last.is_some() {
            return Err(unfit("\"first\" and \"last\" are not allowed at once"));
        }
        let is_backward = last.is_some();
        let filter = self.filter(table, argument("where").as_ref())?;
        let order = self.order(table, argument("order_by").as_ref())?;
        Ok(Connection {
            rows: Select {
                table: table.id,
                fields: Vec::new(),
                filter: self.rule(table).and(filter),
                distinct: Vec::new(),
                order: total_order(table, order)?,
                limit: Limit {
                    client: self.count_bind(first.or(last).as_ref())?,
                    rule: self.row_limit(table),
                },
                offset: None,
            },
            after: text("after")?,
            before: text("before")?,
            is_backward,
            fields: self.connection_fields(table, below)?,
        })
    }

    fn connection_fields(
        &self,
        table: &'a Table,
        below: &[&'a SelectionSet],
    ) -> Result<Vec<(String, ConnectionField)>, GraphqlError> {
        let mut fields = Vec::new();
        for selected in selected_fields(below, self.fragments) {
            let value = match selected.field.name.node.as_str() {
                "edges" => ConnectionField::Edges(self.edge_fields(table, &selected.below)?),
                "pageInfo" => ConnectionField::Page(self.page_fields(&selected.below)?),
                _ => ConnectionField::Typename(format!("{}_connection", table.name)),
            };
            fields.push((alias(selected.key)?, value));
        }
        Ok(fields)
    }

    fn edge_fields(
        &self,
        table: &'a Table,
        below: &[&'a SelectionSet],
    ) -> Result<Vec<(String, EdgeField)>, GraphqlError> {
        let mut fields = Vec::new();
        for selected in selected_fields(below, self.fragments) {
            let value = match selected.field.name.node.as_str() {
                "cursor" => EdgeField::Cursor,
                "node" => EdgeField::Node(self.fields(table, &selected.below)?),
                _ => EdgeField::Typename(format!("{}_edge", table.name)),
            };
            fields.push((alias(selected.key)?, value));
        }
        Ok(fields)
    }

    fn page_fields(
        &self,
        below: &[&'a SelectionSet],
    ) -> Result<Vec<(String, PageField)>, GraphqlError> {
        let mut fields = Vec::new();
        for selected in selected_fields(below, self.fragments) {
            let value = match selected.field.name.node.as_str() {
                "startCursor" => PageField::StartCursor,
                "endCursor" => PageField::EndCursor,
                "hasNextPage" => PageField::HasNext,
                "hasPreviousPage" => PageField::HasPrevious,
                _ => PageField::Typename,
            };
            fields.push((alias(selected.key)?, value));
        }
        Ok(fields)
    }
}

/// The order, and the primary key where it does not decide alone.
fn total_order(table: &Table, mut order: Vec<Order>) -> Result<Vec<Order>, GraphqlError> {
    if order.iter().any(|order| has_aggregate(&order.by)) {
        return Err(unfit("a connection cannot be ordered by an aggregate"));
    }
    for column in &table.primary_key {
        let by = OrderBy::Column(Cell::plain(*column));
        if !order.iter().any(|order| order.by == by) {
            order.push(Order {
                by,
                direction: Direction::ASCENDING,
            });
        }
    }
    Ok(order)
}

fn has_aggregate(by: &OrderBy) -> bool {
    match by {
        OrderBy::Column(_) => false,
        OrderBy::Object { by, .. } => has_aggregate(by),
        OrderBy::Related(_) => true,
    }
}

fn unfit(problem: &str) -> GraphqlError {
    GraphqlError::new(Code::ValidationFailed, problem)
}
