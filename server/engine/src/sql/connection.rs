//! A page of rows before or after a cursor, by the values that they are ordered by (keyset pagination).
//!
//! `page` has the keys of the rows and the values `o0`, `o1`, … of their order, with one row more than asked for, which
//! says whether there is more. A cursor is the base64 of a JSON list of these values as text.

use super::{
    Scope, Statement, Writer,
    json::{ALL, Outer},
};
use crate::{
    model::{Bind, ColumnId, Model, Table},
    plan::{Connection, ConnectionField, EdgeField, Order, OrderBy, PageField, Select},
};

/// The statement of a connection; it answers one row with one text.
pub fn statement(model: &Model, connection: &Connection) -> Statement {
    let mut writer = Writer::new(model);
    writer.page(connection);
    writer.syntax(" select (select row_to_json(\"r$\") from (select ");
    for (position, (name, field)) in connection.fields.iter().enumerate() {
        writer.syntax(if position == 0 { "" } else { ", " });
        match field {
            ConnectionField::Typename(typename) => {
                writer.literal(typename).syntax("::text");
            }
            ConnectionField::Edges(fields) => writer.edges(connection, fields),
            ConnectionField::Page(fields) => writer.page_info(connection, fields),
        }
        writer.syntax(" as ").name(name);
    }
    writer.syntax(") \"r$\")::text");
    writer.finish()
}

