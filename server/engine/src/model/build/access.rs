//! Permissions of the metadata: what each role may do with a table.

use std::collections::{BTreeMap, BTreeSet};

use super::{Builder, rules, table::is_graphql_name};
use crate::{
    catalog::Relation,
    metadata::{self, Columns},
    model::{
        Access, Bind, Column, ColumnId, DeleteAccess, InsertAccess, Model, Predicate, SelectAccess,
        Table, TableId, UpdateAccess,
    },
    session::Session,
};

impl Builder<'_> {
    pub(super) fn access(
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
            let columns = reader.columns(&each.role, &rule.columns);
            let access = SelectAccess {
                columns: columns.into_iter().map(|column| (column, None)).collect(),
                filter: reader.rule(&each.role, &rule.filter),
                limit: rule.limit,
                can_aggregate: rule.allow_aggregations,
                query_roots: rule.query_root_fields.clone(),
                subscription_roots: rule.subscription_root_fields.clone(),
            };
            found.entry(each.role.clone()).or_default().select = Some(access);
        }
        for each in &source.insert_permissions {
            let rule = &each.permission;
            let access = InsertAccess {
                columns: reader.writable(&each.role, &rule.columns, &rule.set),
                check: reader.rule(&each.role, &rule.check),
                rule: rule.check.clone(),
                presets: reader.presets(&each.role, &rule.set),
                is_backend_only: rule.backend_only,
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
                rule: rule.check.clone(),
                presets: reader.presets(&each.role, &rule.set),
                is_backend_only: rule.backend_only,
            };
            found.entry(each.role.clone()).or_default().update = Some(access);
        }
        for each in &source.delete_permissions {
            let access = DeleteAccess {
                filter: reader.rule(&each.role, &each.permission.filter),
                is_backend_only: each.permission.backend_only,
            };
            found.entry(each.role.clone()).or_default().delete = Some(access);
        }
        for problem in reader.problems {
            self.problem(&source.table, problem);
        }
        found
    }
}

/// What the administrator may do: whatever PostgreSQL can, but for tables that the API only reads.
fn everything(table: &Table, relation: &Relation, is_read_only: bool) -> Access {
    let writable: BTreeSet<ColumnId> = exposed(table)
        .filter(|column| !column.is_generated)
        .map(|column| column.id)
        .collect();
    let can = |it_can: bool| it_can && !is_read_only;
    Access {
        select: Some(SelectAccess {
            columns: exposed(table).map(|column| (column.id, None)).collect(),
            filter: Predicate::TRUE,
            limit: None,
            can_aggregate: true,
            query_roots: None,
            subscription_roots: None,
        }),
        insert: can(relation.is_insertable).then(|| InsertAccess {
            columns: writable.clone(),
            check: Predicate::TRUE,
            rule: serde_json::Value::Null,
            presets: Vec::new(),
            is_backend_only: false,
        }),
        update: can(relation.is_updatable).then(|| UpdateAccess {
            columns: writable,
            filter: Predicate::TRUE,
            check: Predicate::TRUE,
            rule: None,
            presets: Vec::new(),
            is_backend_only: false,
        }),
        delete: can(relation.is_deletable).then_some(DeleteAccess {
            filter: Predicate::TRUE,
            is_backend_only: false,
        }),
    }
}

/// The columns that GraphQL can name.
fn exposed(table: &Table) -> impl Iterator<Item = &Column> {
    table
        .columns()
        .filter(|column| is_graphql_name(&column.name))
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
        rules::predicate(self.model, self.table, rule).unwrap_or_else(|problem| {
            self.problems.push(format!("role {role:?}: {problem}"));
            Predicate::FALSE
        })
    }

    fn columns(&mut self, role: &str, columns: &Columns) -> BTreeSet<ColumnId> {
        match columns {
            Columns::All(star) if star == "*" => {
                exposed(self.table).map(|column| column.id).collect()
            }
            Columns::All(name) => {
                self.problems.push(format!(
                    "role {role:?}: columns must be a list or '*', not {name:?}"
                ));
                BTreeSet::new()
            }
            Columns::Some(names) => {
                let mut found: BTreeSet<ColumnId> = names
                    .iter()
                    .filter_map(|name| self.column(role, name))
                    .collect();
                found.retain(|id| is_graphql_name(&self.table.column(*id).name));
                found
            }
        }
    }

    fn writable(&mut self, role: &str, columns: &Columns, presets: &Presets) -> BTreeSet<ColumnId> {
        let mut found = self.columns(role, columns);
        found.retain(|id| {
            let column = self.table.column(*id);
            !column.is_generated && !presets.contains_key(&column.sql_name)
        });
        found
    }

    fn presets(&mut self, role: &str, presets: &Presets) -> Vec<(ColumnId, Bind)> {
        presets
            .iter()
            .filter_map(|(name, value)| {
                let id = self.column(role, name)?;
                Some((
                    id,
                    rules::bind(value, self.table.column(id).sql_type.clone()),
                ))
            })
            .collect()
    }

    fn column(&mut self, role: &str, name: &str) -> Option<ColumnId> {
        let found = self.table.sql_column(name).map(|column| column.id);
        if found.is_none() {
            self.problems
                .push(format!("role {role:?}: no column {name:?}"));
        }
        found
    }
}
