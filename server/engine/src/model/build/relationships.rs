//! Relationships of the metadata: which columns of which tables connect.

use std::collections::BTreeMap;

use super::Builder;
use crate::{
    catalog::Relation,
    metadata::{self, ForeignKey, InsertionOrder, QualifiedName, Using},
    model::{ColumnId, Model, Relationship, Table, TableId},
};

impl Builder<'_> {
    pub(super) fn relationships(
        &mut self,
        model: &Model,
        id: TableId,
        source: &metadata::Table,
        relation: &Relation,
    ) -> BTreeMap<String, Relationship> {
        let objects = source.object_relationships.iter().map(|each| (each, false));
        let arrays = source.array_relationships.iter().map(|each| (each, true));
        let mut found = BTreeMap::new();
        for (relationship, is_array) in objects.chain(arrays) {
            let name = &relationship.name;
            let resolved = self.relationship(model, id, relation, &relationship.using);
            match resolved {
                Ok((target, mapping)) => {
                    let table = model.table(id);
                    if table.column_named(name).is_some() || found.contains_key(name) {
                        self.problem(&source.table, format!("{name:?} names two fields"));
                    }
                    let is_nullable = mapping
                        .iter()
                        .any(|(here, _)| table.column(*here).is_nullable)
                        || relation.is_view
                        || !is_own_key(&relationship.using);
                    found.insert(
                        name.clone(),
                        Relationship {
                            name: name.clone(),
                            target,
                            is_array,
                            is_nullable,
                            is_inserted_after: is_array || is_after(&relationship.using),
                            mapping,
                        },
                    );
                }
                Err(problem) => {
                    self.problem(&source.table, format!("relationship {name:?}: {problem}"));
                }
            }
        }
        found
    }

    fn relationship(
        &self,
        model: &Model,
        id: TableId,
        relation: &Relation,
        using: &Using,
    ) -> Result<(TableId, Vec<(ColumnId, ColumnId)>), String> {
        let (target, pairs) = match using {
            Using::ManualConfiguration(manual) => (
                manual.remote_table.clone(),
                manual
                    .column_mapping
                    .iter()
                    .map(|(here, there)| (here.clone(), there.clone()))
                    .collect(),
            ),
            Using::ForeignKeyConstraintOn(ForeignKey::Column(column)) => {
                own_key(relation, std::slice::from_ref(column))?
            }
            Using::ForeignKeyConstraintOn(ForeignKey::Columns(columns)) => {
                own_key(relation, columns)?
            }
            Using::ForeignKeyConstraintOn(ForeignKey::Remote(remote)) => {
                let columns: Vec<String> = remote
                    .column
                    .iter()
                    .chain(&remote.columns)
                    .cloned()
                    .collect();
                let other = self
                    .catalog
                    .relation(&remote.table)
                    .ok_or_else(|| format!("no table {}", remote.table))?;
                let key = other
                    .foreign_keys
                    .iter()
                    .find(|key| {
                        key.columns == columns
                            && key.schema == relation.schema
                            && key.table == relation.name
                    })
                    .ok_or_else(|| {
                        format!(
                            "no foreign key on {} ({})",
                            remote.table,
                            columns.join(", ")
                        )
                    })?;
                let pairs: Vec<(String, String)> = key
                    .remote_columns
                    .iter()
                    .cloned()
                    .zip(key.columns.iter().cloned())
                    .collect();
                (remote.table.clone(), pairs)
            }
        };
        let here = model.table(id);
        let there = model
            .tables()
            .find(|table| table.relation == target)
            .ok_or_else(|| format!("{target} is not tracked"))?;
        let column = |table: &Table, name: &str| {
            table
                .sql_column(name)
                .map(|column| column.id)
                .ok_or_else(|| format!("{} has no column {name:?}", table.name))
        };
        let mapping = pairs
            .iter()
            .map(|(left, right)| Ok((column(here, left)?, column(there, right)?)))
            .collect::<Result<Vec<_>, String>>()?;
        Ok((there.id, mapping))
    }
}

/// Whether the referenced row must exist: only a foreign key of this table promises it.
fn is_own_key(using: &Using) -> bool {
    matches!(
        using,
        Using::ForeignKeyConstraintOn(ForeignKey::Column(_) | ForeignKey::Columns(_))
    )
}

/// Whether a nested insert through an object relationship adds the other row after this one.
fn is_after(using: &Using) -> bool {
    match using {
        Using::ForeignKeyConstraintOn(key) => matches!(key, ForeignKey::Remote(_)),
        Using::ManualConfiguration(manual) => {
            manual.insertion_order == Some(InsertionOrder::AfterParent)
        }
    }
}

fn own_key(
    relation: &Relation,
    columns: &[String],
) -> Result<(QualifiedName, Vec<(String, String)>), String> {
    let key = relation
        .foreign_keys
        .iter()
        .find(|key| key.columns == columns)
        .ok_or_else(|| format!("no foreign key on ({})", columns.join(", ")))?;
    let target = QualifiedName {
        schema: key.schema.clone(),
        name: key.table.clone(),
    };
    let pairs = key
        .columns
        .iter()
        .cloned()
        .zip(key.remote_columns.iter().cloned())
        .collect();
    Ok((target, pairs))
}
