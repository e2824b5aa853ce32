//! What is shown of a mutation that writes any number of rows.

use async_graphql::parser::types::SelectionSet;

use super::{Answer, ResponseField};
use crate::{
    error::GraphqlError,
    model::Table,
    plan::{
        planner::{Planner, alias},
        selected_fields,
    },
};

impl<'a> Planner<'a> {
    pub(super) fn response(
        &self,
        table: &'a Table,
        below: &[&'a SelectionSet],
    ) -> Result<Answer, GraphqlError> {
        let mut fields = Vec::new();
        for selected in selected_fields(below, self.fragments) {
            let field = match selected.field.name.node.as_str() {
                "affected_rows" => ResponseField::AffectedRows,
                "returning" => {
                    let rows = self.select(table, self.rule(table), &selected.below)?;
                    ResponseField::Returning(Box::new(rows))
                }
                _ => ResponseField::Typename(format!("{}_mutation_response", table.name)),
            };
            fields.push((alias(selected.key)?, field));
        }
        Ok(Answer::Response { fields })
    }
}
