//! Fields written by hand, beside those of the tables.
//!
//! An action is a method of an async-graphql object. Which roles have it is said once, when the engine is built;
//! for the others it does not exist. An action that answers with rows of a table returns [`Rows`] or [`Row`]: the
//! engine reads them under the caller's own permissions, with whatever the caller selected.

use std::{borrow::Cow, collections::BTreeSet, marker::PhantomData, sync::Arc};

use async_graphql::{
    ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, TypeName, Value,
    parser::types::Field,
    registry::{MetaType, Registry},
};

use super::{connection::Connection, request::RequestState, roots::EngineCore};
use crate::{
    error::{Code, GraphqlError},
    execute::statement::{self, Preparation},
    model::{Bind, Cell, Operand, Operator, Predicate, Source, TableId, array_literal},
    plan::{Planner, Root, Select},
    sql,
};

/// Which roles have which actions.
#[derive(Debug, Clone, Default)]
pub struct Actions(Vec<(&'static str, &'static [&'static str])>);

impl Actions {
    /// No action yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives an action to roles. The administrator has every action.
    #[must_use]
    pub fn allow(mut self, action: &'static str, roles: &'static [&'static str]) -> Self {
        self.0.push((action, roles));
        self
    }

    pub(super) fn allows(&self, role: &str, action: &str) -> bool {
        role == crate::Session::ADMIN
            || self
                .0
                .iter()
                .any(|(name, roles)| *name == action && roles.contains(&role))
    }
}

/// The actions whose name a mutation of a table has already: the tables, and the names.
pub(super) fn clashes<'a, M: ObjectType>(
    cores: impl Iterator<Item = &'a EngineCore>,
) -> BTreeSet<(TableId, String)> {
    let mut registry = Registry::default();
    M::create_type_info(&mut registry);
    let object = registry.types.remove(&*M::type_name());
    let Some(MetaType::Object { fields, .. }) = object else {
        return BTreeSet::new();
    };
    cores
        .flat_map(|core| &core.roots.writing)
        .filter(|(name, _)| fields.contains_key(*name))
        .map(|(name, root)| (root.table, name.clone()))
        .collect()
}

/// Rows of the table that `T` names, by the values of its one-column primary key.
pub struct Rows<T> {
    keys: Vec<String>,
    table: PhantomData<fn() -> T>,
}

impl<T> Rows<T> {
    /// The rows of these keys.
    pub fn new(keys: impl IntoIterator<Item = impl ToString>) -> Self {
        Self {
            keys: keys.into_iter().map(|key| key.to_string()).collect(),
            table: PhantomData,
        }
    }
}

/// The row of the table that `T` names, by the value of its one-column primary key; null when it is hidden.
pub struct Row<T> {
    key: String,
    table: PhantomData<fn() -> T>,
}

impl<T> Row<T> {
    /// The row of this key.
    pub fn new(key: &impl ToString) -> Self {
        Self {
            key: key.to_string(),
            table: PhantomData,
        }
    }
}

impl<T: TypeName> OutputType for Rows<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        format!("[{}!]!", T::type_name())
    }

    fn create_type_info(_: &mut Registry) -> String {
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        read::<T>(&self.keys, ctx, field, Root::List).await
    }
}

impl<T: TypeName> OutputType for Row<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::type_name().into_owned()
    }

    fn create_type_info(_: &mut Registry) -> String {
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        read::<T>(std::slice::from_ref(&self.key), ctx, field, Root::One).await
    }
}

/// Reads the rows of these keys under the caller's permissions and leaves their JSON for the answer.
async fn read<T: TypeName>(
    keys: &[String],
    ctx: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
    root: fn(Select) -> Root,
) -> ServerResult<Value> {
    let unknown = || GraphqlError::new(Code::Unexpected, "internal error");
    let state = ctx.data_opt::<Arc<RequestState>>().ok_or_else(unknown)?;
    let core = ctx.data_opt::<Arc<EngineCore>>().ok_or_else(unknown)?;
    let table = core
        .model
        .table_named(&T::type_name())
        .ok_or_else(unknown)?;
    let column = table
        .primary_key
        .first()
        .map(|id| table.column(*id))
        .ok_or_else(unknown)?;
    let key = Predicate::Compare {
        left: Operand::Column(Cell::plain(column.id)),
        operator: Operator::In,
        right: Operand::Bind(Bind {
            source: Source::Literal(Some(array_literal(
                keys.iter().map(|key| Some(key.as_str())),
            ))),
            sql_type: Operator::In.value_type(&column.sql_type),
        }),
    };
    let variables = &ctx.query_env.variables;
    let fragments = &ctx.query_env.fragments;
    let planner = Planner::new(&core.model, &core.role, core.options, fragments, variables);
    let select = planner.rows_by_key(table, key, &[&ctx.item.node])?;
    let response_key = field.node.response_key().node.as_str();
    let tag = core.tag(ctx, response_key);
    let statement = sql::json::statement(&core.model, &root(select)).tagged(tag.as_ref());
    let values = statement::resolve(&statement, variables, &state.session)?;
    let mut conn = Connection::get(&core.pool).await?;
    let json = statement::run(&mut conn, &statement, &values, Preparation::Once).await?;
    state.answer(response_key, json);
    Ok(Value::Null)
}
