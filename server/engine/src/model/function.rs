//! What can be computed over several rows, in Hasura's names and in SQL.

use super::{Cell, Scalar};

/// Something computed over rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Function {
    /// How many rows have a value in these columns; all rows without columns.
    Count {
        /// The columns.
        columns: Vec<Cell>,
        /// Whether equal values count once.
        is_distinct: bool,
    },
    /// Something of one column.
    Column {
        /// What.
        function: ColumnFunction,
        /// Of which.
        column: Cell,
        /// Whether equal values count once.
        is_distinct: bool,
    },
}

/// Something computed from the values of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the function that `graphql` names")]
pub enum ColumnFunction {
    Avg,
    Max,
    Min,
    Stddev,
    StddevPop,
    StddevSamp,
    Sum,
    VarPop,
    VarSamp,
    Variance,
    BoolAnd,
    BoolOr,
}

impl ColumnFunction {
    /// The fields of an aggregate, in their order.
    pub const FIELDS: [Self; 10] = [
        Self::Avg,
        Self::Max,
        Self::Min,
        Self::Stddev,
        Self::StddevPop,
        Self::StddevSamp,
        Self::Sum,
        Self::VarPop,
        Self::VarSamp,
        Self::Variance,
    ];

    /// The members of a condition on an aggregate, beside `count`.
    pub const PREDICATES: [Self; 8] = [
        Self::Avg,
        Self::BoolAnd,
        Self::BoolOr,
        Self::Max,
        Self::Min,
        Self::StddevSamp,
        Self::Sum,
        Self::VarSamp,
    ];

    /// The name in GraphQL, which is PostgreSQL's too.
    pub fn name(self) -> &'static str {
        match self {
            Self::Avg => "avg",
            Self::Max => "max",
            Self::Min => "min",
            Self::Stddev => "stddev",
            Self::StddevPop => "stddev_pop",
            Self::StddevSamp => "stddev_samp",
            Self::Sum => "sum",
            Self::VarPop => "var_pop",
            Self::VarSamp => "var_samp",
            Self::Variance => "variance",
            Self::BoolAnd => "bool_and",
            Self::BoolOr => "bool_or",
        }
    }

    /// The function of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::FIELDS
            .into_iter()
            .chain(Self::PREDICATES)
            .find(|function| function.name() == name)
    }

    /// Whether it can be computed from columns of this type, as a field.
    pub fn takes(self, scalar: &Scalar) -> bool {
        match self {
            Self::Max | Self::Min => scalar.is_ordered(),
            Self::BoolAnd | Self::BoolOr => scalar.is("Boolean"),
            _ => scalar.is_number(),
        }
    }

    /// Whether a condition may be set on it for columns of this type: as in Hasura, booleans and `float8`.
    pub fn is_condition_on(self, scalar: &Scalar) -> bool {
        match self {
            Self::BoolAnd | Self::BoolOr => scalar.is("Boolean"),
            _ => scalar.is("float8"),
        }
    }

    /// Whether the result has the type of the column; the others are `Float`.
    pub fn keeps_type(self) -> bool {
        matches!(
            self,
            Self::Max | Self::Min | Self::Sum | Self::BoolAnd | Self::BoolOr
        )
    }
}
