//! The engine: one schema for each role, and the way of a request through it.

mod build;
mod explain;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_graphql::{ObjectType, Request, Schema, Variables, parser::types::OperationType};
use futures::{StreamExt, stream::BoxStream};
use tracing::Instrument;

use super::{
    Changes,
    actions::Actions,
    answer::{Answer, Body},
    cache::{AnswerSize, CachedPlan, DocumentKey, PlanCache},
    connection::Connection,
    deadline::{self, Canceller},
    document::Document,
    federation::complete_service,
    limits::{LimitRules, Limits},
    live::{self, Planning},
    observe::{self, Followed, Observed},
    request::RequestState,
    roots::{DocumentHash, EngineCore, MutationRoot, QueryRoot, SubscriptionRoot},
    run::{Asked, run},
    statement::Preparation,
    trusted::Trusted,
    validation::{Scope, Types},
};
use crate::{
    Pool,
    error::{Code, GraphqlError},
    http::sha256,
    model::{Execution, Model},
    plan::{Places, Selected, Template, directive_variables, selected_fields},
    schema::federation,
    session::Session,
    trace::spans,
};

pub use build::{BuildError, EngineBuilder};
pub use explain::Explained;

/// What a role is served with.
struct Role<M> {
    schema: Schema<QueryRoot, MutationRoot<M>, SubscriptionRoot>,
    core: Arc<EngineCore>,
    types: Types,
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
    limits: LimitRules,
    cancel: Canceller,
    trusted: Trusted,
    /// Roles that may not ask what their schema is.
    without_introspection: BTreeSet<String>,
    plans: PlanCache,
    changes: Changes,
    execution: Execution,
    actions: Actions,
}

impl<M> Engine<M> {
    /// What a role may ask for; `None` without limits.
    pub fn limits(&self, role: &str) -> Option<&Limits> {
        self.limits.of(role)
    }

    /// The documents that may be called by their hash.
    pub fn trusted(&self) -> &Trusted {
        &self.trusted
    }
}

