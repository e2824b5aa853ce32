//! Updates and deletes: which rows, and what becomes of them.

use std::collections::BTreeSet;

use async_graphql::parser::types::Field as DocumentField;

use super::{Action, Change, Delete, Step, Update, Write, denied, missing_field, unknown_field};
use crate::{
    error::{Code, GraphqlError},
    model::{Bind, Column, ColumnId, Predicate, Table, UpdateAccess, UpdateOperator},
    plan::{Selected, input::Input, planner::Planner},
};

impl<'a> Planner<'a> {
    pub(super) fn update(
        &self,
        table: &'a Table,
        field: &'a DocumentField,
        arguments: &str,
    ) -> Result<Step, GraphqlError> {
        let access = table.updatable(self.caller()).ok_or_else(denied)?;
        let argument = |name: &str| self.inputs.argument(field, name);
        let changes = self.changes(table, access, argument, arguments)?;
        let chosen = self.chosen(table, field, arguments)?;
        Ok(step(
            table,
            Action::Update(Update {
                changes,
                filter: access.filter.clone().and(chosen),
                check: access.check.clone(),
                at_most: self.at_most(field)?,
            }),
        ))
    }

    pub(super) fn update_by_key(
        &self,
        table: &'a Table,
        field: &'a DocumentField,
        arguments: &str,
    ) -> Result<Step, GraphqlError> {
        let access = table.updatable(self.caller()).ok_or_else(denied)?;
        let argument = |name: &str| self.inputs.argument(field, name);
        let changes = self.changes(table, access, argument, arguments)?;
        let members = self
            .inputs
            .members(&argument("pk_columns").ok_or_else(denied)?)?;
        let key = self.key(table, |name| member(&members, name))?;
        Ok(step(
            table,
            Action::Update(Update {
                changes,
                filter: access.filter.clone().and(key),
                check: access.check.clone(),
                at_most: None,
            }),
        ))
    }

    /// The plans of `update_T_many`, one for each member of `updates`.
    pub(super) fn updates(
        &self,
        table: &'a Table,
        selected: &Selected<'a>,
    ) -> Result<Vec<Write>, GraphqlError> {
        let access = table.updatable(self.caller()).ok_or_else(denied)?;
        let updates = self.inputs.argument(selected.field, "updates");
        let updates = updates.ok_or_else(denied)?;
        let mut all = Vec::new();
        for (position, update) in self.inputs.items(&updates).iter().enumerate() {
            let members = self.inputs.members(update)?;
            let argument = |name: &str| member(&members, name);
            let name = &selected.field.name.node;
            let place = format!("$.selectionSet.{name}.args.updates[{position}]");
            let known = |name: &str| {
                let mut operators = UpdateOperator::ALL.iter();
                name == "where" || operators.any(|operator| operator.graphql() == name)
            };
            if let Some((name, _)) = members.iter().find(|(name, _)| !known(name)) {
                return Err(unknown_field(
                    name,
                    &format!("{}_updates", table.name),
                    &place,
                ));
            }
            let changes = self.changes(table, access, argument, &place)?;
            let chosen = argument("where").filter(|chosen| !chosen.is_null());
            let chosen = chosen.ok_or_else(|| missing_field("where", &place))?;
            let chosen = self.filter(table, Some(&chosen))?;
            let action = Action::Update(Update {
                changes,
                filter: access.filter.clone().and(chosen),
                check: access.check.clone(),
                at_most: None,
            });
            all.push(Write {
                table: table.id,
                steps: vec![step(table, action)],
                answer: self.response(table, &selected.below)?,
            });
        }
        Ok(all)
    }

    pub(super) fn delete(
        &self,
        table: &'a Table,
        field: &'a DocumentField,
        arguments: &str,
    ) -> Result<Step, GraphqlError> {
        let access = table.deletable(self.caller()).ok_or_else(denied)?;
        let chosen = self.chosen(table, field, arguments)?;
        Ok(step(
            table,
            Action::Delete(Delete {
                filter: access.filter.clone().and(chosen),
                at_most: self.at_most(field)?,
            }),
        ))
    }

