//! Plans of validated queries, so that a repeated document is neither parsed nor validated nor planned again.
//!
//! A document has one plan for each shape of its variables; both are bounded, as clients choose them.

use std::{
    borrow::Cow,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_graphql::Variables;
use moka::sync::Cache;

use crate::{plan::Template, sql::Compiled};

const DOCUMENTS: u64 = 2_000;
const SHAPES: usize = 16;
/// Of a document and one set of its variables, in bytes.
const LARGEST: usize = 16 * 1024;
/// The longest answer that is prepared for, in bytes.
const LONGEST: usize = 1 << 20;

/// What tells documents apart: role, operation name and text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct DocumentKey {
    pub(super) role: String,
    pub(super) operation: Option<String>,
    pub(super) query: String,
}

/// The statements of a query, by response key, in the order of the document.
pub(super) struct CachedPlan {
    /// The name of the operation in the document.
    pub(super) operation: Option<String>,
    pub(super) template: Template,
    /// The defaults that the document declares for its variables.
    pub(super) defaults: Variables,
    pub(super) fields: Vec<(String, Arc<Compiled>)>,
    pub(super) size: AnswerSize,
}

/// How long the answers of a plan are, in bytes.
#[derive(Default)]
pub(super) struct AnswerSize(AtomicUsize);

impl AnswerSize {
    /// As long as the longest of its kind, within reason.
    pub(super) fn expected(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn note(&self, bytes: usize) {
        self.0.fetch_max(bytes.min(LONGEST), Ordering::Relaxed);
    }
}

type Shapes = Arc<Mutex<Vec<Arc<CachedPlan>>>>;

/// The kept plans.
pub(super) struct PlanCache(Cache<DocumentKey, Shapes>);

impl PlanCache {
    pub(super) fn new() -> Self {
        Self(Cache::new(DOCUMENTS))
    }

    /// The plan that serves these variables, and the variables with their defaults.
    pub(super) fn find<'a>(
        &self,
        key: &DocumentKey,
        variables: &'a Variables,
    ) -> Option<(Arc<CachedPlan>, Cow<'a, Variables>)> {
        let shapes = self.0.get(key)?;
        let shapes = shapes.lock().unwrap_or_else(PoisonError::into_inner);
        let variables = with_defaults(&shapes.first()?.defaults, variables);
        let plan = shapes
            .iter()
            .find(|plan| plan.template.fits(&variables))
            .cloned()?;
        Some((plan, variables))
    }

    /// Keeps a plan. A document that is long, or comes with much data, is rarely repeated and is not kept.
    pub(super) fn keep(&self, key: DocumentKey, plan: CachedPlan) {
        if key.query.len() + plan.template.size() > LARGEST {
            return;
        }
        let shapes = self.0.get_with(key, Shapes::default);
        let mut shapes = shapes.lock().unwrap_or_else(PoisonError::into_inner);
        if shapes.len() >= SHAPES {
            shapes.remove(0);
        }
        shapes.push(Arc::new(plan));
    }
}

/// The given variables, and the defaults of those that are absent.
pub(super) fn with_defaults<'a>(
    defaults: &Variables,
    variables: &'a Variables,
) -> Cow<'a, Variables> {
    let absent = defaults
        .iter()
        .filter(|(name, _)| !variables.contains_key(*name));
    let mut merged = Cow::Borrowed(variables);
    for (name, value) in absent {
        merged.to_mut().insert(name.clone(), value.clone());
    }
    merged
}
