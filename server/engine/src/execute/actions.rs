//! Fields written by hand, beside those of the tables.
//!
//! An action is a method of an async-graphql object. Which roles have it is said once, when the engine is built;
//! for the others it does not exist. An action that answers with rows of a table returns [`Rows`]: the engine reads
//! them under the caller's own permissions, with whatever the caller selected.

use std::{borrow::Cow, marker::PhantomData, sync::Arc};

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, TypeName, Value, parser::types::Field,
    registry::Registry,
};

use super::{request::RequestState, roots::EngineCore};
use crate::{
    error::{Code, GraphqlError},
    execute::statement,
    model::{Bind, Operator, Predicate, Source, array_literal},
    plan::{Planner, Root},
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
            || self.0.iter().any(|(name, roles)| *name == action && roles.contains(&role))
    }
}

/// Rows of the table that `T` names, by the values of their one-column primary key, in the order of the keys.
pub struct Rows<T> {
    keys: Vec<String>,
    table: PhantomData<fn() -> T>,
}

impl<T> Rows<T> {
    /// The rows of these keys.
    pub fn new(keys: impl IntoIterator<Item = impl ToString>) -> Self {
        Self { keys: keys.into_iter().map(|key| key.to_string()).collect(), table: PhantomData }
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
        let state = ctx.data_opt::<Arc<RequestState>>();
        let core = ctx.data_opt::<Arc<EngineCore>>();
        let (Some(state), Some(core)) = (state, core) else {
            return Err(GraphqlError::new(Code::Unexpected, "internal error").into());
        };
        let key = field.node.response_key().node.as_str();
        let json = self.read(core, state, ctx).await?;
        state.answer(key, json);
        Ok(Value::Null)
    }
}

impl<T: TypeName> Rows<T> {
    async fn read(
        &self,
        core: &EngineCore,
        state: &RequestState,
        ctx: &ContextSelectionSet<'_>,
    ) -> Result<String, GraphqlError> {
        let unknown = || GraphqlError::new(Code::Unexpected, "internal error");
        let table = core.model.table_named(&T::type_name()).ok_or_else(unknown)?;
        let column = table.primary_key.first().map(|id| table.column(*id)).ok_or_else(unknown)?;
        let keys = array_literal(self.keys.iter().map(|key| Some(key.as_str())));
        let key = Predicate::Compare {
            column: column.id,
            operator: Operator::In,
            value: Bind {
                source: Source::Literal(Some(keys)),
                sql_type: format!("{}[]", column.sql_type),
            },
        };
        let variables = &ctx.query_env.variables;
        let planner = Planner::new(
            &core.model,
            &core.role,
            core.options,
            &ctx.query_env.fragments,
            variables,
            Vec::new(),
        );
        let select = planner.rows_by_key(table, key, &[&ctx.item.node])?;
        let statement = sql::json::statement(&core.model, &Root::List(select));
        let values = statement::resolve(&statement, variables, &state.session)?;
        let mut conn = core.pool.get().await.map_err(|error| GraphqlError::fault(&error))?;
        statement::run(&mut conn, &statement, &values).await
    }
}
