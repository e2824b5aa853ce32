//! `_entities`: rows of any tables, by the keys that other subgraphs hold (Apollo Federation, "Resolving references").

use std::collections::BTreeMap;

use async_graphql::parser::types::{Field as DocumentField, SelectionSet};

use super::{EntityGroup, input::Input, planner::Planner, selection::selected_fields_on};
use crate::{
    error::{Code, GraphqlError},
    model::{Bind, ColumnId, Source, Table, TableId, Value, array_literal},
    schema::federation,
};

/// Representations of one type with one key: where they stand, and the values of each column of the key.
#[derive(Default)]
struct Asked {
    places: Vec<usize>,
    columns: Vec<Vec<Value>>,
}

impl<'a> Planner<'a> {
    /// What to read: one group for each type, or several when its rows are called by several keys.
    pub fn entities(
        &self,
        field: &'a DocumentField,
        below: &[&'a SelectionSet],
    ) -> Result<(usize, Vec<EntityGroup>), GraphqlError> {
        let missing = || unfit("missing \"representations\"");
        let representations = self
            .inputs
            .argument(field, "representations")
            .ok_or_else(missing)?;
        let items = self.inputs.items(&representations);
        let mut groups: BTreeMap<(TableId, &[ColumnId]), Asked> = BTreeMap::new();
        for (place, item) in items.iter().enumerate() {
            let (table, key, values) = self.representation(item)?;
            let asked = groups.entry((table.id, key)).or_default();
            asked.places.push(place);
            asked.columns.resize_with(key.len(), Vec::new);
            for (column, value) in asked.columns.iter_mut().zip(values) {
                column.push(value);
            }
        }
        let groups = groups
            .into_iter()
            .map(|((table, key), asked)| self.group(self.model.table(table), key, asked, below))
            .collect::<Result<Vec<_>, _>>()?;
        Ok((items.len(), groups))
    }

    fn group(
        &self,
        table: &'a Table,
        key: &[ColumnId],
        asked: Asked,
        below: &[&'a SelectionSet],
    ) -> Result<EntityGroup, GraphqlError> {
        let selected =
            selected_fields_on(below, self.fragments, &[&table.name, federation::ENTITY]);
        let mut rows = self.select(table, self.rule(table), &[])?;
        rows.fields = self.fields_of(table, &selected)?;
        let keys = key.iter().zip(asked.columns).map(|(column, values)| {
            let literal = array_literal(values.iter().map(Option::as_deref));
            let values = Bind {
                source: Source::Literal(Some(literal)),
                sql_type: format!("{}[]", table.column(*column).sql_type),
            };
            (*column, values)
        });
        Ok(EntityGroup {
            rows,
            keys: keys.collect(),
            places: asked.places,
        })
    }

    /// The table of a representation, the key that it has, and the key's values.
    fn representation(
        &self,
        item: &Input<'a>,
    ) -> Result<(&'a Table, &'a [ColumnId], Vec<Value>), GraphqlError> {
        let members: BTreeMap<&str, Input<'a>> = self.inputs.members(item)?.into_iter().collect();
        let type_name = members
            .get("__typename")
            .ok_or_else(|| unfit("a representation needs \"__typename\""))?;
        let type_name = self.inputs.text(type_name)?;
        let unknown = || unfit(&format!("no entity of type {type_name:?}"));
        let table = self.model.table_named(type_name).ok_or_else(unknown)?;
        let mut is_entity = false;
        for key in federation::keys(table, self.role) {
            is_entity = true;
            let values: Option<Vec<(&ColumnId, &Input<'a>)>> = key
                .iter()
                .map(|column| Some((column, members.get(table.column(*column).name.as_str())?)))
                .collect();
            if let Some(values) = values {
                let values = values
                    .into_iter()
                    .map(|(column, value)| {
                        self.inputs
                            .constant_text(value, &table.column(*column).sql_type)
                    })
                    .collect::<Result<Vec<_>, _>>()?;
                return Ok((table, key, values));
            }
        }
        Err(if is_entity {
            unfit(&format!(
                "a representation of {type_name:?} has none of its keys"
            ))
        } else {
            unknown()
        })
    }
}

fn unfit(problem: &str) -> GraphqlError {
    GraphqlError::new(Code::ValidationFailed, problem)
}