impl<M: ObjectType + 'static> Engine<M> {
    /// The tables that are served.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// How many statements serve the live queries at the moment, however many subscribe.
    pub fn live_statements(&self) -> usize {
        self.nobody.core.live.statements()
    }

    /// Takes the numbers that change without a request, before somebody reads them.
    pub fn observe(&self) {
        observe::take(&self.pool, self.live_statements());
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

    /// What kind of operation a request asks for.
    pub fn kind(
        &self,
        session: &Session,
        request: &Request,
    ) -> Result<OperationType, GraphqlError> {
        Document::read(request, self.limits(session.role()))?.kind()
    }

    /// Reads a request's document and checks it against what its role may ask. Returns the declared defaults, too.
    fn accept(
        &self,
        session: &Session,
        request: &mut Request,
    ) -> Result<(Document, Variables), GraphqlError> {
        let role = session.role();
        self.trusted.check(role, &request.query)?;
        let document =
            spans::parsing().in_scope(|| Document::read(request, self.limits.of(role)))?;
        let defaults = document.defaults()?;
        let scope = Scope {
            types: &self.role_of(session).types,
            has_introspection: !self.without_introspection.contains(role),
        };
        spans::validation().in_scope(|| document.validate(scope, &defaults, request))?;
        Ok((document, defaults))
    }

    /// The request with the hash of its document, where statements name it.
    fn hashed(&self, request: Request) -> Request {
        if self.nobody.core.tags.is_none() {
            return request;
        }
        let hash = DocumentHash(sha256(&request.query));
        request.data(hash)
    }

    /// Answers a query or mutation.
    pub async fn execute(&self, session: Session, request: Request) -> Answer {
        let key = DocumentKey {
            role: session.role().to_owned(),
            operation: request.operation_name.clone(),
            query: request.query.clone(),
        };
        let time = self
            .limits
            .of(session.role())
            .and_then(|limits| limits.time);
        let observed = Observed::begin();
        let work = async {
            let answer = self.answer(&key, session, request, &observed).await;
            answer.unwrap_or_else(Answer::failed).into_result()
        };
        let work = work.instrument(observed.span.clone());
        let answer = match time {
            Some(time) => deadline::within(time, &self.cancel, work).await,
            None => work.await,
        }
        .unwrap_or_else(|failed| failed);
        observed.end(&key, &answer);
        answer
    }

    async fn answer(
        &self,
        key: &DocumentKey,
        session: Session,
        request: Request,
        observed: &Observed,
    ) -> Result<Answer, GraphqlError> {
        match self.plans.find(key, &request.variables) {
            Some((plan, variables)) => {
                observed.is(OperationType::Query, plan.operation.as_deref());
                self.run_cached(&plan, &session, &variables).await
            }
            None => self.run(key, session, request, observed).await,
        }
    }

    async fn run_cached(
        &self,
        plan: &CachedPlan,
        session: &Session,
        variables: &Variables,
    ) -> Result<Answer, GraphqlError> {
        let asked = Asked {
            variables,
            session,
            preparation: Preparation::Kept,
            execution: self.execution,
        };
        let mut conn = Connection::get(&self.pool).await?;
        let mut body = Body::with_capacity(plan.size.expected());
        for (key, compiled) in &plan.fields {
            run(&mut conn, compiled, asked, body.member(key)).await?;
        }
        plan.size.note(body.size());
        body.finish()
    }

    async fn run(
        &self,
        key: &DocumentKey,
        session: Session,
        mut request: Request,
        observed: &Observed,
    ) -> Result<Answer, GraphqlError> {
        let (document, defaults) = self.accept(&session, &mut request)?;
        let (name, operation) = document.named_operation()?;
        let name = name.map(ToString::to_string);
        let kind = operation.ty;
        observed.is(kind, name.as_deref());
        if kind == OperationType::Subscription {
            let problem = "subscriptions are not supported over HTTP, use websockets instead";
            return Err(GraphqlError::new(Code::UnexpectedPayload, problem));
        }
        let roots = selected_fields(&[&operation.selection_set.node], &document.parsed.fragments);
        let order: Vec<String> = roots.iter().map(|root| root.key.to_owned()).collect();
        let is_service = |root: &&Selected<'_>| root.field.name.node == federation::SERVICE;
        let services = roots.iter().filter(is_service);
        let services: Vec<String> = services.map(|root| root.key.to_owned()).collect();
        if kind == OperationType::Mutation {
            self.refuse_mixture(
                &session,
                roots.iter().map(|root| root.field.name.node.as_str()),
            )?;
        }
        let pinned = Places::pinning(directive_variables(&document.parsed));
        request.set_parsed_query(document.parsed);
        let variables = request.variables.clone();
        let state = Arc::new(RequestState::new(session.clone()));
        let role = self.role_of(&session);
        let mut response = role
            .schema
            .execute(self.hashed(request).data(session).data(Arc::clone(&state)))
            .await;
        let ended = state.transaction.end(response.errors.is_empty()).await;
        if !response.errors.is_empty() {
            return Ok(Answer::from(response));
        }
        ended?;
        if let async_graphql::Value::Object(fields) = &mut response.data {
            for service in services {
                if let Some(value) = fields.get_mut(service.as_str()) {
                    complete_service(value, &role.types.roots);
                }
            }
        }
        let answer = assemble(&order, response, &state)?;
        if kind == OperationType::Query {
            let mut places = state.notes().places.clone();
            places.extend(pinned);
            let template = Template::new(variables, &places);
            self.keep((key.clone(), name), template, defaults, &order, &state);
        }
        Ok(answer)
    }

    /// An action commits by itself, so it may not stand beside mutations that are rolled back together.
    fn refuse_mixture<'a>(
        &self,
        session: &Session,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<(), GraphqlError> {
        let roots = &self.role_of(session).core.roots.writing;
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
        (key, operation): (DocumentKey, Option<String>),
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
                    operation,
                    template,
                    defaults,
                    fields,
                    size: AnswerSize::default(),
                },
            );
        }
    }

    /// Follows a subscription; a query or mutation is answered once. A request that is refused is answered with its
    /// errors, once.
    pub fn stream(
        self: &Arc<Self>,
        session: Session,
        mut request: Request,
    ) -> BoxStream<'static, Answer> {
        match self.kind(&session, &request) {
            Ok(OperationType::Subscription) => {}
            _ => {
                let engine = Arc::clone(self);
                let answer = async move { engine.execute(session, request).await };
                return futures::stream::once(answer).boxed();
            }
        }
        let document = match self.accept(&session, &mut request) {
            Ok((document, _)) => document,
            Err(error) => {
                return futures::stream::once(async { Answer::failed(error) }).boxed();
            }
        };
        let followed = Followed::begin(&session, &request);
        request.set_parsed_query(document.parsed);
        let limits = self.limits.of(session.role());
        let role = self.role_of(&session);
        let planning = Arc::new(Planning::new(
            session,
            limits.and_then(|limits| limits.time),
        ));
        let mut data = async_graphql::Data::default();
        data.insert(Arc::clone(&planning));
        let refused = role
            .schema
            .execute_stream_with_session_data(self.hashed(request), Arc::new(data))
            .map(Answer::from);
        let live = Arc::clone(&role.core.live);
        let answers = futures::stream::once(async move { planning.planned() })
            .filter_map(futures::future::ready)
            .flat_map(move |planned| live::stream(&live, planned));
        let held = move |_: &Answer| {
            let _ = &followed;
        };
        refused.chain(answers).inspect(held).boxed()
    }
}

/// The answer in the order of the document; table fields as PostgreSQL wrote them.
fn assemble(
    order: &[String],
    response: async_graphql::Response,
    state: &RequestState,
) -> Result<Answer, GraphqlError> {
    let nothing = async_graphql::indexmap::IndexMap::new();
    let values = match &response.data {
        async_graphql::Value::Object(values) => values,
        // Every field was left out by `@skip` or `@include`.
        async_graphql::Value::Null => &nothing,
        _ => return Ok(Answer::from(response)),
    };
    let notes = state.notes();
    let size: usize = notes.answers.values().map(String::len).sum();
    let mut body = Body::with_capacity(size);
    for key in order {
        if let Some(json) = notes.answers.get(key) {
            body.member(key).extend(json.as_bytes());
        } else if let Some(value) = values.get(key.as_str()) {
            serde_json::to_writer(body.member(key), value)
                .map_err(|error| GraphqlError::fault(&error))?;
        }
    }
    body.finish()
}
