//! Tables, columns and enumerations under their GraphQL names.

use std::collections::BTreeMap;

use super::Builder;
use crate::{
    catalog::{self, Relation},
    metadata::{self, RootFieldName},
    model::{Column, ColumnId, Model, Scalar, Table, TableId, UniqueConstraint},
};

impl Builder<'_> {
    pub(super) fn table(
        &mut self,
        id: TableId,
        relation: &Relation,
        source: &metadata::Table,
    ) -> Table {
        let configuration = &source.configuration;
        let name = configuration.custom_name.clone().unwrap_or_else(|| {
            if relation.schema == "public" {
                relation.name.clone()
            } else {
                format!("{}_{}", relation.schema, relation.name)
            }
        });
        if !is_graphql_name(&name) {
            self.problem(&source.table, format!("{name:?} is not a GraphQL name"));
        }
        let columns: Vec<Column> = relation
            .columns
            .iter()
            .enumerate()
            .map(|(position, column)| named_column(ColumnId(position), column, configuration))
            .collect();
        self.check_names(source, relation, &columns);
        let primary_key = relation
            .primary_key
            .iter()
            .flatten()
            .filter_map(|key| columns.iter().find(|column| &column.sql_name == key))
            .map(|column| column.id)
            .collect();
        let enum_values = source.is_enum.then(|| {
            let values = self.catalog.enum_values(&source.table);
            if values.is_empty() {
                self.problem(&source.table, "an enum table needs a row for each value");
            }
            for unfit in values.iter().filter(|value| !is_graphql_name(&value.value)) {
                let problem = format!("{:?} is not a GraphQL name", unfit.value);
                self.problem(&source.table, problem);
            }
            values.to_vec()
        });
        Table {
            id,
            name,
            relation: source.table.clone(),
            comment: configuration
                .comment
                .clone()
                .or_else(|| relation.comment.clone()),
            is_view: relation.is_view,
            enum_values,
            root_names: root_names(configuration),
            primary_key,
            unique_constraints: unique_constraints(relation, &columns),
            columns,
            is_partitioned: relation.is_partitioned,
            keeps_given_values: !relation.is_view && !relation.has_insert_triggers,
            relationships: BTreeMap::new(),
            access: BTreeMap::new(),
        }
    }

    fn check_names(&mut self, source: &metadata::Table, relation: &Relation, columns: &[Column]) {
        let configuration = &source.configuration;
        let configured = configuration
            .column_config
            .keys()
            .chain(configuration.custom_column_names.keys());
        for unknown in
            configured.filter(|name| !relation.columns.iter().any(|column| &column.name == *name))
        {
            self.problem(&source.table, format!("no column {unknown:?}"));
        }
        for (position, column) in columns.iter().enumerate() {
            let mut before = columns.iter().take(position);
            if before.any(|other| other.name == column.name) {
                let problem = format!("{:?} names two columns", column.name);
                self.problem(&source.table, problem);
            }
        }
    }
}

fn unique_constraints(relation: &Relation, columns: &[Column]) -> Vec<UniqueConstraint> {
    let constraints = relation.unique_constraints.iter();
    constraints
        .map(|constraint| UniqueConstraint {
            name: constraint.name.clone(),
            columns: constraint
                .columns
                .iter()
                .filter_map(|key| columns.iter().find(|column| &column.sql_name == key))
                .map(|column| column.id)
                .collect(),
            is_primary: constraint.is_primary,
        })
        .collect()
}

fn named_column(
    id: ColumnId,
    column: &catalog::Column,
    configuration: &metadata::Configuration,
) -> Column {
    let configured = configuration.column_config.get(&column.name);
    let custom_name = configured
        .and_then(|configured| configured.custom_name.as_ref())
        .or_else(|| configuration.custom_column_names.get(&column.name));
    Column {
        id,
        name: custom_name.unwrap_or(&column.name).clone(),
        sql_name: column.name.clone(),
        scalar: Scalar::of(column),
        sql_type: column.sql_type.clone(),
        is_nullable: column.is_nullable,
        is_generated: column.is_generated,
        comment: configured
            .and_then(|configured| configured.comment.clone())
            .or_else(|| column.comment.clone()),
    }
}

fn root_names(configuration: &metadata::Configuration) -> BTreeMap<String, String> {
    configuration
        .custom_root_fields
        .iter()
        .filter_map(|(action, name)| match name {
            RootFieldName::Name(name) | RootFieldName::Described { name, .. } => {
                Some((action.clone(), name.clone()?))
            }
        })
        .collect()
}

/// Gives columns that refer to an enum table by a foreign key of their own the type of that enumeration.
pub(super) fn refer_to_enums(model: &mut Model, sources: &[(&metadata::Table, &Relation)]) {
    let enums: BTreeMap<_, _> = model
        .tables
        .iter()
        .filter(|table| table.enum_values.is_some())
        .map(|table| (table.relation.clone(), table.name.clone()))
        .collect();
    for (table, (_, relation)) in model.tables.iter_mut().zip(sources) {
        for key in &relation.foreign_keys {
            let target = metadata::QualifiedName {
                schema: key.schema.clone(),
                name: key.table.clone(),
            };
            let ([column], Some(name)) = (key.columns.as_slice(), enums.get(&target)) else {
                continue;
            };
            let column = table
                .columns
                .iter_mut()
                .find(|each| &each.sql_name == column);
            if let Some(column) = column {
                column.scalar = Scalar::of_enum_table(name);
            }
        }
    }
}

/// Whether GraphQL can write a name. A column of another name is not exposed, as in Hasura.
pub(crate) fn is_graphql_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !name.starts_with("__")
}
