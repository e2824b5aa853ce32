//! A client's `where` as a [`Predicate`], narrowed by the rules of every table it passes through.

use super::{input::Input, planner::Planner};
use crate::{
    error::{Code, GraphqlError},
    model::{Column, Operator, Predicate, Table},
};

impl<'a> Planner<'a> {
    /// Reads a filter on rows of `table`; `None` is no filter.
    pub(super) fn filter(
        &self,
        table: &'a Table,
        input: Option<&Input<'a>>,
    ) -> Result<Predicate, GraphqlError> {
        let Some(input) = input.filter(|input| !input.is_null()) else {
            return Ok(Predicate::TRUE);
        };
        let mut all = Vec::new();
        for (name, value) in self.inputs.members(input)? {
            all.push(self.filter_member(table, name, &value)?);
        }
        Ok(match <[Predicate; 1]>::try_from(all) {
            Ok([one]) => one,
            Err(all) => Predicate::And(all),
        })
    }

    fn filter_member(
        &self,
        table: &'a Table,
        name: &str,
        value: &Input<'a>,
    ) -> Result<Predicate, GraphqlError> {
        let list = || {
            self.inputs
                .items(value)
                .iter()
                .filter(|item| !item.is_null())
                .map(|item| self.filter(table, Some(item)))
                .collect::<Result<Vec<_>, _>>()
        };
        match name {
            "_and" => return Ok(Predicate::And(list()?)),
            "_or" | "_not" if value.is_null() => return Ok(Predicate::TRUE),
            "_or" => return Ok(Predicate::Or(list()?)),
            "_not" => return Ok(Predicate::Not(Box::new(self.filter(table, Some(value))?))),
            _ => {}
        }
        if let Some(column) = table.readable_column(self.role, name) {
            return self.comparisons(column, value);
        }
        let relationship = table.relationships.get(name).ok_or_else(|| {
            GraphqlError::new(
                Code::ValidationFailed,
                format!("no field {name:?} on {:?}", table.name),
            )
        })?;
        if value.is_null() {
            return Ok(Predicate::TRUE);
        }
        let target = self.model.table(relationship.target);
        Ok(Predicate::Exists {
            table: target.id,
            mapping: relationship.mapping.clone(),
            rows: Box::new(self.rule(target).and(self.filter(target, Some(value))?)),
        })
    }

    fn comparisons(&self, column: &Column, value: &Input<'a>) -> Result<Predicate, GraphqlError> {
        if value.is_null() {
            return Ok(Predicate::TRUE);
        }
        let mut all = Vec::new();
        for (name, value) in self.inputs.members(value)? {
            all.push(self.comparison(column, name, &value)?);
        }
        Ok(match <[Predicate; 1]>::try_from(all) {
            Ok([one]) => one,
            Err(all) => Predicate::And(all),
        })
    }

    fn comparison(
        &self,
        column: &Column,
        name: &str,
        value: &Input<'a>,
    ) -> Result<Predicate, GraphqlError> {
        if name == "_is_null" {
            return Ok(Predicate::IsNull {
                column: column.id,
                is_null: self.inputs.boolean(value)?,
            });
        }
        let operator = Operator::named(name).ok_or_else(|| {
            GraphqlError::new(
                Code::ValidationFailed,
                format!("no operator {name:?} on {:?}", column.name),
            )
        })?;
        let list_type = format!("{}[]", column.sql_type);
        let sql_type = if operator.takes_list() {
            &list_type
        } else {
            &column.sql_type
        };
        Ok(Predicate::Compare {
            column: column.id,
            operator,
            value: self.inputs.bind(value, sql_type)?,
        })
    }
}
