//! The engine: one schema for each role, and the way of a request through it.

use std::{collections::BTreeMap, sync::Arc};

use async_graphql::{
    ObjectType, Request, Schema, Variables,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationDefinition, OperationType},
    },
};
use futures::{StreamExt, stream::BoxStream};

use super::{
    Changes,
    actions::Actions,
    cache::{CachedPlan, DocumentKey, PlanCache, with_defaults},
    live,
    request::RequestState,
    roots::{EngineCore, MutationRoot, QueryRoot, SubscriptionRoot, with_role},
    run::{Asked, run},
    statement::Preparation,
};
use crate::{
    Pool,
    catalog::{Catalog, CatalogError},
    error::{Code, GraphqlError},
    metadata::Metadata,
    model::{Caller, Execution, Inconsistencies, Model, Options},
    plan::{Places, Template, directive_variables, selected_fields, without_unused_variables},
    schema::check_positions,
    session::Session,
};

/// What a role is served with.
struct Role<M> {
    schema: Schema<QueryRoot, MutationRoot<M>, SubscriptionRoot>,
    core: Arc<EngineCore>,
}

/// Serves GraphQL over a database. `M` holds the mutations written by hand.
pub struct Engine<M> {
    pool: Pool,
    model: Arc<Model>,
    roles: BTreeMap<String, Role<M>>,
    /// Roles that have more when a backend asks for them.
    backend_roles: BTreeMap<String, Role<M>>,
    /// The schema of roles that no permission names: nothing.
    nobody: Role<M>,
    plans: PlanCache,
    changes: Changes,
    execution: Execution,
    actions: Actions,
}

/// What an engine is made of.
pub struct EngineBuilder<M> {
    /// The connections.
    pub pool: Pool,
    /// What is exposed to whom.
    pub metadata: Metadata,
    /// How types are shown.
    pub options: Options,
    /// The mutations written by hand.
    pub mutations: M,
    /// Which roles have which of them.
    pub actions: Actions,
}

/// Why an engine could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// No connection.
    #[error("no connection to the database")]
    Pool(#[from] diesel_async::pooled_connection::deadpool::PoolError),
    /// The catalog could not be read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Metadata and database do not fit.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistencies),
}

/// What a request is answered with.
#[derive(Debug, Default)]
pub struct Answer {
    /// The JSON of `data`; `None` when the request failed.
    pub data: Option<String>,
    /// What went wrong.
    pub errors: Vec<GraphqlError>,
}

impl Answer {
    /// A request that failed as a whole.
    pub fn failed(error: GraphqlError) -> Self {
        Self {
            data: None,
            errors: vec![error],
        }
    }

    /// The body of the response.
    pub fn to_json(&self) -> String {
        if self.errors.is_empty() {
            return format!("{{\"data\":{}}}", self.data.as_deref().unwrap_or("null"));
        }
        let errors: Vec<_> = self.errors.iter().map(GraphqlError::to_json).collect();
        serde_json::json!({ "errors": errors }).to_string()
    }

    fn into_response(self) -> async_graphql::Response {
        let data = self.data.as_deref().map(live::raw).transpose();
        match data {
            Ok(data) if self.errors.is_empty() => {
                async_graphql::Response::new(data.unwrap_or_default())
            }
            Ok(_) => async_graphql::Response::from_errors(
                self.errors.into_iter().map(Into::into).collect(),
            ),
            Err(error) => super::roots::failed(error),
        }
    }
}

impl<M: ObjectType + Clone + 'static> EngineBuilder<M> {
    /// Reads the catalog, resolves the metadata against it and builds the schema of every role.
    pub async fn build(self) -> Result<Engine<M>, BuildError> {
        if !self.metadata.unserved.is_empty() {
            tracing::warn!(sections = ?self.metadata.unserved, "metadata has sections that are not served");
        }
        let catalog = Catalog::read(&mut *self.pool.get().await?, &self.metadata).await?;
        let model = Arc::new(Model::build(&self.metadata, &catalog, self.options)?);
        let changes = Changes::default();
        let live = live::LiveQueries::new(self.pool.clone(), changes.clone());
        let role = |role: &str, is_backend: bool| {
            with_role(
                &model,
                Caller { role, is_backend },
                &self.actions,
                |types| {
                    let core = Arc::new(EngineCore {
                        model: Arc::clone(&model),
                        role: role.to_owned(),
                        is_backend,
                        options: self.options,
                        pool: self.pool.clone(),
                        roots: types.roots.clone(),
                        types,
                        live: Arc::clone(&live),
                    });
                    let schema = Schema::build(
                        QueryRoot(Arc::clone(&core)),
                        MutationRoot(Arc::clone(&core), self.mutations.clone()),
                        SubscriptionRoot(Arc::clone(&core)),
                    );
                    Role {
                        schema: schema.data(Arc::clone(&core)).finish(),
                        core,
                    }
                },
            )
        };
        let named = |name: &str, is_backend| (name.to_owned(), role(name, is_backend));
        let names = model.roles();
        let with_backend = names.iter().filter(|name| model.has_backend_only(name));
        Ok(Engine {
            roles: names.iter().map(|name| named(name, false)).collect(),
            backend_roles: with_backend.map(|name| named(name, true)).collect(),
            nobody: role("", false),
            plans: PlanCache::new(),
            changes,
            execution: self.options.execution,
            actions: self.actions.clone(),
            pool: self.pool,
            model,
        })
    }
}

