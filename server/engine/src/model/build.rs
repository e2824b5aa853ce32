//! Builds the model, or says everything that does not fit at once.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Access, Column, ColumnId, DeleteAccess, InsertAccess, Model, Predicate, Relationship, Scalar,
    SelectAccess, Table, TableId, UpdateAccess, permission,
};
use crate::{
    catalog::{Catalog, Relation},
    metadata::{self, Columns, ForeignKey, Metadata, QualifiedName, Using},
    session::Session,
};

/// How types are shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Tables that nobody writes over the API, the administrator included: other code keeps them true.
    pub read_only: &'static [&'static str],
    /// Whether bigint, numeric and double precision are sent as strings (Hasura: stringify numeric types).
    pub stringify_numbers: bool,
}

/// Everything that does not fit.
#[derive(Debug, thiserror::Error)]
#[error("inconsistent metadata:\n  - {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  - "))]
pub struct Inconsistencies(pub Vec<Inconsistency>);

/// One thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inconsistency {
    /// The table in whose metadata it stands.
    pub table: String,
    /// What is wrong.
    pub problem: String,
}

impl std::fmt::Display for Inconsistency {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.table, self.problem)
    }
}

impl Model {
    /// Resolves the metadata against the catalog.
    pub fn build(
        metadata: &Metadata,
        catalog: &Catalog,
        options: Options,
    ) -> Result<Self, Inconsistencies> {
        let mut builder = Builder {
            catalog,
            problems: Vec::new(),
            options,
        };
        let mut model = Self { tables: Vec::new() };
        let mut sources = Vec::new();
        for source in &metadata.tables {
            let Some(relation) = catalog.relation(&source.table) else {
                builder.problem(&source.table, "no such table or view in the database");
                continue;
            };
            let id = TableId(model.tables.len());
            let table = builder.table(id, relation, &source.table);
            if model.table_named(&table.name).is_some() {
                builder.problem(&source.table, "tracked twice under one GraphQL name");
                continue;
            }
            model.tables.push(table);
            sources.push((source, relation));
        }
        for (id, (source, relation)) in sources.iter().enumerate() {
            let relationships = builder.relationships(&model, TableId(id), source, relation);
            if let Some(table) = model.tables.get_mut(id) {
                table.relationships = relationships;
            }
        }
        for (id, (source, relation)) in sources.iter().enumerate() {
            let access = builder.access(&model, TableId(id), source, relation);
            if let Some(table) = model.tables.get_mut(id) {
                table.access = access;
            }
        }
        if builder.problems.is_empty() {
            Ok(model)
        } else {
            Err(Inconsistencies(builder.problems))
        }
    }
}

struct Builder<'a> {
    catalog: &'a Catalog,
    problems: Vec<Inconsistency>,
    options: Options,
}

impl Builder<'_> {
    fn problem(&mut self, table: &QualifiedName, problem: impl Into<String>) {
        self.problems.push(Inconsistency {
            table: table.to_string(),
            problem: problem.into(),
        });
    }

    fn table(&mut self, id: TableId, relation: &Relation, name: &QualifiedName) -> Table {
        let graphql_name = if name.schema == "public" {
            name.name.clone()
        } else {
            format!("{}_{}", name.schema, name.name)
        };
        let columns: Vec<Column> = relation
            .columns
            .iter()
            .enumerate()
            .map(|(position, column)| Column {
                id: ColumnId(position),
                name: column.name.clone(),
                scalar: Scalar::of(column),
                sql_type: column.sql_type.clone(),
                is_nullable: column.is_nullable,
                is_generated: column.is_generated,
                comment: column.comment.clone(),
            })
            .collect();
        for unfit in [&graphql_name]
            .into_iter()
            .chain(columns.iter().map(|column| &column.name))
        {
            if !is_graphql_name(unfit) {
                self.problem(name, format!("{unfit:?} is not a GraphQL name"));
            }
        }
        let primary_key = relation
            .primary_key
            .iter()
            .flatten()
            .filter_map(|key| columns.iter().find(|column| &column.name == key))
            .map(|column| column.id)
            .collect();
        Table {
            id,
            name: graphql_name,
            relation: name.clone(),
            comment: relation.comment.clone(),
            columns,
            primary_key,
            relationships: BTreeMap::new(),
            access: BTreeMap::new(),
        }
    }

    fn relationships(
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
                .column_named(name)
                .map(|column| column.id)
                .ok_or_else(|| format!("{} has no column {name:?}", table.name))
        };
        let mapping = pairs
            .iter()
            .map(|(left, right)| Ok((column(here, left)?, column(there, right)?)))
            .collect::<Result<Vec<_>, String>>()?;
        Ok((there.id, mapping))
    }

    fn access(
        &mut self,
        model: &Model,
        id: TableId,
        source: &metadata::Table,
        relation: &Relation,
    ) -> BTreeMap<String, Access> {
        let table = model.table(id);
        let is_read_only = self.options.read_only.contains(&table.name.as_str());
        let mut found = BTreeMap::from([(
            Session::ADMIN.to_owned(),
            everything(table, relation, is_read_only),
        )]);
        let mut reader = RuleReader {
            model,
            table,
            problems: Vec::new(),
        };
        for each in &source.select_permissions {
            let rule = &each.permission;
            let access = SelectAccess {
                columns: reader.columns(&each.role, &rule.columns),
                filter: reader.rule(&each.role, &rule.filter),
                limit: rule.limit,
                can_aggregate: rule.allow_aggregations,
            };
            found.entry(each.role.clone()).or_default().select = Some(access);
        }
        for each in &source.insert_permissions {
            let rule = &each.permission;
            let access = InsertAccess {
                columns: reader.writable(&each.role, &rule.columns, &rule.set),
                check: reader.rule(&each.role, &rule.check),
                presets: reader.presets(&each.role, &rule.set),
            };
            found.entry(each.role.clone()).or_default().insert = Some(access);
        }
        for each in &source.update_permissions {
            let rule = &each.permission;
            let filter = reader.rule(&each.role, &rule.filter);
            let access = UpdateAccess {
                columns: reader.writable(&each.role, &rule.columns, &rule.set),
                filter,
                check: rule
                    .check
                    .as_ref()
                    .map_or(Predicate::TRUE, |check| reader.rule(&each.role, check)),
                presets: reader.presets(&each.role, &rule.set),
            };
            found.entry(each.role.clone()).or_default().update = Some(access);
        }
        for each in &source.delete_permissions {
            let access = DeleteAccess {
                filter: reader.rule(&each.role, &each.permission.filter),
            };
            found.entry(each.role.clone()).or_default().delete = Some(access);
        }
        for problem in reader.problems {
            self.problem(&source.table, problem);
        }
        found
    }
}

