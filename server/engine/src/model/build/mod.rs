//! Builds the model, or says everything that does not fit at once.

mod access;
mod inherit;
mod relationships;
mod rules;
mod table;

pub(crate) use table::is_graphql_name;

use super::{Model, TableId};
use crate::{
    catalog::Catalog,
    metadata::{Metadata, QualifiedName},
};

/// How types are shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Tables that nobody writes over the API, the administrator included: other code keeps them true.
    pub read_only: &'static [&'static str],
    /// Whether bigint, numeric and double precision are sent as strings (Hasura: stringify numeric types).
    pub stringify_numbers: bool,
    /// How lists are executed.
    pub execution: Execution,
}

/// Who writes the JSON of a list; both write the same bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Execution {
    /// Whoever is faster for the selection.
    #[default]
    Chosen,
    /// PostgreSQL, always: for comparison.
    Json,
    /// The server, wherever it can: for comparison.
    Rows,
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
            let table = builder.table(id, relation, source);
            if model.table_named(&table.name).is_some() {
                builder.problem(&source.table, "tracked twice under one GraphQL name");
                continue;
            }
            model.tables.push(table);
            sources.push((source, relation));
        }
        table::refer_to_enums(&mut model, &sources);
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
        for problem in inherit::apply(&mut model, &metadata.inherited_roles) {
            builder.problems.push(problem);
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
}
