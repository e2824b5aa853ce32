//! How an engine is made: the metadata against the catalog, and a schema for each role.

use std::{collections::BTreeMap, sync::Arc};

use async_graphql::{ObjectType, Schema, ValidationMode};

use super::{Engine, Role};
use crate::{
    Pool,
    catalog::{Catalog, CatalogError},
    execute::{
        Changes,
        actions::{self, Actions},
        cache::PlanCache,
        deadline::{self, Canceller},
        limits::LimitRules,
        live,
        roots::{EngineCore, MutationRoot, QueryRoot, SubscriptionRoot, with_role},
        trusted::Trusted,
    },
    metadata::Metadata,
    model::{Caller, Inconsistencies, Inconsistency, Model, Options},
    schema,
};

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
    /// What each role may ask for.
    pub limits: LimitRules,
    /// How a statement is cancelled whose request took too long.
    pub cancel: Canceller,
    /// Whether only the administrator may run documents that the allow-list does not have.
    pub is_allow_list_enforced: bool,
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

impl<M> EngineBuilder<M> {
    /// An engine without actions and limits, with the usual options.
    pub fn new(pool: Pool, metadata: Metadata, mutations: M) -> Self {
        Self {
            pool,
            metadata,
            options: Options::default(),
            mutations,
            actions: Actions::new(),
            limits: LimitRules::default(),
            cancel: deadline::cancel_plainly(),
            is_allow_list_enforced: false,
        }
    }
}

impl<M: ObjectType + Clone + 'static> EngineBuilder<M> {
    /// Reads the catalog, resolves the metadata against it and builds the schema of every role.
    pub async fn build(mut self) -> Result<Engine<M>, BuildError> {
        crate::execute::observe::describe();
        if !self.metadata.unserved.is_empty() {
            tracing::warn!(sections = ?self.metadata.unserved, "metadata has sections that are not served");
        }
        self.limits.complete(&self.metadata.api_limits);
        self.limits.cap_rows(&mut self.metadata);
        let catalog = Catalog::read(&mut *self.pool.get().await?, &self.metadata).await?;
        let model = Arc::new(Model::build(&self.metadata, &catalog, self.options)?);
        let clashes = schema::clashes(&model);
        if !clashes.is_empty() {
            return Err(Inconsistencies(clashes).into());
        }
        let changes = Changes::default();
        let live =
            live::LiveQueries::new(self.pool.clone(), changes.clone(), Arc::clone(&self.cancel));
        let role = |role: &str, is_backend: bool| {
            let ((schema, core), types) = with_role(
                &model,
                Caller { role, is_backend },
                &self.actions,
                |roots| {
                    let core = Arc::new(EngineCore {
                        model: Arc::clone(&model),
                        role: role.to_owned(),
                        is_backend,
                        options: self.options,
                        pool: self.pool.clone(),
                        roots,
                        live: Arc::clone(&live),
                        tags: self.metadata.query_tags,
                    });
                    let schema = Schema::build(
                        QueryRoot(Arc::clone(&core)),
                        MutationRoot(Arc::clone(&core), self.mutations.clone()),
                        SubscriptionRoot(Arc::clone(&core)),
                    );
                    let schema = schema
                        .data(Arc::clone(&core))
                        .validation_mode(ValidationMode::Fast)
                        .enable_subscription_in_federation()
                        .finish();
                    (schema, core)
                },
            );
            Role {
                schema,
                core,
                types,
            }
        };
        let named = |name: &str, is_backend| (name.to_owned(), role(name, is_backend));
        let names = model.roles();
        let with_backend = names.iter().filter(|name| model.has_backend_only(name));
        let roles: BTreeMap<_, _> = names.iter().map(|name| named(name, false)).collect();
        let backend_roles: BTreeMap<_, _> = with_backend.map(|name| named(name, true)).collect();
        refuse_clashes(&model, roles.values().chain(backend_roles.values()))?;
        Ok(Engine {
            roles,
            backend_roles,
            nobody: role("", false),
            limits: self.limits,
            cancel: self.cancel,
            trusted: Trusted::new(&self.metadata.documents, self.is_allow_list_enforced),
            without_introspection: self.metadata.documents.introspection.disabled_for_roles,
            plans: PlanCache::new(),
            changes,
            execution: self.options.execution,
            actions: self.actions.clone(),
            pool: self.pool,
            model,
        })
    }
}

/// An action may not be called as a mutation of a table, whoever has which of them.
fn refuse_clashes<'a, M: ObjectType + 'a>(
    model: &Model,
    roles: impl Iterator<Item = &'a Role<M>>,
) -> Result<(), Inconsistencies> {
    let clashes = actions::clashes::<M>(roles.map(|role| &*role.core));
    let problems: Vec<_> = clashes
        .into_iter()
        .map(|(table, name)| Inconsistency {
            table: model.table(table).relation.to_string(),
            problem: format!("an action is called {name:?}, too"),
        })
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Inconsistencies(problems))
    }
}
