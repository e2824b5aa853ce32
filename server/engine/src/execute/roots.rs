//! The three roots of a role's schema, as async-graphql asks for them.
//!
//! async-graphql keeps one type per Rust type, so the role whose schema is being built is handed over in a
//! thread-local while [`async_graphql::Schema::build`] runs, which is synchronous.

use std::{borrow::Cow, cell::RefCell, pin::Pin, sync::Arc};

use async_graphql::{
    ContainerType, Context, ContextBase, ContextSelectionSet, EmptyMutation, ObjectType,
    OutputType, Positioned, Response, ServerResult, SubscriptionType, Value,
    parser::types::{Field, OperationType},
    registry::{MetaField, MetaType, Registry},
};
use futures::Stream;

use super::{
    actions::Actions,
    answer::text,
    connection::Connection,
    live::{self, Planning},
    request::RequestState,
    run::{Asked, run},
    statement::Preparation,
    validation::Types,
    write::Values,
};
use crate::{
    Pool,
    error::GraphqlError,
    metadata::query_tags::TagFormat,
    model::{Caller, Model, Options},
    plan::{Mutation, Planner, RootRequest, selected_field, simplify},
    schema::{RoleTypes, Roots, role_types},
    sql::{self, Compiled, Tag},
    trace::spans,
};

/// What every root field of one role works with.
pub(super) struct EngineCore {
    pub(super) model: Arc<Model>,
    pub(super) role: String,
    /// Whether permissions that are `backend_only` count.
    pub(super) is_backend: bool,
    pub(super) options: Options,
    pub(super) pool: Pool,
    pub(super) roots: Roots,
    pub(super) live: Arc<live::LiveQueries>,
    /// How statements say for which operation they are; not at all unless the metadata asks for it.
    pub(super) tags: Option<TagFormat>,
}

/// The hash of a request's document, which travels with it when statements are tagged.
pub(super) struct DocumentHash(pub(super) String);

/// What the schema being built on this thread is made of.
struct UnderConstruction {
    types: RoleTypes,
    /// All types, once the last root is made.
    all: Types,
    role: String,
    actions: Actions,
}

thread_local! {
    static BUILDING: RefCell<Option<UnderConstruction>> = const { RefCell::new(None) };
}

/// Runs `build` with the types of a role at hand; returns also every type of the schema that it built.
pub(super) fn with_role<R>(
    model: &Model,
    caller: Caller<'_>,
    actions: &Actions,
    build: impl FnOnce(Roots) -> R,
) -> (R, Types) {
    let types = role_types(model, caller);
    let roots = types.roots.clone();
    let building = UnderConstruction {
        types,
        all: Types::default(),
        role: caller.role.to_owned(),
        actions: actions.clone(),
    };
    BUILDING.with(|slot| slot.replace(Some(building)));
    let built = build(roots);
    let all = BUILDING
        .with(|slot| slot.replace(None))
        .map(|building| building.all);
    (built, all.unwrap_or_default())
}

/// `query_root`: the tables.
pub(super) struct QueryRoot(pub(super) Arc<EngineCore>);

/// `mutation_root`: the tables and the hand-written mutations of `M`.
pub(super) struct MutationRoot<M>(pub(super) Arc<EngineCore>, pub(super) M);

/// `subscription_root`: every query of the tables, live.
pub(super) struct SubscriptionRoot(pub(super) Arc<EngineCore>);

/// Puts a root type into the registry: the fields of the tables, and those of `extra` that the role may use.
fn register_root<E: OutputType>(
    registry: &mut Registry,
    name: &str,
    own_fields: impl FnOnce(&RoleTypes) -> Vec<MetaField>,
) -> usize {
    E::create_type_info(registry);
    let extra = registry.types.remove(&*E::type_name());
    BUILDING.with(|slot| {
        let slot = slot.borrow();
        let Some(building) = slot.as_ref() else {
            return 0;
        };
        let mut fields = own_fields(&building.types);
        if let Some(MetaType::Object { fields: extra, .. }) = extra {
            let allowed = extra
                .into_values()
                .filter(|field| building.actions.allows(&building.role, &field.name));
            fields.extend(allowed);
        }
        for (name, ty) in &building.types.types {
            registry
                .types
                .entry(name.clone())
                .or_insert_with(|| ty.clone());
        }
        let count = fields.len();
        let root = crate::schema::root_object(name, fields);
        registry.types.insert(name.to_owned(), root);
        count
    })
}

