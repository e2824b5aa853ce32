//! The operators of an update: how a column's new value comes from its old one and a client's.

use super::Scalar;

/// How an update changes a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the operator that `graphql` names")]
pub enum UpdateOperator {
    Set,
    Inc,
    Append,
    Prepend,
    DeleteKey,
    DeleteElem,
    DeleteAtPath,
}

impl UpdateOperator {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Set,
        Self::Inc,
        Self::Append,
        Self::Prepend,
        Self::DeleteKey,
        Self::DeleteElem,
        Self::DeleteAtPath,
    ];

    /// The name of its argument.
    pub fn graphql(self) -> &'static str {
        match self {
            Self::Set => "_set",
            Self::Inc => "_inc",
            Self::Append => "_append",
            Self::Prepend => "_prepend",
            Self::DeleteKey => "_delete_key",
            Self::DeleteElem => "_delete_elem",
            Self::DeleteAtPath => "_delete_at_path",
        }
    }

    /// Whether columns of this type have it.
    pub fn applies_to(self, scalar: &Scalar) -> bool {
        match self {
            Self::Set => true,
            Self::Inc => scalar.is_number() || scalar.is("money"),
            _ => scalar.is("jsonb"),
        }
    }

    /// The GraphQL type of the client's value.
    pub fn operand(self, scalar: &Scalar) -> String {
        match self {
            Self::DeleteKey => "String".to_owned(),
            Self::DeleteElem => "Int".to_owned(),
            Self::DeleteAtPath => "[String!]".to_owned(),
            _ => scalar.type_name(),
        }
    }

    /// The SQL type of the client's value for a column of that SQL type.
    pub fn operand_sql(self, sql_type: &str) -> &str {
        match self {
            Self::DeleteKey => "text",
            Self::DeleteElem => "integer",
            Self::DeleteAtPath => "text[]",
            _ => sql_type,
        }
    }
}