    pub(super) fn delete_by_key(
        &self,
        table: &'a Table,
        field: &'a DocumentField,
    ) -> Result<Step, GraphqlError> {
        let access = table.deletable(self.caller()).ok_or_else(denied)?;
        let key = self.key(table, |name| self.inputs.argument(field, name))?;
        Ok(step(
            table,
            Action::Delete(Delete {
                filter: access.filter.clone().and(key),
                at_most: None,
            }),
        ))
    }

    /// The rows that `where` chooses; it must be there, and null chooses nothing.
    fn chosen(
        &self,
        table: &'a Table,
        field: &'a DocumentField,
        arguments: &str,
    ) -> Result<Predicate, GraphqlError> {
        let chosen = self.inputs.argument(field, "where");
        let chosen = chosen.filter(|chosen| !chosen.is_null());
        let chosen = chosen.ok_or_else(|| missing_field("where", arguments))?;
        self.filter(table, Some(&chosen))
    }

    /// The guard against writing more rows than meant.
    fn at_most(&self, field: &'a DocumentField) -> Result<Option<Bind>, GraphqlError> {
        self.inputs
            .argument(field, "at_most")
            .filter(|input| !input.is_null())
            .map(|input| self.inputs.bind(&input, "bigint"))
            .transpose()
    }

    /// What the operators change, and what the server fills in. An omitted column is absent, never null.
    fn changes(
        &self,
        table: &'a Table,
        access: &UpdateAccess,
        argument: impl Fn(&str) -> Option<Input<'a>>,
        place: &str,
    ) -> Result<Vec<Change>, GraphqlError> {
        let mut changes: Vec<Change> = Vec::new();
        let mut twice: Vec<String> = Vec::new();
        for operator in UpdateOperator::ALL {
            let operands = argument(operator.graphql()).filter(|operand| !operand.is_null());
            for (name, value) in self.members_of(operands.as_ref())? {
                let place = format!("{place}.{}", operator.graphql());
                let column = writable(table, &access.columns, name)
                    .filter(|column| operator.applies_to(&column.scalar))
                    .ok_or_else(|| {
                        let ty = format!("{}{}_input", table.name, operator.graphql());
                        unknown_field(name, &ty, &place)
                    })?;
                if changes.iter().any(|change| change.column == column.id) {
                    twice.push(format!("'{name}'"));
                }
                let place = format!("{place}.{name}");
                changes.push(Change {
                    column: column.id,
                    operator,
                    value: self.operand(column, operator, &value, &place)?,
                });
            }
        }
        if !twice.is_empty() {
            let twice = twice.join(", ");
            let problem = format!("Column found in multiple operators: [{twice}].");
            return Err(GraphqlError::new(Code::ValidationFailed, problem).at(place));
        }
        changes.extend(access.presets.iter().map(|(column, value)| Change {
            column: *column,
            operator: UpdateOperator::Set,
            value: value.clone(),
        }));
        if changes.is_empty() {
            let problem = "At least any one of _set, _inc, _append, _prepend, _delete_key, _delete_elem and \
                           _delete_at_path operator is expected";
            return Err(GraphqlError::new(Code::ValidationFailed, problem).at(place));
        }
        Ok(changes)
    }
}

/// A member of an input object.
fn member<'a>(members: &[(&str, Input<'a>)], name: &str) -> Option<Input<'a>> {
    members
        .iter()
        .find(|(member, _)| *member == name)
        .map(|(_, value)| value.clone())
}

/// A column that the caller may give a value.
pub(super) fn writable<'a>(
    table: &'a Table,
    columns: &BTreeSet<ColumnId>,
    name: &str,
) -> Option<&'a Column> {
    table
        .column_named(name)
        .filter(|column| columns.contains(&column.id))
}

fn step(table: &Table, action: Action) -> Step {
    Step {
        table: table.id,
        action,
        path: "$".to_owned(),
        keys: Vec::new(),
        is_shown: true,
        shortage: None,
    }
}
