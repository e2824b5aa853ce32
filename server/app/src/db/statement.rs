//! Statements of ours written as SQL.
//!
//! `diesel::sql_query` has PostgreSQL parse and plan its text each time, since it cannot know that the text is always the
//! same. Ours is, so that a connection prepares it once.

use diesel::{
    QueryResult,
    pg::Pg,
    query_builder::{AstPass, BoxedSqlQuery, Query, QueryFragment, QueryId, SqlQuery},
    serialize::ToSql,
    sql_types::{HasSqlType, Untyped},
};

/// A statement, with the values that are bound to it.
pub struct Statement<'a>(BoxedSqlQuery<'a, Pg, SqlQuery>);

/// A statement; `$1` is what is bound first. Rows are read by the names of their columns.
pub fn sql<'a>(text: &'static str) -> Statement<'a> {
    Statement(diesel::sql_query(text).into_boxed())
}

impl<'a> Statement<'a> {
    /// Binds the next value, of this type.
    pub fn bind<T, V>(self, value: V) -> Self
    where
        Pg: HasSqlType<T>,
        T: Send + 'a,
        V: ToSql<T, Pg> + Send + 'a,
    {
        Self(self.0.bind(value))
    }
}

impl Query for Statement<'_> {
    type SqlType = Untyped;
}

/// What tells one from another is its text.
impl QueryId for Statement<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Statement<'_> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _backend: &Pg) -> QueryResult<bool> {
        Ok(true)
    }
}
