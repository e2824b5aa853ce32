//! A validated selection as a value: which rows, which fields, which binds.
//!
//! Plans know the role's rules (they are part of every filter) and no SQL text. How a plan is executed is decided
//! later: [`crate::sql::json`] lets PostgreSQL build the JSON; another execution can read the same plan.

mod aggregate;
mod connection;
mod entities;
mod filter;
mod input;
pub(crate) mod json_path;
mod order;
mod planner;
mod selection;
mod simplify;
mod stream;
mod template;
pub mod write;

pub(crate) use input::integral;
pub use input::text_of;
pub use planner::{Planner, RootRequest};
pub use selection::{Selected, directive_variables, selected_field, selected_fields};
pub use simplify::simplify;
pub use template::{Places, Template};
pub use write::{Mutation, Write};

use crate::model::{Bind, Cell, ColumnId, Function, Predicate, RelatedValue, TableId};

/// What a query field asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Root {
    /// A list of rows.
    List(Select),
    /// One row or null.
    One(Select),
    /// Rows as they come.
    Stream(Box<Stream>),
    /// A page of rows, by cursors.
    Connection(Box<Connection>),
    /// Counts over rows, with the rows.
    Aggregate(Aggregate),
}

/// A page of rows before or after a cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// The rows, in an order in which no two are equal; shows no fields itself.
    pub rows: Select,
    /// The page begins after this cursor.
    pub after: Option<Bind>,
    /// The page ends before this cursor.
    pub before: Option<Bind>,
    /// Whether the last rows are wanted, not the first ones.
    pub is_backward: bool,
    /// What is shown.
    pub fields: Vec<(String, ConnectionField)>,
}

/// A field of a connection.
#[derive(Debug, Clone, PartialEq)]
pub enum ConnectionField {
    /// The name of the type.
    Typename(String),
    /// The rows.
    Edges(Vec<(String, EdgeField)>),
    /// Where the page is among all.
    Page(Vec<(String, PageField)>),
}

/// A field of a row of a connection.
#[derive(Debug, Clone, PartialEq)]
pub enum EdgeField {
    /// The name of the type.
    Typename(String),
    /// Where the row is.
    Cursor,
    /// The row.
    Node(Vec<Field>),
}

/// A field of the place of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageField {
    /// The name of the type.
    Typename,
    /// Where the first row is.
    StartCursor,
    /// Where the last row is.
    EndCursor,
    /// Whether rows follow.
    HasNext,
    /// Whether rows precede.
    HasPrevious,
}

/// Rows of one table by keys that somebody else holds.
#[derive(Debug, Clone, PartialEq)]
pub struct EntityGroup {
    /// What is shown of them, and the role's rule.
    pub rows: Select,
    /// The columns of the key, each with the list of its values.
    pub keys: Vec<(ColumnId, Bind)>,
    /// Where each of them stands in the answer.
    pub places: Vec<usize>,
}

/// Rows in the order of a column, a batch after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// The next batch: the rows after the place that the execution knows.
    pub rows: Select,
    /// The column that they are ordered by.
    pub cursor: Cell,
    /// Where the stream begins, exclusively.
    pub begin: Bind,
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
    /// Of rows that are equal in these columns, the first one; all rows when empty.
    pub distinct: Vec<Cell>,
    /// The order; empty for none.
    pub order: Vec<Order>,
    /// The most rows.
    pub limit: Limit,
    /// How many rows are passed over.
    pub offset: Option<Bind>,
}

impl Select {
    /// All rows of a table, showing nothing.
    pub fn all(table: TableId) -> Self {
        Self {
            table,
            fields: Vec::new(),
            filter: Predicate::TRUE,
            distinct: Vec::new(),
            order: Vec::new(),
            limit: Limit::default(),
            offset: None,
        }
    }

    /// Whether only some of the rows are wanted, or in an order.
    pub fn is_cut(&self) -> bool {
        !self.order.is_empty() || self.is_limited()
    }

    /// Whether only some of the rows are wanted.
    pub fn is_limited(&self) -> bool {
        self.limit.client.is_some()
            || self.limit.rule.is_some()
            || self.offset.is_some()
            || !self.distinct.is_empty()
    }
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
    /// A column.
    Column {
        /// The column, as the role sees it.
        cell: Cell,
        /// Whether it is sent as a string: a number that JSON would shorten.
        as_text: bool,
        /// The way into a JSON document, a bind of type `text[]`.
        path: Option<Bind>,
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
    /// What is computed over the rows.
    Values(Vec<(String, AggregateValue)>),
    /// The rows.
    Nodes(Vec<Field>),
}

/// Something computed over rows, or several such things in an object.
#[derive(Debug, Clone, PartialEq)]
pub enum AggregateValue {
    /// The name of the type.
    Typename(String),
    /// One thing.
    Function {
        /// What.
        function: Function,
        /// Whether it is sent as a string.
        as_text: bool,
    },
    /// One function of several columns.
    Columns(Vec<(String, AggregateValue)>),
}

/// One member of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// What is ordered by.
    pub by: OrderBy,
    /// The direction.
    pub direction: Direction,
}

impl Order {
    /// The same, or its opposite.
    #[must_use]
    pub fn turned(&self, is_opposite: bool) -> Self {
        let Direction {
            is_descending,
            is_nulls_first,
        } = self.direction;
        Self {
            by: self.by.clone(),
            direction: Direction {
                is_descending: is_descending != is_opposite,
                is_nulls_first: is_nulls_first != is_opposite,
            },
        }
    }
}

/// What rows are ordered by.
#[derive(Debug, Clone, PartialEq)]
pub enum OrderBy {
    /// A column of the table.
    Column(Cell),
    /// Something of the row that an object relationship leads to.
    Object {
        /// The other table.
        table: TableId,
        /// Column here, column there.
        mapping: Vec<(ColumnId, ColumnId)>,
        /// The role's rule there: what it hides counts as null.
        rule: Predicate,
        /// What is ordered by there.
        by: Box<OrderBy>,
    },
    /// Something computed over the rows that an array relationship leads to.
    Related(RelatedValue),
}

/// The direction of an order, with the place of nulls (PostgreSQL's defaults: last ascending, first descending).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Direction {
    /// Whether big values come first.
    pub is_descending: bool,
    /// Whether nulls come first.
    pub is_nulls_first: bool,
}

impl Direction {
    /// Small values first, nulls last.
    pub const ASCENDING: Self = Self {
        is_descending: false,
        is_nulls_first: false,
    };
}
