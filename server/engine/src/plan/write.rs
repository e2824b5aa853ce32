//! Mutation fields: which row, which values, what must hold afterwards.

use std::collections::BTreeSet;

use async_graphql::parser::types::{Field as DocumentField, SelectionSet};

use super::{Action, Write, input::Input, planner::Planner};
use crate::{
    error::{Code, GraphqlError},
    model::{Bind, ColumnId, Predicate, Table},
    schema::RootKind,
};

impl<'a> Planner<'a> {
    pub(super) fn write(
        &self,
        table: &'a Table,
        kind: RootKind,
        field: &'a DocumentField,
        below: &[&'a SelectionSet],
    ) -> Result<Write, GraphqlError> {
        let access = table.access(self.role);
        let denied = || GraphqlError::new(Code::ValidationFailed, "not allowed for this role");
        let (action, check) = match kind {
            RootKind::InsertOne => {
                let access = access
                    .and_then(|access| access.insert.as_ref())
                    .ok_or_else(denied)?;
                let object = self.inputs.argument(field, "object");
                let values =
                    self.values(table, object.as_ref(), &access.columns, &access.presets)?;
                (Action::Insert { values }, access.check.clone())
            }
            RootKind::UpdateByKey => {
                let access = access
                    .and_then(|access| access.update.as_ref())
                    .ok_or_else(denied)?;
                let set = self.inputs.argument(field, "_set");
                let values = self.values(table, set.as_ref(), &access.columns, &access.presets)?;
                if values.is_empty() {
                    let problem = "at least one column must be set";
                    return Err(GraphqlError::new(Code::ValidationFailed, problem));
                }
                let key = self
                    .inputs
                    .argument(field, "pk_columns")
                    .ok_or_else(denied)?;
                let members = self.inputs.members(&key)?;
                let key = self.key(table, |name| {
                    members
                        .iter()
                        .find(|(member, _)| *member == name)
                        .map(|(_, value)| value.clone())
                })?;
                let filter = access.filter.clone().and(key);
                (Action::Update { values, filter }, access.check.clone())
            }
            _ => {
                let access = access
                    .and_then(|access| access.delete.as_ref())
                    .ok_or_else(denied)?;
                let key = self.key(table, |name| self.inputs.argument(field, name))?;
                (
                    Action::Delete {
                        filter: access.filter.clone().and(key),
                    },
                    Predicate::TRUE,
                )
            }
        };
        let returning = self.select(table, self.rule(table), below)?;
        Ok(Write {
            table: table.id,
            action,
            check,
            returning,
        })
    }

    /// The columns that are given, then those that the server fills in. An omitted column is absent, never null.
    fn values(
        &self,
        table: &'a Table,
        object: Option<&Input<'a>>,
        columns: &BTreeSet<ColumnId>,
        presets: &[(ColumnId, Bind)],
    ) -> Result<Vec<(ColumnId, Bind)>, GraphqlError> {
        let mut values = Vec::new();
        if let Some(object) = object.filter(|object| !object.is_null()) {
            for (name, value) in self.inputs.members(object)? {
                let column = table.column_named(name);
                let column = column.filter(|column| columns.contains(&column.id));
                let column = column.ok_or_else(|| {
                    GraphqlError::new(Code::ValidationFailed, format!("no column {name:?}"))
                })?;
                values.push((
                    column.id,
                    self.inputs.bind_nullable(&value, &column.sql_type)?,
                ));
            }
        }
        values.extend(presets.iter().cloned());
        Ok(values)
    }
}