impl Writer<'_> {
    fn page(&mut self, connection: &Connection) {
        let rows = &connection.rows;
        let table = self.model.table(rows.table);
        let alias = self.alias();
        let scope = Scope::new(table, alias);
        self.syntax(
            "with page as materialized (select row_number() over () as \"n$\", p.* from (select ",
        );
        for column in &table.primary_key {
            self.column(alias, &table.column(*column).sql_name)
                .syntax(", ");
        }
        for (position, order) in rows.order.iter().enumerate() {
            self.syntax(if position == 0 { "" } else { ", " });
            self.order_by(scope, &order.by);
            self.syntax(" as ").name(&value_name(position));
        }
        self.syntax(" from ")
            .relation(table)
            .syntax(" ")
            .put_alias(alias);
        self.syntax(" where ");
        self.predicate(scope, &rows.filter);
        for (cursor, is_before) in [(&connection.after, false), (&connection.before, true)] {
            if let Some(cursor) = cursor {
                self.syntax(" and ");
                self.beyond(scope, &rows.order, cursor, is_before);
            }
        }
        let order: Vec<Order> = rows
            .order
            .iter()
            .map(|order| order.turned(connection.is_backward))
            .collect();
        self.order_clause(scope, &order);
        if is_limited(rows) {
            self.syntax(" limit ");
            self.size(rows);
            self.syntax(" + case when ");
            self.size(rows);
            self.syntax(" < 0 then 0 else 1 end");
        }
        self.syntax(") p)");
    }

    /// How many rows a page has.
    fn size(&mut self, rows: &Select) {
        self.syntax("least(");
        if let Some(client) = &rows.limit.client {
            self.constant(client);
        }
        if let Some(rule) = rows.limit.rule {
            let is_second = rows.limit.client.is_some();
            self.syntax(if is_second { ", " } else { "" }).number(rule);
        }
        self.syntax(")");
    }

    /// The rows that come after a cursor in this order, or before it.
    fn beyond(&mut self, scope: Scope<'_>, order: &[Order], cursor: &Bind, is_before: bool) {
        let turned: Vec<Order> = order.iter().map(|order| order.turned(is_before)).collect();
        if let Some(is_descending) = one_direction(scope.table, &turned) {
            // A comparison of whole rows, for which PostgreSQL uses an index.
            self.syntax("(");
            for (position, order) in turned.iter().enumerate() {
                self.syntax(if position == 0 { "" } else { ", " });
                self.order_by(scope, &order.by);
            }
            self.syntax(if is_descending { ") < (" } else { ") > (" });
            for (position, order) in turned.iter().enumerate() {
                self.syntax(if position == 0 { "" } else { ", " });
                self.cursor_value(scope.table, &order.by, cursor, position);
            }
            self.syntax(")");
            return;
        }
        for (position, order) in turned.iter().enumerate() {
            self.syntax("(");
            self.is_beyond(scope, order, cursor, position);
            if position + 1 < turned.len() {
                self.syntax(" or (");
                self.order_by(scope, &order.by);
                self.syntax(" is not distinct from ");
                self.cursor_value(scope.table, &order.by, cursor, position);
                self.syntax(" and ");
            }
        }
        for position in 0..turned.len() {
            self.syntax(if position == 0 { ")" } else { "))" });
        }
    }

    /// Whether one value of a row comes after that of the cursor, nulls in their place.
    fn is_beyond(&mut self, scope: Scope<'_>, order: &Order, cursor: &Bind, position: usize) {
        let is_first = order.direction.is_nulls_first;
        self.syntax("(");
        self.order_by(scope, &order.by);
        self.syntax(if order.direction.is_descending {
            " < "
        } else {
            " > "
        });
        self.cursor_value(scope.table, &order.by, cursor, position);
        // What is null comes after everything else, or before it.
        self.syntax(" or ((");
        self.order_by(scope, &order.by);
        self.syntax(if is_first {
            ") is not null and ("
        } else {
            ") is null and ("
        });
        self.cursor_value(scope.table, &order.by, cursor, position);
        self.syntax(if is_first {
            ") is null))"
        } else {
            ") is not null))"
        });
    }

    /// A value of a cursor, as its type.
    fn cursor_value(&mut self, table: &Table, by: &OrderBy, cursor: &Bind, position: usize) {
        self.syntax("(convert_from(decode(").bind(cursor);
        self.syntax(", 'base64'), 'utf8')::json ->> ");
        self.number(u32::try_from(position).unwrap_or(u32::MAX));
        self.syntax(")::");
        let sql_type = self.type_of(table, by);
        self.sql_type(&sql_type);
    }

    fn type_of(&self, table: &Table, by: &OrderBy) -> String {
        match by {
            OrderBy::Column(cell) => table.column(cell.column).sql_type.clone(),
            OrderBy::Object { table, by, .. } => self.type_of(self.model.table(*table), by),
            OrderBy::Related(_) => "bigint".to_owned(),
        }
    }

    fn edges(&mut self, connection: &Connection, fields: &[(String, EdgeField)]) {
        let rows = &connection.rows;
        let table = self.model.table(rows.table);
        let page = self.alias();
        self.syntax("(select coalesce(json_agg(\"r$\"), '[]') from (select ");
        for (position, (name, field)) in fields.iter().enumerate() {
            self.syntax(if position == 0 { "" } else { ", " });
            match field {
                EdgeField::Typename(typename) => {
                    self.literal(typename).syntax("::text");
                }
                EdgeField::Cursor => self.cursor(rows.order.len()),
                EdgeField::Node(fields) => {
                    let node = Select {
                        fields: fields.clone(),
                        ..Select::all(rows.table)
                    };
                    let mapping: Vec<(ColumnId, ColumnId)> =
                        table.primary_key.iter().map(|key| (*key, *key)).collect();
                    self.syntax("(select row_to_json(\"r$\") from (");
                    self.select(&node, &ALL, Some(Outer::new(table, page, &mapping)));
                    self.syntax(") \"r$\")");
                }
            }
            self.syntax(" as ").name(name);
        }
        self.syntax(" from page ").put_alias(page);
        self.shown(rows);
        self.syntax(if connection.is_backward {
            " order by \"n$\" desc"
        } else {
            " order by \"n$\""
        });
        self.syntax(") \"r$\")");
    }

    /// The rows of the page without the one that only says that there are more.
    fn shown(&mut self, rows: &Select) {
        if is_limited(rows) {
            self.syntax(" where \"n$\" <= ");
            self.size(rows);
        }
    }

    fn cursor(&mut self, values: usize) {
        self.syntax("translate(encode(convert_to(json_build_array(");
        for position in 0..values {
            self.syntax(if position == 0 { "" } else { ", " });
            self.name(&value_name(position)).syntax("::text");
        }
        self.syntax(")::text, 'utf8'), 'base64'), e'\\n', '')");
    }

    fn page_info(&mut self, connection: &Connection, fields: &[(String, PageField)]) {
        let rows = &connection.rows;
        self.syntax("(select row_to_json(\"r$\") from (select ");
        for (position, (name, field)) in fields.iter().enumerate() {
            self.syntax(if position == 0 { "" } else { ", " });
            match field {
                PageField::Typename => {
                    self.syntax("'PageInfo'::text");
                }
                PageField::StartCursor | PageField::EndCursor => {
                    let is_last_read = (*field == PageField::EndCursor) != connection.is_backward;
                    self.syntax("(select ");
                    self.cursor(rows.order.len());
                    self.syntax(" from page");
                    self.shown(rows);
                    self.syntax(if is_last_read {
                        " order by \"n$\" desc limit 1)"
                    } else {
                        " order by \"n$\" limit 1)"
                    });
                }
                PageField::HasNext if connection.is_backward => {
                    self.is_given(connection.before.as_ref());
                }
                PageField::HasPrevious if !connection.is_backward => {
                    self.is_given(connection.after.as_ref());
                }
                PageField::HasNext | PageField::HasPrevious => self.has_more(rows),
            }
            self.syntax(" as ").name(name);
        }
        self.syntax(") \"r$\")");
    }

    /// Whether there is a cursor, whose row is on the other side of the page.
    fn is_given(&mut self, cursor: Option<&Bind>) {
        match cursor {
            Some(cursor) => self.syntax("(").bind(cursor).syntax(" is not null)"),
            None => self.syntax("false"),
        };
    }

    fn has_more(&mut self, rows: &Select) {
        if is_limited(rows) {
            self.syntax("exists (select 1 from page where \"n$\" > ");
            self.size(rows);
            self.syntax(")");
        } else {
            self.syntax("false");
        }
    }
}

fn is_limited(rows: &Select) -> bool {
    rows.limit.client.is_some() || rows.limit.rule.is_some()
}

fn value_name(position: usize) -> String {
    format!("o{position}$")
}

/// Whether all values go in one direction, and which, when they are columns that are never null.
fn one_direction(table: &Table, order: &[Order]) -> Option<bool> {
    let is_descending = order.first()?.direction.is_descending;
    let fits = order.iter().all(|order| {
        let is_plain = match &order.by {
            OrderBy::Column(cell) => {
                cell.visible.is_none() && !table.column(cell.column).is_nullable
            }
            _ => false,
        };
        is_plain && order.direction.is_descending == is_descending
    });
    fits.then_some(is_descending)
}
