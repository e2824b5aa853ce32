//! Plans as SQL text. Pure: nothing here can run a statement.
//!
//! A [`Statement`] is pieces of text with a bind between each two. Text enters by three verbs that cannot be
//! confused: [`Writer::syntax`] for what we wrote ourselves, [`Writer::name`] for identifiers, [`Writer::bind`]
//! for everything that came from a client, a session or the metadata.

mod connection;
pub mod entities;
pub mod json;
pub mod multiplexed;
mod predicate;
pub mod rows;
mod tables;
mod tag;
pub mod write;

use std::collections::BTreeSet;

use crate::{
    model::{Bind, Model, Predicate, Source, Table},
    plan::Root,
};

pub(crate) use predicate::Scope;
pub use tag::Tag;

/// A root field as SQL, in the ways that can serve it.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    /// One statement that answers the JSON.
    pub json: Statement,
    /// Statements that answer rows, for lists.
    pub rows: Option<rows::RowPlan>,
    /// How many rows the client asks for.
    pub limit: Option<Bind>,
    /// For streams: the type of the cursor, whose value follows the row's members, and where it begins.
    pub cursor: Option<Bind>,
    /// The tables that are read, by their names in PostgreSQL; `None` when they are not known.
    pub tables: Option<BTreeSet<String>>,
}

impl From<Statement> for Compiled {
    fn from(json: Statement) -> Self {
        Self {
            json,
            rows: None,
            limit: None,
            cursor: None,
            tables: None,
        }
    }
}

/// The SQL of a root field.
pub fn compile(model: &Model, root: &Root) -> Compiled {
    let (limit, cursor) = match root {
        Root::List(select) => (select.limit.client.clone(), None),
        Root::Stream(stream) => (stream.rows.limit.client.clone(), Some(stream.begin.clone())),
        _ => (None, None),
    };
    Compiled {
        json: json::statement(model, root),
        rows: rows::plan(model, root),
        limit,
        cursor,
        tables: tables::read_by(model, root),
    }
}

/// SQL text with binds.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The text before the first bind, between binds, and after the last one: one more than binds.
    pub pieces: Vec<String>,
    /// What PostgreSQL receives apart from the text, all as text.
    pub binds: Vec<Bind>,
    /// The positions of binds that must be the same in every row of a statement for several subscribers.
    pub shared: Vec<usize>,
}

impl Statement {
    /// The text with `$n` in place of the binds, as PostgreSQL sees it.
    pub fn text(&self) -> String {
        joined(&self.pieces)
    }
}

/// Pieces of a statement with `$n` between them.
pub(crate) fn joined(pieces: &[String]) -> String {
    let mut text = String::new();
    for (position, piece) in pieces.iter().enumerate() {
        if position > 0 {
            text.push('$');
            text.push_str(&position.to_string());
        }
        text.push_str(piece);
    }
    text
}

/// Writes a statement.
pub(crate) struct Writer<'a> {
    model: &'a Model,
    pieces: Vec<String>,
    current: String,
    binds: Vec<Bind>,
    shared: Vec<usize>,
    aliases: usize,
}

/// The name of a table in one place of a statement: `t0`, `t1`, …
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Alias(usize);

impl<'a> Writer<'a> {
    pub(crate) fn new(model: &'a Model) -> Self {
        Self {
            model,
            pieces: Vec::new(),
            current: String::new(),
            binds: Vec::new(),
            shared: Vec::new(),
            aliases: 0,
        }
    }

    pub(crate) fn finish(mut self) -> Statement {
        self.pieces.push(self.current);
        Statement {
            pieces: self.pieces,
            binds: self.binds,
            shared: self.shared,
        }
    }

    /// Keywords and punctuation. `'static`: nothing that a client sends fits here.
    pub(crate) fn syntax(&mut self, text: &'static str) -> &mut Self {
        self.current.push_str(text);
        self
    }

    /// An identifier, quoted.
    pub(crate) fn name(&mut self, name: &str) -> &mut Self {
        self.current.push_str(&quoted(name));
        self
    }

    /// A constant text, quoted.
    pub(crate) fn literal(&mut self, text: &str) -> &mut Self {
        self.current.push('\'');
        self.current.push_str(&text.replace('\'', "''"));
        self.current.push('\'');
        self
    }

    /// A number that we computed.
    pub(crate) fn number(&mut self, number: u32) -> &mut Self {
        self.current.push_str(&number.to_string());
        self
    }

    /// A type as the catalog names it (`format_type` quotes what needs it).
    pub(crate) fn sql_type(&mut self, sql_type: &str) -> &mut Self {
        self.current.push_str(sql_type);
        self
    }

    /// A value that PostgreSQL receives apart from the text.
    pub(crate) fn bind(&mut self, bind: &Bind) -> &mut Self {
        if bind.source == Source::Literal(None) {
            return self.syntax("null::").sql_type(&bind.sql_type);
        }
        self.bind_as(bind, &bind.sql_type)
    }

    /// A value that PostgreSQL reads as this type first.
    pub(crate) fn bind_as(&mut self, bind: &Bind, sql_type: &str) -> &mut Self {
        self.pieces.push(std::mem::take(&mut self.current));
        self.binds.push(bind.clone());
        self.syntax("::").sql_type(sql_type)
    }

    /// A value of which PostgreSQL takes no column: a limit or an offset.
    pub(crate) fn constant(&mut self, bind: &Bind) -> &mut Self {
        self.shared.push(self.binds.len());
        self.bind(bind)
    }

    /// A new name for a table.
    pub(crate) fn alias(&mut self) -> Alias {
        self.aliases += 1;
        Alias(self.aliases - 1)
    }

    /// The name of a table in this statement.
    pub(crate) fn put_alias(&mut self, alias: Alias) -> &mut Self {
        self.current.push('t');
        self.current.push_str(&alias.0.to_string());
        self
    }

    /// A column of a table.
    pub(crate) fn column(&mut self, alias: Alias, name: &str) -> &mut Self {
        self.put_alias(alias).syntax(".").name(name)
    }

    /// A table or view.
    pub(crate) fn relation(&mut self, table: &Table) -> &mut Self {
        self.current.push_str(&quoted_relation(table));
        self
    }

    /// ` where …`, or nothing when the condition is trivially true.
    pub(crate) fn where_clause(&mut self, scope: Scope<'_>, filter: &Predicate) -> &mut Self {
        if !filter.is_true() {
            self.syntax(" where ");
            self.predicate(scope, filter);
        }
        self
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A table or view, which is also the type of its rows.
fn quoted_relation(table: &Table) -> String {
    format!(
        "{}.{}",
        quoted(&table.relation.schema),
        quoted(&table.relation.name)
    )
}
