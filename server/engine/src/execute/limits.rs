//! What a request may cost: limits for each role, and bounds for everybody beyond which the server would come to harm.
//!
//! A document is measured twice: its text, before anything recursive reads it; and its operation, with every fragment
//! counted where it is spread, before it is checked and planned.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use async_graphql::{
    Name,
    parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};

use super::tokens::Tokens;
use crate::{
    error::{Code, GraphqlError},
    metadata::{
        Metadata,
        api_limits::{ApiLimits, UniqueParams},
    },
    session::Session,
};

/// The deepest nesting of brackets and fields that anybody may send: beyond it readers run out of stack.
const DEEPEST: usize = 100;
/// The most fields of an operation, fragments counted where they are spread, that anybody may send.
const MOST_FIELDS: usize = 50_000;

/// What a role may ask for; `None` is no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// How deep fields may be nested; introspection is not counted.
    pub depth: Option<usize>,
    /// How many fields may have a selection of their own.
    pub nodes: Option<usize>,
    /// How many fields may be renamed.
    pub aliases: Option<usize>,
    /// How many tokens a document may have.
    pub tokens: Option<usize>,
    /// How long a document may be.
    pub bytes: Option<usize>,
    /// How many requests one body may hold.
    pub batch: Option<usize>,
    /// The most rows of every list.
    pub rows: Option<u32>,
    /// How long a request may take.
    pub time: Option<Duration>,
    /// How many requests a caller may send in a minute.
    pub per_minute: Option<std::num::NonZeroU32>,
    /// Who counts as one caller of them.
    pub counted: Counted,
}

/// Who counts as one caller within a role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Counted {
    /// A user, or whoever sends from an address where there is no user.
    #[default]
    Person,
    /// Everybody together.
    Role,
    /// Whoever sends from an address.
    Address,
    /// Whoever has these session variables in common, named in lower case.
    Variables(Vec<String>),
}

/// The limits of every role.
#[derive(Debug, Clone, Default)]
pub struct LimitRules {
    /// For roles that are not named.
    pub default: Limits,
    /// For these roles, instead.
    pub roles: BTreeMap<String, Limits>,
}

impl LimitRules {
    /// The limits of a role; the administrator has none.
    pub fn of(&self, role: &str) -> Option<&Limits> {
        (role != Session::ADMIN).then(|| self.roles.get(role).unwrap_or(&self.default))
    }

    /// Takes in the limits of the metadata; those that are given already come first.
    pub(super) fn complete(&mut self, limits: &ApiLimits) {
        if limits.disabled {
            return;
        }
        let roles = [
            limits.depth_limit.per_role.keys(),
            limits.node_limit.per_role.keys(),
            limits.batch_limit.per_role.keys(),
        ];
        let named = roles
            .into_iter()
            .flatten()
            .chain(limits.time_limit.per_role.keys())
            .chain(limits.rate_limit.per_role.keys());
        for role in named {
            let own = self.roles.entry(role.clone());
            own.or_insert_with(|| self.default.clone());
        }
        for (role, own) in &mut self.roles {
            own.complete(limits, role);
        }
        self.default.complete(limits, "");
    }

    /// Lowers the row limits of permissions to those of their roles.
    pub(super) fn cap_rows(&self, metadata: &mut Metadata) {
        let permissions = metadata
            .tables
            .iter_mut()
            .flat_map(|table| &mut table.select_permissions);
        for permission in permissions {
            let Some(cap) = self.of(&permission.role).and_then(|limits| limits.rows) else {
                continue;
            };
            let limit = &mut permission.permission.limit;
            *limit = Some(limit.map_or(cap, |limit| limit.min(cap)));
        }
    }
}

impl Limits {
    /// Takes what is not limited from the metadata.
    fn complete(&mut self, limits: &ApiLimits, role: &str) {
        let time = || limits.time_limit.of(role).map(Duration::from_secs);
        self.depth = self.depth.or_else(|| limits.depth_limit.of(role));
        self.nodes = self.nodes.or_else(|| limits.node_limit.of(role));
        self.batch = self.batch.or_else(|| limits.batch_limit.of(role));
        self.time = self.time.or_else(time);
        if let (None, Some(rate)) = (self.per_minute, limits.rate_limit.of(role)) {
            self.per_minute = Some(rate.max_reqs_per_min);
            self.counted = match rate.unique_params {
                None => Counted::Role,
                Some(UniqueParams::Address) => Counted::Address,
                Some(UniqueParams::Variables(names)) => Counted::Variables(names),
            };
        }
    }
}

/// A refusal of something that is too much.
pub(crate) fn exceeded(what: &str, found: usize, most: usize) -> GraphqlError {
    let problem = format!("{what}: {found} where at most {most} are allowed");
    GraphqlError::new(Code::LimitExceeded, problem)
}

