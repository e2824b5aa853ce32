//! A validated selection as a value: which rows, which fields, which binds.
//!
//! Plans know the role's rules (they are part of every filter) and no SQL text. How a plan is executed is decided
//! later: [`crate::sql::json`] lets PostgreSQL build the JSON; another execution can read the same plan.

mod filter;
mod input;
mod order;
mod planner;
mod selection;
mod template;
mod write;

pub use input::text_of;
pub use planner::{Planner, RootRequest};
pub use selection::{Selected, directive_variables, selected_fields};
pub use template::{Places, Template};

use crate::model::{Bind, ColumnId, Predicate, TableId};

/// What a root field asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Root {
    /// A list of rows.
    List(Select),
    /// One row or null.
    One(Select),
    /// Counts over rows, with the rows.
    Aggregate(Aggregate),
    /// A changed row.
    Write(Write),
}

/// Rows of one table and what is shown of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// The table.
    pub table: TableId,
    /// What is shown, in the order of the request.
    pub fields: Vec<Field>,
    /// The role's rule and the client's filter.
    pub filter: Predicate,
    /// The order; empty for none.
    pub order: Vec<Order>,
    /// The most rows.
    pub limit: Limit,
    /// How many rows are passed over.
    pub offset: Option<Bind>,
}

/// The most rows of a list: the smaller of what the client asks and what the rule allows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limit {
    /// What the client asks.
    pub client: Option<Bind>,
    /// What the rule allows.
    pub rule: Option<u32>,
}

/// A field of an object and its name in the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The name in the answer.
    pub alias: String,
    /// What it shows.
    pub value: FieldValue,
}

/// What a field shows.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue {
    /// The name of the type.
    Typename(String),
    /// A column; `as_text` for numbers that JSON would shorten.
    Column {
        /// The column.
        column: ColumnId,
        /// Whether it is sent as a string.
        as_text: bool,
    },
    /// The one row of a relationship, or null.
    Object(Related<Select>),
    /// The rows of a relationship.
    List(Related<Select>),
    /// Counts over the rows of a relationship.
    Aggregate(Related<Aggregate>),
}

/// Rows of another table, joined on columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Related<T> {
    /// Column here, column there.
    pub mapping: Vec<(ColumnId, ColumnId)>,
    /// The rows there.
    pub rows: Box<T>,
}

/// Counts over rows, with the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// The counted rows; shows no fields itself.
    pub rows: Select,
    /// The most nodes that the rule allows; counts are not capped.
    pub node_limit: Option<u32>,
    /// What is shown.
    pub fields: Vec<(String, AggregateField)>,
}

/// A field of an aggregate.
#[derive(Debug, Clone, PartialEq)]
pub enum AggregateField {
    /// The name of the type.
    Typename(String),
    /// The counts.
    Counts(Vec<(String, Count)>),
    /// The counted rows.
    Nodes(Vec<Field>),
}

/// A field of the counts.
#[derive(Debug, Clone, PartialEq)]
pub enum Count {
    /// The name of the type.
    Typename(String),
    /// How many rows have a value in these columns; all rows without columns.
    Rows {
        /// The columns.
        columns: Vec<ColumnId>,
        /// Whether equal values count once.
        is_distinct: bool,
    },
}

/// One member of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// What is ordered by.
    pub by: OrderBy,
    /// The direction.
    pub direction: Direction,
}

/// What rows are ordered by.
#[derive(Debug, Clone, PartialEq)]
pub enum OrderBy {
    /// A column of the table.
    Column(ColumnId),
    /// Something of the row that an object relationship leads to.
    Related {
        /// The other table.
        table: TableId,
        /// Column here, column there.
        mapping: Vec<(ColumnId, ColumnId)>,
        /// The role's rule there: what it hides counts as null.
        rule: Predicate,
        /// What is ordered by there.
        by: Box<OrderBy>,
    },
}

/// The direction of an order, with the place of nulls (PostgreSQL's defaults: last ascending, first descending).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Direction {
    /// Whether big values come first.
    pub is_descending: bool,
    /// Whether nulls come first.
    pub is_nulls_first: bool,
}

/// A row that is added, changed or removed, and what is shown of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// The table.
    pub table: TableId,
    /// What is done.
    pub action: Action,
    /// What the new state must satisfy.
    pub check: Predicate,
    /// What is shown of the row, as far as the role may read it.
    pub returning: Select,
}

/// What is done to a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// A row is added.
    Insert {
        /// The given and preset columns.
        values: Vec<(ColumnId, Bind)>,
    },
    /// A row is changed.
    Update {
        /// The given and preset columns.
        values: Vec<(ColumnId, Bind)>,
        /// Which row, with the role's rule.
        filter: Predicate,
    },
    /// A row is removed.
    Delete {
        /// Which row, with the role's rule.
        filter: Predicate,
    },
}