fn register_built_ins(registry: &mut Registry) {
    <i32 as OutputType>::create_type_info(registry);
    <f64 as OutputType>::create_type_info(registry);
    <String as OutputType>::create_type_info(registry);
    <bool as OutputType>::create_type_info(registry);
}

impl OutputType for QueryRoot {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("query_root")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        register_built_ins(registry);
        register_root::<EmptyMutation>(registry, "query_root", |types| {
            types.query.values().cloned().collect()
        });
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}

impl ContainerType for QueryRoot {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        self.0.query_field(ctx).await
    }

    /// Asked once for each representation; the first answers for all of them.
    async fn find_entity(&self, ctx: &Context<'_>, _: &Value) -> ServerResult<Option<Value>> {
        let state = ctx.data_unchecked::<Arc<RequestState>>();
        let key = ctx.item.node.response_key().node.as_str();
        if state.claim(key) && !state.is_explaining {
            let json = self.0.entities(ctx, state).await?;
            state.answer(key, json);
        }
        Ok(Some(Value::Null))
    }
}

impl ObjectType for QueryRoot {}

impl<M: ObjectType> OutputType for MutationRoot<M> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("mutation_root")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let own = |types: &RoleTypes| types.mutation.values().cloned().collect();
        if register_root::<M>(registry, "mutation_root", own) == 0 {
            registry.types.remove("mutation_root");
            registry.mutation_type = None;
        }
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}

impl<M: ObjectType> ContainerType for MutationRoot<M> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        match self.0.mutation_field(ctx).await? {
            Some(value) => Ok(Some(value)),
            None => self.1.resolve_field(ctx).await,
        }
    }
}

impl<M: ObjectType> ObjectType for MutationRoot<M> {}

impl SubscriptionType for SubscriptionRoot {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("subscription_root")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let own = |types: &RoleTypes| types.subscription.values().cloned().collect();
        register_root::<EmptyMutation>(registry, "subscription_root", own);
        // This root is made last, so the registry is whole.
        BUILDING.with(|slot| {
            if let Some(building) = slot.borrow_mut().as_mut() {
                let of_tables = std::mem::take(&mut building.types.types);
                building.all = Types::of(registry, of_tables);
            }
        });
        Self::qualified_type_name()
    }

    /// Plans; the answers do not pass through async-graphql.
    fn create_field_stream<'a>(
        &'a self,
        ctx: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        let planned = self.0.plan(ctx)?.map(|compiled| live::Planned {
            key: ctx.item.node.response_key().node.clone(),
            compiled,
            variables: ctx.query_env.variables.clone(),
        });
        Some(match planned {
            Ok(planned) => {
                ctx.data_unchecked::<Arc<Planning>>().leave(planned);
                Box::pin(futures::stream::empty())
            }
            Err(error) => {
                let failed = Response::from_errors(vec![error.into()]);
                Box::pin(futures::stream::once(async { failed }))
            }
        })
    }
}

