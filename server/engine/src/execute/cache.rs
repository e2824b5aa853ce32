//! Plans of validated queries, so that a repeated document is neither parsed nor validated nor planned again.
//!
//! A document has one plan for each shape of its variables; both are bounded, as clients choose them.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Variables;
use moka::sync::Cache;

use crate::{plan::Template, sql::Statement};

const DOCUMENTS: u64 = 2_000;
const SHAPES: usize = 16;

/// What tells documents apart: role, operation name and text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct DocumentKey {
    pub(super) role: String,
    pub(super) operation: Option<String>,
    pub(super) query: String,
}

/// The statements of a query, by response key, in the order of the document.
pub(super) struct CachedPlan {
    pub(super) template: Template,
    pub(super) fields: Vec<(String, Arc<Statement>)>,
}

type Shapes = Arc<Mutex<Vec<Arc<CachedPlan>>>>;

/// The kept plans.
pub(super) struct PlanCache(Cache<DocumentKey, Shapes>);

impl PlanCache {
    pub(super) fn new() -> Self {
        Self(Cache::new(DOCUMENTS))
    }

    pub(super) fn find(&self, key: &DocumentKey, variables: &Variables) -> Option<Arc<CachedPlan>> {
        let shapes = self.0.get(key)?;
        let shapes = shapes.lock().unwrap_or_else(PoisonError::into_inner);
        shapes
            .iter()
            .find(|plan| plan.template.fits(variables))
            .cloned()
    }

    pub(super) fn keep(&self, key: DocumentKey, plan: CachedPlan) {
        let shapes = self.0.get_with(key, Shapes::default);
        let mut shapes = shapes.lock().unwrap_or_else(PoisonError::into_inner);
        if shapes.len() >= SHAPES {
            shapes.remove(0);
        }
        shapes.push(Arc::new(plan));
    }
}
