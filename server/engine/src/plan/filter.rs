//! A client's `where` as a [`Predicate`], narrowed by the rules of every table it passes through.

use super::{input::Input, order::comparable, planner::Planner};
use crate::{
    error::{Code, GraphqlError},
    model::{
        Cell, Column, ColumnFunction, Function, Kind, Operand, Operator, Predicate, RelatedValue,
        Relationship, Scalar, Table,
    },
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
        Ok(Predicate::all(all))
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
        if let Some((column, cell)) = table.readable_column(self.role, name) {
            return self.comparisons(column, &Operand::Column(cell), value);
        }
        if value.is_null() {
            return Ok(Predicate::TRUE);
        }
        if let Some(relationship) = table.relationships.get(name) {
            let target = self.model.table(relationship.target);
            return Ok(Predicate::Exists {
                table: target.id,
                mapping: relationship.mapping.clone(),
                rows: Box::new(self.rule(target).and(self.filter(target, Some(value))?)),
            });
        }
        name.strip_suffix("_aggregate")
            .and_then(|name| table.relationships.get(name))
            .ok_or_else(|| unknown(name, table))
            .and_then(|relationship| self.aggregate_filter(relationship, value))
    }

    /// Conditions on what is computed over the rows of an array relationship.
    fn aggregate_filter(
        &self,
        relationship: &Relationship,
        value: &Input<'a>,
    ) -> Result<Predicate, GraphqlError> {
        let table = self.model.table(relationship.target);
        if !table
            .selectable(self.role)
            .is_some_and(|access| access.can_aggregate)
        {
            return Err(unknown(&relationship.name, table));
        }
        let mut all = Vec::new();
        for (name, value) in self.inputs.members(value)? {
            let members = self.inputs.members(&value)?;
            let member = |wanted: &str| {
                members
                    .iter()
                    .find(|(name, _)| *name == wanted)
                    .map(|(_, value)| value)
            };
            let columns = self.enumerated_columns(table, member("arguments"))?;
            let is_distinct = self.flag(member("distinct"))?;
            for cell in columns.iter().filter(|_| is_distinct) {
                comparable(table.column(cell.column))?;
            }
            if columns.is_empty() && name != "count" {
                let problem = "missing required field 'arguments'";
                return Err(GraphqlError::new(Code::ValidationFailed, problem));
            }
            let (function, scalar, sql_type) =
                function(table, name, columns, is_distinct).ok_or_else(|| unknown(name, table))?;
            let operand = Operand::Related(Box::new(RelatedValue {
                table: table.id,
                mapping: relationship.mapping.clone(),
                rows: self.rule(table).and(self.filter(table, member("filter"))?),
                function,
            }));
            if let Some(predicate) = member("predicate") {
                let compared = Compared {
                    scalar: &scalar,
                    sql_type: &sql_type,
                };
                all.push(self.operators(compared, &operand, predicate)?);
            }
        }
        Ok(Predicate::all(all))
    }

    fn comparisons(
        &self,
        column: &Column,
        operand: &Operand,
        value: &Input<'a>,
    ) -> Result<Predicate, GraphqlError> {
        if value.is_null() {
            return Ok(Predicate::TRUE);
        }
        let compared = Compared {
            scalar: &column.scalar,
            sql_type: &column.sql_type,
        };
        self.operators(compared, operand, value)
    }

    fn operators(
        &self,
        compared: Compared<'_>,
        operand: &Operand,
        value: &Input<'a>,
    ) -> Result<Predicate, GraphqlError> {
        let mut all = Vec::new();
        for (name, value) in self.inputs.members(value)? {
            all.push(self.comparison(compared, operand, name, &value)?);
        }
        Ok(Predicate::all(all))
    }

    fn comparison(
        &self,
        compared: Compared<'_>,
        operand: &Operand,
        name: &str,
        value: &Input<'a>,
    ) -> Result<Predicate, GraphqlError> {
        if name == "_is_null" {
            return Ok(Predicate::IsNull {
                operand: operand.clone(),
                is_null: self.inputs.boolean(value)?,
            });
        }
        if let ("_cast", Operand::Column(cell)) = (name, operand) {
            return self.cast(cell, value);
        }
        let operator = Operator::named(name)
            .filter(|operator| operator.applies_to(compared.scalar))
            .ok_or_else(|| {
                let problem = format!("no operator {name:?} on {}", compared.scalar.name);
                GraphqlError::new(Code::ValidationFailed, problem)
            })?;
        if compared.scalar.kind == Kind::EnumTable {
            // Only validation knows which values there are.
            self.inputs.pin(value);
        }
        let sql_type = operator.value_type(compared.sql_type);
        Ok(Predicate::Compare {
            left: operand.clone(),
            operator,
            right: Operand::Bind(self.inputs.bind(value, &sql_type)?),
        })
    }

    /// `_cast: {String: {…}}`: the text of a JSON document compared as text.
    fn cast(&self, cell: &Cell, value: &Input<'a>) -> Result<Predicate, GraphqlError> {
        let mut all = Vec::new();
        for (_, value) in self.inputs.members(value)? {
            let text = Compared {
                scalar: &Scalar::text(),
                sql_type: "text",
            };
            all.push(self.operators(text, &Operand::Text(cell.clone()), &value)?);
        }
        Ok(Predicate::all(all))
    }
}

/// The type of what is compared.
#[derive(Clone, Copy)]
struct Compared<'s> {
    scalar: &'s Scalar,
    sql_type: &'s str,
}

fn unknown(name: &str, table: &Table) -> GraphqlError {
    GraphqlError::new(
        Code::ValidationFailed,
        format!(
            "field '{name}' not found in type: '{}_bool_exp'",
            table.name
        ),
    )
}

/// The function of a name over these columns, with the type of its result.
fn function(
    table: &Table,
    name: &str,
    columns: Vec<Cell>,
    is_distinct: bool,
) -> Option<(Function, Scalar, String)> {
    if name == "count" {
        let function = Function::Count {
            columns,
            is_distinct,
        };
        return Some((function, Scalar::integer(), "bigint".to_owned()));
    }
    let [column] = <[Cell; 1]>::try_from(columns).ok()?;
    let of = table.column(column.column);
    let function = Function::Column {
        function: ColumnFunction::named(name)
            .filter(|function| function.is_condition_on(&of.scalar))?,
        column,
        is_distinct,
    };
    Some((function, of.scalar.clone(), of.sql_type.clone()))
}