fn within(what: &str, found: usize, most: Option<usize>) -> Result<(), GraphqlError> {
    match most {
        Some(most) if found > most => Err(exceeded(what, found, most)),
        _ => Ok(()),
    }
}

/// Refuses a text that is too long, has too many tokens or is nested too deep to be read.
pub(super) fn before_parsing(query: &str, limits: Option<&Limits>) -> Result<(), GraphqlError> {
    within("bytes", query.len(), limits.and_then(|limits| limits.bytes))?;
    let (tokens, depth) = scan(query);
    within("nested brackets", depth, Some(DEEPEST))?;
    within("tokens", tokens, limits.and_then(|limits| limits.tokens))
}

/// How many tokens a text has, and how deep its brackets are nested.
fn scan(query: &str) -> (usize, usize) {
    let (mut tokens, mut depth, mut deepest) = (0, 0_usize, 0);
    for token in Tokens::of(query) {
        tokens += 1;
        match token {
            "{" | "[" | "(" => depth += 1,
            "}" | "]" | ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    (tokens, deepest)
}

/// Refuses an operation that is too much for its role, or for anybody.
pub(super) fn before_planning(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    limits: Option<&Limits>,
) -> Result<(), GraphqlError> {
    let mut measuring = Measuring {
        document,
        known: HashMap::new(),
        entered: Vec::new(),
    };
    let size = measuring.selection_set(&operation.selection_set.node, 0)?;
    within("nested fields", size.full_depth, Some(DEEPEST))?;
    within("fields", size.fields, Some(MOST_FIELDS))?;
    let Some(limits) = limits else {
        return Ok(());
    };
    within("depth", size.depth, limits.depth)?;
    within("nodes", size.nodes, limits.nodes)?;
    within("aliases", size.aliases, limits.aliases)
}

/// How much a selection set asks for.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    /// Levels of fields, without introspection.
    depth: usize,
    /// Levels of fields, with introspection.
    full_depth: usize,
    /// Levels of selection sets, those of fragments among them.
    levels: usize,
    nodes: usize,
    aliases: usize,
    fields: usize,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.depth = self.depth.max(other.depth);
        self.full_depth = self.full_depth.max(other.full_depth);
        self.levels = self.levels.max(other.levels);
        self.nodes = self.nodes.saturating_add(other.nodes);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.fields = self.fields.saturating_add(other.fields);
    }

    /// The size of a field with this selection.
    fn of_field(field: &async_graphql::parser::types::Field, below: Self) -> Self {
        let has_selection = !field.selection_set.node.items.is_empty();
        let is_introspection = matches!(field.name.node.as_str(), "__schema" | "__type");
        Self {
            depth: if is_introspection { 0 } else { below.depth + 1 },
            full_depth: below.full_depth + 1,
            levels: below.levels,
            nodes: below.nodes.saturating_add(usize::from(has_selection)),
            aliases: below
                .aliases
                .saturating_add(usize::from(field.alias.is_some())),
            fields: below.fields.saturating_add(1),
        }
    }
}

/// Measures every fragment once.
struct Measuring<'a> {
    document: &'a ExecutableDocument,
    known: HashMap<&'a Name, Size>,
    /// The fragments that are being measured, outermost first.
    entered: Vec<&'a Name>,
}

impl<'a> Measuring<'a> {
    fn selection_set(&mut self, set: &'a SelectionSet, level: usize) -> Result<Size, GraphqlError> {
        // The recursion here is bounded before the size is known.
        within("nested selections", level, Some(2 * DEEPEST))?;
        let mut size = Size::default();
        for selection in &set.items {
            size.add(match &selection.node {
                Selection::Field(field) => {
                    let below = self.selection_set(&field.node.selection_set.node, level + 1)?;
                    Size::of_field(&field.node, below)
                }
                Selection::InlineFragment(fragment) => {
                    self.selection_set(&fragment.node.selection_set.node, level + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node, level)?
                }
            });
        }
        size.levels += 1;
        within("nested selections", size.levels, Some(2 * DEEPEST))?;
        Ok(size)
    }

    fn fragment(&mut self, name: &'a Name, level: usize) -> Result<Size, GraphqlError> {
        if let Some(size) = self.known.get(name) {
            return Ok(*size);
        }
        if let Some(start) = self.entered.iter().position(|entered| *entered == name) {
            let cycle: Vec<String> = self
                .entered
                .iter()
                .skip(start)
                .map(|name| format!("\"{name}\""))
                .collect();
            let problem = format!(
                "the fragment definition(s) {} form a cycle",
                cycle.join(", ")
            );
            return Err(GraphqlError::new(Code::ValidationFailed, problem));
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            // Validation says where.
            return Ok(Size::default());
        };
        self.entered.push(name);
        let size = self.selection_set(&fragment.node.selection_set.node, level + 1)?;
        self.entered.pop();
        self.known.insert(name, size);
        Ok(size)
    }
}
