//! `on_conflict`: which constraint, and how the row that is there changes.

use super::{Conflict, ConflictUpdate, changes::writable, missing_field, unknown_field};
use crate::{
    error::{Code, GraphqlError},
    model::Table,
    plan::{input::Input, planner::Planner},
};

impl<'a> Planner<'a> {
    /// Reads an `on_conflict`; `None` when it is absent or null.
    pub(super) fn conflict(
        &self,
        table: &'a Table,
        input: Option<&Input<'a>>,
        place: &str,
    ) -> Result<Option<Conflict>, GraphqlError> {
        let Some(input) = input.filter(|input| !input.is_null()) else {
            return Ok(None);
        };
        let (mut constraint, mut columns, mut condition) = (None, Vec::new(), None);
        for (name, value) in self.inputs.members(input)? {
            match name {
                "constraint" => constraint = Some(self.inputs.enumerated(&value)?),
                "update_columns" if !value.is_null() => {
                    for item in self.inputs.items(&value) {
                        columns.push(self.inputs.enumerated(&item)?);
                    }
                }
                "update_columns" => {}
                "where" => condition = Some(value),
                _ => {
                    let ty = format!("{}_on_conflict", table.name);
                    return Err(unknown_field(name, &ty, place));
                }
            }
        }
        let constraint = constraint.ok_or_else(|| missing_field("constraint", place))?;
        let mut all = table.unique_constraints.iter();
        if !all.any(|each| each.name == constraint) {
            let problem = format!(
                "unexpected value \"{constraint}\" for enum: '{}_constraint'",
                table.name
            );
            return Err(GraphqlError::new(Code::ValidationFailed, problem)
                .at(format!("{place}.constraint")));
        }
        let constraint = constraint.to_owned();
        let filter = self.filter(table, condition.as_ref())?;
        if columns.is_empty() {
            return Ok(Some(Conflict {
                constraint,
                update: None,
            }));
        }
        let access = table.updatable(self.caller()).ok_or_else(|| unfit(place))?;
        let mut update = ConflictUpdate {
            columns: Vec::new(),
            presets: access.presets.clone(),
            filter: access.filter.clone().and(filter),
            check: access.rule.is_some().then(|| access.check.clone()),
        };
        for name in columns {
            let column = writable(table, &access.columns, name).ok_or_else(|| unfit(place))?;
            if !update.columns.contains(&column.id) {
                update.columns.push(column.id);
            }
        }
        Ok(Some(Conflict {
            constraint,
            update: Some(update),
        }))
    }
}

fn unfit(place: &str) -> GraphqlError {
    GraphqlError::new(Code::ValidationFailed, "erroneous column name")
        .at(format!("{place}.update_columns"))
}