impl EngineCore {
    /// Answers the current field when it is a table's; its JSON does not pass through async-graphql.
    async fn query_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let Some(planned) = self.plan(ctx) else {
            return Ok(None);
        };
        let state = ctx.data_unchecked::<Arc<RequestState>>();
        let key = ctx.item.node.response_key().node.as_str();
        if !state.claim(key) {
            return Ok(Some(Value::Null));
        }
        let compiled = Arc::new(planned?);
        if state.tell(key, &compiled) {
            return Ok(Some(Value::Null));
        }
        let asked = Asked {
            variables: &ctx.query_env.variables,
            session: &state.session,
            preparation: Preparation::Once,
            execution: self.options.execution,
        };
        let mut conn = Connection::get(&self.pool).await?;
        let mut json = Vec::new();
        run(&mut conn, &compiled, asked, &mut json).await?;
        state.answer(key, text(json)?);
        Ok(Some(Value::Null))
    }

    /// The same for a mutation, in the transaction of the request. After a failure nothing more is written.
    async fn mutation_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let Some((planner, root)) = self.planner(ctx) else {
            return Ok(None);
        };
        let key = ctx.item.node.response_key().node.as_str();
        let planned = spans::planning(key).in_scope(|| {
            let planned = planner.mutation(&root);
            noted(ctx, planner, planned)
        });
        let state = ctx.data_unchecked::<Arc<RequestState>>();
        if state.has_failed() || !state.claim(key) {
            return Ok(Some(Value::Null));
        }
        let written = match planned {
            Ok(mutation) => self.written(ctx, state, key, &mutation).await,
            Err(error) => Err(error),
        };
        written.inspect_err(|_| state.fail())?;
        Ok(Some(Value::Null))
    }

    /// Writes, or only tells how.
    async fn written(
        &self,
        ctx: &Context<'_>,
        state: &RequestState,
        key: &str,
        mutation: &Mutation,
    ) -> Result<(), GraphqlError> {
        let tag = self.tag(ctx, key);
        if state.is_explaining {
            for (position, statement) in self.told(mutation, tag.as_ref()).into_iter().enumerate() {
                state.tell(&format!("{key} {position:03}"), &Arc::new(statement.into()));
            }
            return Ok(());
        }
        let values = Values {
            variables: &ctx.query_env.variables,
            session: &state.session,
            tag: tag.as_ref(),
        };
        let mut conn = state.transaction.begin(&self.pool, &state.session).await?;
        let json = self.run_mutation(&mut conn, mutation, &values).await?;
        state.answer(key, json);
        Ok(())
    }

    /// The statement of the current field; `None` when the field is not a table's.
    fn plan(&self, ctx: &Context<'_>) -> Option<Result<Compiled, GraphqlError>> {
        let (planner, root) = self.planner(ctx)?;
        let key = ctx.item.node.response_key().node.as_str();
        let _planning = spans::planning(key).entered();
        let planned = planner.root(&root);
        let planned = noted(ctx, planner, planned);
        Some(planned.map(|mut plan| {
            simplify(&self.model, &mut plan);
            let tag = self.tag(ctx, key);
            sql::compile(&self.model, &plan).tagged(tag.as_ref())
        }))
    }

    /// What the statements of a root field say of whom they are for.
    pub(super) fn tag<T>(&self, ctx: &ContextBase<'_, T>, key: &str) -> Option<Tag> {
        let (format, hash) = self.tags.zip(ctx.data_opt::<DocumentHash>())?;
        let operation = ctx.query_env.operation_name.as_deref();
        Some(Tag::new(format, key, &hash.0, operation))
    }

    /// The current field and what plans it; `None` when the field is not a table's.
    fn planner<'c>(&'c self, ctx: &'c Context<'_>) -> Option<(Planner<'c>, RootRequest<'c>)> {
        let environment = &ctx.query_env;
        let roots = match environment.operation.node.ty {
            OperationType::Mutation => &self.roots.writing,
            OperationType::Query | OperationType::Subscription => &self.roots.reading,
        };
        let root = *roots.get(ctx.item.node.name.node.as_str())?;
        let key = ctx.item.node.response_key().node.as_str();
        let set = &environment.operation.node.selection_set.node;
        let selected = selected_field(set, &environment.fragments, key)?;
        Some((self.planner_of(ctx), RootRequest { root, selected }))
    }

    pub(super) fn planner_of<'c>(&'c self, ctx: &'c Context<'_>) -> Planner<'c> {
        let environment = &ctx.query_env;
        let (fragments, variables) = (&environment.fragments, &environment.variables);
        Planner::new(&self.model, &self.role, self.options, fragments, variables)
            .backend(self.is_backend)
    }
}

/// The plan of the current field, once it is noted what it took from variables; its errors with their place.
pub(super) fn noted<T>(
    ctx: &Context<'_>,
    planner: Planner<'_>,
    planned: Result<T, GraphqlError>,
) -> Result<T, GraphqlError> {
    if let Some(state) = ctx.data_opt::<Arc<RequestState>>() {
        state.notes().places.extend(planner.into_places());
    }
    planned.map_err(|error| {
        if error.path.starts_with("$.selectionSet") {
            return error;
        }
        let below = error.path.trim_start_matches('$').to_owned();
        error.at(format!("$.selectionSet.{}{below}", ctx.item.node.name.node))
    })
}
