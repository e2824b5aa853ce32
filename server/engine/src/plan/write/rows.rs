//! The rows of an insert as the client wrote them: columns, and relationships with further rows.

use super::{Conflict, Given, changes::writable, missing_field, unknown_field};
use crate::{
    error::{Code, GraphqlError},
    model::{Bind, Column, ColumnId, InsertAccess, Relationship, Table, UpdateOperator},
    plan::{input::Input, planner::Planner},
};

/// A row to be added, before it is known when.
pub(super) struct NewRow<'a> {
    /// What the client wrote.
    pub(super) object: Input<'a>,
    /// The columns that its parent gives it.
    pub(super) inherited: Vec<(ColumnId, Given)>,
    /// Hasura's path to it.
    pub(super) path: String,
}

/// A row with its parts told apart.
pub(super) struct ParsedRow<'a> {
    pub(super) values: Vec<(ColumnId, Given)>,
    pub(super) inherited: Vec<(ColumnId, Given)>,
    pub(super) related: Vec<Related<'a>>,
    pub(super) path: String,
}

/// Rows given through a relationship.
pub(super) struct Related<'a> {
    pub(super) relationship: &'a Relationship,
    pub(super) objects: Vec<Input<'a>>,
    pub(super) conflict: Option<Conflict>,
    /// Hasura's path to the relationship.
    pub(super) path: String,
}

impl ParsedRow<'_> {
    pub(super) fn has_related(&self) -> bool {
        !self.related.is_empty()
    }
}

impl<'a> Planner<'a> {
    /// Tells the parts of a row apart and refuses columns that are determined twice.
    pub(super) fn parsed_row(
        &self,
        table: &'a Table,
        access: &InsertAccess,
        row: NewRow<'a>,
    ) -> Result<ParsedRow<'a>, GraphqlError> {
        let mut values = Vec::new();
        let mut related = Vec::new();
        for (name, value) in self.inputs.members(&row.object)? {
            let place = format!("{}.{name}", row.path);
            if let Some(relationship) = self.insertable_relationship(table, name) {
                related.extend(self.related(relationship, &value, place)?);
                continue;
            }
            let column = writable(table, &access.columns, name).ok_or_else(|| {
                unknown_field(name, &format!("{}_insert_input", table.name), &row.path)
            })?;
            let value = self.column_value(column, &value, &place)?;
            values.push((column.id, Given::Bind(value)));
        }
        refuse_determined(table, &values, &row, &related)?;
        Ok(ParsedRow {
            values,
            inherited: row.inherited,
            related,
            path: row.path,
        })
    }

    /// A relationship through which the caller may add rows.
    fn insertable_relationship(&self, table: &'a Table, name: &str) -> Option<&'a Relationship> {
        let relationship = table.relationships.get(name)?;
        let target = self.model.table(relationship.target);
        target.insertable(self.caller()).map(|_| relationship)
    }

    fn related(
        &self,
        relationship: &'a Relationship,
        value: &Input<'a>,
        path: String,
    ) -> Result<Option<Related<'a>>, GraphqlError> {
        if value.is_null() {
            return Ok(None);
        }
        let target = self.model.table(relationship.target);
        let (mut data, mut conflict) = (None, None);
        for (name, value) in self.inputs.members(value)? {
            match name {
                "data" => data = Some(value).filter(|data| !data.is_null()),
                "on_conflict" => {
                    let place = format!("{path}.on_conflict");
                    conflict = self.conflict(target, Some(&value), &place)?;
                }
                _ => {
                    let kind = if relationship.is_array { "arr" } else { "obj" };
                    let ty = format!("{}_{kind}_rel_insert_input", target.name);
                    return Err(unknown_field(name, &ty, &path));
                }
            }
        }
        let data = data.ok_or_else(|| missing_field("data", &path))?;
        let objects = if relationship.is_array {
            self.inputs.items(&data)
        } else {
            vec![data]
        };
        Ok((!objects.is_empty()).then_some(Related {
            relationship,
            objects,
            conflict,
            path,
        }))
    }

    /// A client's new value for a column; null only where the column can be null.
    pub(super) fn column_value(
        &self,
        column: &Column,
        value: &Input<'a>,
        place: &str,
    ) -> Result<Bind, GraphqlError> {
        // The one row of `insert_T_one` is no item of a list as long as its values are read.
        let place = place.replacen(".args.object[0]", ".args.object", 1);
        if value.is_null() && !column.is_nullable {
            return Err(unexpected_null(&column.scalar.type_name()).at(place));
        }
        self.inputs
            .bind_nullable(value, &column.sql_type)
            .map_err(|error| error.at(place))
    }

    /// A client's operand for a column. Only `_set` takes null: with any other operator it would empty the column.
    pub(super) fn operand(
        &self,
        column: &Column,
        operator: UpdateOperator,
        value: &Input<'a>,
        place: &str,
    ) -> Result<Bind, GraphqlError> {
        if operator == UpdateOperator::Set {
            return self.column_value(column, value, place);
        }
        if value.is_null() {
            return Err(unexpected_null(&operator.operand(&column.scalar)).at(place));
        }
        self.inputs
            .bind(value, operator.operand_sql(&column.sql_type))
            .map_err(|error| error.at(place))
    }

    /// The members of an object that may be absent.
    pub(super) fn members_of(
        &self,
        object: Option<&Input<'a>>,
    ) -> Result<Vec<(&'a str, Input<'a>)>, GraphqlError> {
        object.map_or(Ok(Vec::new()), |object| self.inputs.members(object))
    }
}

fn unexpected_null(ty: &str) -> GraphqlError {
    let problem = format!("unexpected null value for type '{ty}'");
    GraphqlError::new(Code::ValidationFailed, problem)
}

/// A column has one source: the client, the parent, or a row that is added before.
fn refuse_determined(
    table: &Table,
    values: &[(ColumnId, Given)],
    row: &NewRow<'_>,
    related: &[Related<'_>],
) -> Result<(), GraphqlError> {
    let is_inherited = |id: ColumnId| row.inherited.iter().any(|(column, _)| *column == id);
    let given: Vec<ColumnId> = values.iter().map(|(column, _)| *column).collect();
    let twice: Vec<ColumnId> = given
        .iter()
        .copied()
        .filter(|id| is_inherited(*id))
        .collect();
    if !twice.is_empty() {
        let problem = format!(
            "cannot insert {} columns as their values are already being determined by parent insert",
            quoted(table, &twice)
        );
        return Err(GraphqlError::new(Code::ValidationFailed, problem).at(row.path.clone()));
    }
    for each in related {
        let name = &each.relationship.name;
        if each.relationship.is_inserted_after {
            continue;
        }
        let here = each.relationship.mapping.iter().map(|(here, _)| *here);
        let twice: Vec<ColumnId> = here
            .filter(|id| is_inherited(*id) || given.contains(id))
            .collect();
        if !twice.is_empty() {
            let problem = format!(
                "cannot insert object relationship \"{name}\" as {} column values are already determined",
                quoted(table, &twice)
            );
            return Err(GraphqlError::new(Code::ValidationFailed, problem).at(each.path.clone()));
        }
    }
    Ok(())
}

fn quoted(table: &Table, columns: &[ColumnId]) -> String {
    let names: Vec<String> = columns
        .iter()
        .map(|id| format!("\"{}\"", table.column(*id).name))
        .collect();
    names.join(", ")
}