/// Whether the referenced row must exist: only a foreign key of this table promises it.
fn is_own_key(using: &Using) -> bool {
    matches!(
        using,
        Using::ForeignKeyConstraintOn(ForeignKey::Column(_) | ForeignKey::Columns(_))
    )
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

/// What the administrator may do: whatever PostgreSQL can, but for tables that the API only reads.
fn everything(table: &Table, relation: &Relation, is_read_only: bool) -> Access {
    let all: BTreeSet<ColumnId> = table.columns().map(|column| column.id).collect();
    let writable: BTreeSet<ColumnId> = table
        .columns()
        .filter(|column| !column.is_generated)
        .map(|column| column.id)
        .collect();
    let can = |it_can: bool| it_can && !is_read_only;
    Access {
        select: Some(SelectAccess {
            columns: all,
            filter: Predicate::TRUE,
            limit: None,
            can_aggregate: true,
        }),
        insert: can(relation.is_insertable).then(|| InsertAccess {
            columns: writable.clone(),
            check: Predicate::TRUE,
            presets: Vec::new(),
        }),
        update: can(relation.is_updatable).then(|| UpdateAccess {
            columns: writable,
            filter: Predicate::TRUE,
            check: Predicate::TRUE,
            presets: Vec::new(),
        }),
        delete: can(relation.is_deletable).then_some(DeleteAccess {
            filter: Predicate::TRUE,
        }),
    }
}

/// Reads the permissions of one table and notes what is wrong in them.
struct RuleReader<'a> {
    model: &'a Model,
    table: &'a Table,
    problems: Vec<String>,
}

type Presets = BTreeMap<String, serde_json::Value>;

impl RuleReader<'_> {
    fn rule(&mut self, role: &str, rule: &serde_json::Value) -> Predicate {
        permission::predicate(self.model, self.table, rule).unwrap_or_else(|problem| {
            self.problems.push(format!("role {role:?}: {problem}"));
            Predicate::Or(Vec::new())
        })
    }

    fn columns(&mut self, role: &str, columns: &Columns) -> BTreeSet<ColumnId> {
        match columns {
            Columns::All(star) if star == "*" => {
                self.table.columns().map(|column| column.id).collect()
            }
            Columns::All(name) => {
                self.problems.push(format!(
                    "role {role:?}: columns must be a list or '*', not {name:?}"
                ));
                BTreeSet::new()
            }
            Columns::Some(names) => names
                .iter()
                .filter_map(|name| self.column(role, name))
                .collect(),
        }
    }

    fn writable(&mut self, role: &str, columns: &Columns, presets: &Presets) -> BTreeSet<ColumnId> {
        let mut found = self.columns(role, columns);
        found.retain(|id| {
            let column = self.table.column(*id);
            !column.is_generated && !presets.contains_key(&column.name)
        });
        found
    }

    fn presets(&mut self, role: &str, presets: &Presets) -> Vec<(ColumnId, super::Bind)> {
        presets
            .iter()
            .filter_map(|(name, value)| {
                let id = self.column(role, name)?;
                Some((
                    id,
                    permission::bind(value, self.table.column(id).sql_type.clone()),
                ))
            })
            .collect()
    }

    fn column(&mut self, role: &str, name: &str) -> Option<ColumnId> {
        let found = self.table.column_named(name).map(|column| column.id);
        if found.is_none() {
            self.problems
                .push(format!("role {role:?}: no column {name:?}"));
        }
        found
    }
}

fn is_graphql_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !name.starts_with("__")
}
