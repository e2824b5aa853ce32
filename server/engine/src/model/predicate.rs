//! A condition on the rows of one table.
//!
//! A role's row rule and a client's filter are the same type and stay apart until [`Predicate::and`] joins them in
//! a plan. Values are binds; nothing here is text of a statement.

use super::{ColumnId, TableId};

/// A condition on a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// All of them; true when empty.
    And(Vec<Predicate>),
    /// One of them; false when empty.
    Or(Vec<Predicate>),
    /// Not this one.
    Not(Box<Predicate>),
    /// A column against a value.
    Compare {
        /// The column.
        column: ColumnId,
        /// How.
        operator: Operator,
        /// The value.
        value: Bind,
    },
    /// A column is null, or is not.
    IsNull {
        /// The column.
        column: ColumnId,
        /// Which of both.
        is_null: bool,
    },
    /// Some row of another table, joined on these columns, satisfies a condition.
    Exists {
        /// The other table.
        table: TableId,
        /// Column here, column there; empty for an unrelated table.
        mapping: Vec<(ColumnId, ColumnId)>,
        /// What that row must satisfy.
        rows: Box<Predicate>,
    },
}

impl Predicate {
    /// The condition that every row satisfies.
    pub const TRUE: Self = Self::And(Vec::new());

    /// Whether it is trivially true.
    pub fn is_true(&self) -> bool {
        matches!(self, Self::And(all) if all.is_empty())
    }

    /// Both conditions; the rule first, so that it is read first.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if other.is_true() => one,
            (one, other) if one.is_true() => other,
            (one, other) => Self::And(vec![one, other]),
        }
    }
}

/// How a column is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the operator that `graphql` names")]
pub enum Operator {
    Eq,
    Neq,
    Gt,
    Gte,
    Lt,
    Lte,
    In,
    Nin,
    Like,
    Nlike,
    Ilike,
    Nilike,
    Similar,
    Nsimilar,
    Regex,
    Iregex,
    Nregex,
    Niregex,
    Contains,
    ContainedIn,
}

impl Operator {
    /// Operators of every type but json.
    pub const GENERIC: [Self; 8] = [
        Self::Eq,
        Self::Neq,
        Self::Gt,
        Self::Gte,
        Self::Lt,
        Self::Lte,
        Self::In,
        Self::Nin,
    ];
    /// Operators of text.
    pub const TEXT: [Self; 10] = [
        Self::Like,
        Self::Nlike,
        Self::Ilike,
        Self::Nilike,
        Self::Similar,
        Self::Nsimilar,
        Self::Regex,
        Self::Iregex,
        Self::Nregex,
        Self::Niregex,
    ];
    /// Operators of arrays and jsonb.
    pub const CONTAINER: [Self; 2] = [Self::Contains, Self::ContainedIn];

    /// The name in a filter.
    pub fn graphql(self) -> &'static str {
        match self {
            Self::Eq => "_eq",
            Self::Neq => "_neq",
            Self::Gt => "_gt",
            Self::Gte => "_gte",
            Self::Lt => "_lt",
            Self::Lte => "_lte",
            Self::In => "_in",
            Self::Nin => "_nin",
            Self::Like => "_like",
            Self::Nlike => "_nlike",
            Self::Ilike => "_ilike",
            Self::Nilike => "_nilike",
            Self::Similar => "_similar",
            Self::Nsimilar => "_nsimilar",
            Self::Regex => "_regex",
            Self::Iregex => "_iregex",
            Self::Nregex => "_nregex",
            Self::Niregex => "_niregex",
            Self::Contains => "_contains",
            Self::ContainedIn => "_contained_in",
        }
    }

    /// The operator in SQL, between column and value.
    pub fn sql(self) -> &'static str {
        match self {
            Self::Eq => " = ",
            Self::Neq => " <> ",
            Self::Gt => " > ",
            Self::Gte => " >= ",
            Self::Lt => " < ",
            Self::Lte => " <= ",
            Self::In => " = any(",
            Self::Nin => " <> all(",
            Self::Like => " like ",
            Self::Nlike => " not like ",
            Self::Ilike => " ilike ",
            Self::Nilike => " not ilike ",
            Self::Similar => " similar to ",
            Self::Nsimilar => " not similar to ",
            Self::Regex => " ~ ",
            Self::Iregex => " ~* ",
            Self::Nregex => " !~ ",
            Self::Niregex => " !~* ",
            Self::Contains => " @> ",
            Self::ContainedIn => " <@ ",
        }
    }

    /// Whether the value is a list of the column's type.
    pub fn takes_list(self) -> bool {
        matches!(self, Self::In | Self::Nin)
    }

    /// The operator of a name, also in the older spelling with `$`.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.replacen('$', "_", 1);
        let name = if name == "_ne" { "_neq" } else { name.as_str() };
        [&Self::GENERIC[..], &Self::TEXT[..], &Self::CONTAINER[..]]
            .concat()
            .into_iter()
            .find(|operator| operator.graphql() == name)
    }
}

/// A value that PostgreSQL receives apart from the statement, as text, and reads as a type.
#[derive(Debug, Clone, PartialEq)]
pub struct Bind {
    /// Where the value comes from.
    pub source: Source,
    /// The SQL type that PostgreSQL reads it as.
    pub sql_type: String,
}

/// Where the value of a bind comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// It is known already.
    Literal(Value),
    /// A session variable, by its name in lower case.
    Session(String),
    /// A variable of the request, or a member of one.
    Variable(VariablePath),
}

/// Text in PostgreSQL's input form, or null.
pub type Value = Option<String>;

/// A variable of a request, and the way into its value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VariablePath {
    /// The name, without `$`.
    pub name: String,
    /// Keys of objects and positions in lists, as text.
    pub members: Vec<String>,
}

/// A list in PostgreSQL's input form for arrays.
pub fn array_literal<'a>(items: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let items: Vec<String> = items
        .into_iter()
        .map(|item| match item {
            Some(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            None => "NULL".to_owned(),
        })
        .collect();
    format!("{{{}}}", items.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_literal_quotes_what_would_end_an_item() {
        assert_eq!(
            array_literal([Some("a,b"), Some("c\"d\\"), None]),
            r#"{"a,b","c\"d\\",NULL}"#
        );
    }

    #[test]
    fn a_rule_is_kept_when_the_client_asks_for_everything() {
        let rule = Predicate::IsNull {
            column: ColumnId(0),
            is_null: true,
        };
        assert_eq!(rule.clone().and(Predicate::TRUE), rule);
        assert_eq!(Predicate::TRUE.and(rule.clone()), rule);
    }
}