impl<M: ObjectType + 'static> Engine<M> {
    /// The tables that are served.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Wakes the live queries of this engine.
    pub fn changes(&self) -> Changes {
        self.changes.clone()
    }

    /// The schema of a role, in GraphQL's schema language.
    pub fn sdl(&self, role: &str) -> String {
        self.role(role, false)
            .schema
            .sdl_with_options(async_graphql::SDLExportOptions::new().sorted_fields())
    }

    fn role(&self, name: &str, is_backend: bool) -> &Role<M> {
        let backend = is_backend.then(|| self.backend_roles.get(name)).flatten();
        backend
            .or_else(|| self.roles.get(name))
            .unwrap_or(&self.nobody)
    }

    fn role_of(&self, session: &Session) -> &Role<M> {
        self.role(session.role(), session.is_backend())
    }

    /// Answers a query or mutation.
    pub async fn execute(&self, session: Session, request: Request) -> Answer {
        let key = DocumentKey {
            role: session.role().to_owned(),
            operation: request.operation_name.clone(),
            query: request.query.clone(),
        };
        if let Some((plan, variables)) = self.plans.find(&key, &request.variables) {
            return self
                .run_cached(&plan, &session, &variables)
                .await
                .unwrap_or_else(Answer::failed);
        }
        self.run(key, session, request)
            .await
            .unwrap_or_else(Answer::failed)
    }

    async fn run_cached(
        &self,
        plan: &CachedPlan,
        session: &Session,
        variables: &Variables,
    ) -> Result<Answer, GraphqlError> {
        let mut conn = self
            .pool
            .get()
            .await
            .map_err(|error| GraphqlError::fault(&error))?;
        let mut fields = Vec::with_capacity(plan.fields.len());
        let asked = Asked {
            variables,
            session,
            preparation: Preparation::Kept,
            execution: self.execution,
        };
        for (key, compiled) in &plan.fields {
            fields.push((key.as_str(), run(&mut conn, compiled, asked).await?));
        }
        Ok(Answer {
            data: Some(object(&fields)),
            errors: Vec::new(),
        })
    }

    async fn run(
        &self,
        key: DocumentKey,
        session: Session,
        mut request: Request,
    ) -> Result<Answer, GraphqlError> {
        let document = without_unused_variables(parse(&request.query)?);
        request.set_parsed_query(document.clone());
        let operation = operation(&document, request.operation_name.as_deref());
        if let Some(operation) = operation {
            check_positions(&self.role_of(&session).core.types, &document, operation)?;
        }
        let defaults = operation.map(declared_defaults).unwrap_or_default();
        request.variables = with_defaults(&defaults, &request.variables).into_owned();
        let kind = operation.map_or(OperationType::Query, |operation| operation.ty);
        if kind == OperationType::Subscription {
            let problem = "subscriptions are not supported over HTTP, use websockets instead";
            return Err(GraphqlError::new(Code::UnexpectedPayload, problem));
        }
        let roots = operation.map(|operation| {
            selected_fields(&[&operation.selection_set.node], &document.fragments)
        });
        let roots = roots.unwrap_or_default();
        let order: Vec<String> = roots.iter().map(|root| root.key.to_owned()).collect();
        if kind == OperationType::Mutation {
            let names = roots.iter().map(|root| root.field.name.node.as_str());
            self.refuse_mixture(&session, names)?;
        }
        let variables = request.variables.clone();
        let state = Arc::new(RequestState::new(session.clone()));
        let response = self
            .role_of(&session)
            .schema
            .execute(request.data(session).data(Arc::clone(&state)))
            .await;
        let ended = state.transaction.end(response.errors.is_empty()).await;
        if !response.errors.is_empty() {
            let errors = response
                .errors
                .iter()
                .map(GraphqlError::from_server_error)
                .collect();
            return Ok(Answer { data: None, errors });
        }
        ended?;
        let data = assemble(&order, &response.data, &state)?;
        if kind == OperationType::Query {
            let mut places = state.notes().places.clone();
            places.extend(Places::pinning(directive_variables(&document)));
            let template = Template::new(variables, &places);
            self.keep(key, template, defaults, &order, &state);
        }
        Ok(Answer {
            data: Some(data),
            errors: Vec::new(),
        })
    }

    /// An action commits by itself, so it may not stand beside mutations that are rolled back together.
    fn refuse_mixture<'a>(
        &self,
        session: &Session,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<(), GraphqlError> {
        let roots = &self.role_of(session).core.roots;
        let (mut has_table, mut has_action) = (false, false);
        for name in names.filter(|name| !name.starts_with("__")) {
            let is_table = roots.contains_key(name);
            has_table |= is_table;
            has_action |= !is_table && self.actions.allows(session.role(), name);
        }
        if has_table && has_action {
            let problem = "an action cannot be mixed with mutations of tables in one request";
            return Err(GraphqlError::new(Code::BadRequest, problem));
        }
        Ok(())
    }

    fn keep(
        &self,
        key: DocumentKey,
        template: Template,
        defaults: Variables,
        order: &[String],
        state: &RequestState,
    ) {
        let notes = state.notes();
        let fields: Vec<_> = order
            .iter()
            .filter_map(|name| Some((name.clone(), Arc::clone(notes.statements.get(name)?))))
            .collect();
        let is_complete = fields.len() == order.len();
        if is_complete {
            self.plans.keep(
                key,
                CachedPlan {
                    template,
                    defaults,
                    fields,
                },
            );
        }
    }

    /// The statements that a request would run, one for each root field of a table; nothing is executed.
    pub async fn explain(
        &self,
        session: &Session,
        mut request: Request,
    ) -> Result<Vec<String>, GraphqlError> {
        merge_defaults(&mut request);
        let state = Arc::new(RequestState::explaining(session.clone()));
        let schema = &self.role_of(session).schema;
        let response = schema.execute(request.data(Arc::clone(&state))).await;
        if let Some(error) = response.errors.first() {
            return Err(GraphqlError::from_server_error(error));
        }
        Ok(state
            .notes()
            .statements
            .values()
            .map(|compiled| compiled.json.text())
            .collect())
    }

    /// Follows a subscription; a query or mutation is answered once.
    pub fn stream(
        self: &Arc<Self>,
        session: Session,
        mut request: Request,
    ) -> BoxStream<'static, async_graphql::Response> {
        let is_subscription =
            merge_defaults(&mut request).is_some_and(|kind| kind == OperationType::Subscription);
        if !is_subscription {
            let engine = Arc::clone(self);
            return futures::stream::once(async move {
                engine.execute(session, request).await.into_response()
            })
            .boxed();
        }
        let schema = &self.role_of(&session).schema;
        let mut data = async_graphql::Data::default();
        data.insert(session);
        schema
            .execute_stream_with_session_data(request, Arc::new(data))
            .map(with_codes)
            .boxed()
    }
}

/// Gives validation errors of async-graphql their code.
fn with_codes(mut response: async_graphql::Response) -> async_graphql::Response {
    response.errors = response
        .errors
        .iter()
        .map(|error| GraphqlError::from_server_error(error).into())
        .collect();
    response
}

/// Adds the declared defaults to the variables; returns the kind of the operation, if there is one.
fn merge_defaults(request: &mut Request) -> Option<OperationType> {
    let document = parse(&request.query).ok()?;
    let operation = operation(&document, request.operation_name.as_deref())?;
    let defaults = declared_defaults(operation);
    request.variables = with_defaults(&defaults, &request.variables).into_owned();
    Some(operation.ty)
}

/// The defaults that an operation declares for its variables.
fn declared_defaults(operation: &OperationDefinition) -> Variables {
    let mut defaults = Variables::default();
    for definition in &operation.variable_definitions {
        if let Some(value) = &definition.node.default_value {
            defaults.insert(definition.node.name.node.clone(), value.node.clone());
        }
    }
    defaults
}

fn parse(query: &str) -> Result<ExecutableDocument, GraphqlError> {
    parse_query(query).map_err(|error| {
        let problem = format!("not a valid graphql query: {error}");
        GraphqlError::new(Code::ValidationFailed, problem).at("$.query")
    })
}

fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    document
        .operations
        .iter()
        .find(|(operation, _)| name.is_none() || operation.map(async_graphql::Name::as_str) == name)
        .map(|(_, operation)| &operation.node)
}

/// The answer in the order of the document; table fields as PostgreSQL wrote them.
fn assemble(
    order: &[String],
    data: &async_graphql::Value,
    state: &RequestState,
) -> Result<String, GraphqlError> {
    let notes = state.notes();
    let mut fields = Vec::with_capacity(order.len());
    let async_graphql::Value::Object(values) = data else {
        return Ok("null".to_owned());
    };
    for key in order {
        if let Some(json) = notes.answers.get(key) {
            fields.push((key.as_str(), json.clone()));
        } else if let Some(value) = values.get(key.as_str()) {
            let json = serde_json::to_string(value).map_err(|error| GraphqlError::fault(&error))?;
            fields.push((key.as_str(), json));
        }
    }
    Ok(object(&fields))
}

/// An object of members whose values are JSON already; keys are GraphQL names and need no escape.
fn object(fields: &[(&str, String)]) -> String {
    let length: usize = fields
        .iter()
        .map(|(key, json)| key.len() + json.len() + 4)
        .sum();
    let mut text = String::with_capacity(length + 2);
    text.push('{');
    for (position, (key, json)) in fields.iter().enumerate() {
        if position > 0 {
            text.push(',');
        }
        text.push('"');
        text.push_str(key);
        text.push_str("\":");
        text.push_str(json);
    }
    text.push('}');
    text
}
