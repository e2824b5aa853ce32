//! The first execution: one statement per root field, in which PostgreSQL builds the JSON.
//!
//! Records are named `r$`, which no column of a selection can be: PostgreSQL takes a column of that name for the record.
//!
//! The shape was measured (reference: engine-spike.md, Q2): `json_agg` over records; an object relationship as a
//! lateral join, which PostgreSQL can memoize; an array relationship as a correlated subquery. With an order or a
//! limit the base table is cut down first, in a subselect, so that related rows are read for the shown rows only.

use super::{Alias, Statement, Writer};
use crate::{
    model::{ColumnId, Model, Table},
    plan::{Aggregate, AggregateField, Count, Field, FieldValue, Related, Root, Select},
};

/// The statement of a root field; it answers one row with one text, the JSON of the field.
pub fn statement(model: &Model, root: &Root) -> Statement {
    let mut writer = Writer::new(model);
    match root {
        Root::List(select) => {
            writer.syntax("select (");
            writer.list(select, None);
            writer.syntax(")::text");
        }
        Root::One(select) => {
            writer.syntax("select coalesce((select row_to_json(\"r$\") from (");
            writer.select(select, &Rows::Table { is_single: false }, None);
            writer.syntax(") \"r$\"), 'null')::text");
        }
        Root::Aggregate(aggregate) => {
            writer.syntax("select (");
            writer.aggregate(aggregate, None);
            writer.syntax(")::text");
        }
        Root::Write(write) => {
            let is_checked = writer.write(write);
            return writer.finish(is_checked);
        }
    }
    writer.finish(false)
}

/// Where an outer row is, and the columns that connect to it.
#[derive(Clone, Copy)]
struct Outer<'a> {
    table: &'a Table,
    alias: Alias,
    mapping: &'a [(ColumnId, ColumnId)],
}

/// Where the rows of a select come from.
enum Rows {
    /// The table itself; `is_single` when at most one row is wanted of possibly many.
    Table { is_single: bool },
    /// The rows that a write returned, under this name.
    Written(&'static str),
}

impl Writer<'_> {
    fn list(&mut self, select: &Select, outer: Option<Outer<'_>>) {
        self.syntax("select coalesce(json_agg(\"r$\"), '[]') from (");
        self.select(select, &Rows::Table { is_single: false }, outer);
        self.syntax(") \"r$\"");
    }

    /// `select <fields> from <rows>`, one record for each row.
    pub(super) fn written(&mut self, select: &Select, name: &'static str) {
        self.select(select, &Rows::Written(name), None);
    }

    fn select(&mut self, select: &Select, rows: &Rows, outer: Option<Outer<'_>>) {
        let table = self.model.table(select.table);
        let alias = self.alias();
        let objects: Vec<(Alias, &Related<Select>)> = select
            .fields
            .iter()
            .filter_map(|field| match &field.value {
                FieldValue::Object(related) => Some(related),
                _ => None,
            })
            .map(|related| (self.alias(), related))
            .collect();
        let mut object_aliases = objects.iter().map(|(alias, _)| *alias);
        self.syntax("select ");
        for (position, field) in select.fields.iter().enumerate() {
            if position > 0 {
                self.syntax(", ");
            }
            self.field(table, alias, field, &mut object_aliases);
        }
        let is_cut = !select.order.is_empty()
            || select.limit.client.is_some()
            || select.limit.rule.is_some()
            || select.offset.is_some();
        let is_nested = select.fields.iter().any(|field| {
            !matches!(
                field.value,
                FieldValue::Column { .. } | FieldValue::Typename(_)
            )
        });
        self.syntax(" from ");
        if is_cut && is_nested {
            let inner = self.alias();
            self.syntax("(select ").put_alias(inner).syntax(".* from ");
            self.base(select, table, inner, rows, outer);
            self.syntax(") ").put_alias(alias);
            self.objects(table, alias, &objects);
            self.order_clause(table, alias, &select.order);
        } else if objects.is_empty() {
            self.base(select, table, alias, rows, outer);
        } else {
            self.source(table, rows).syntax(" ").put_alias(alias);
            self.objects(table, alias, &objects);
            self.conditions(select, table, alias, rows, outer);
        }
    }

    /// The rows themselves: source, conditions, order and cut.
    fn base(
        &mut self,
        select: &Select,
        table: &Table,
        alias: Alias,
        rows: &Rows,
        outer: Option<Outer<'_>>,
    ) {
        self.source(table, rows).syntax(" ").put_alias(alias);
        self.conditions(select, table, alias, rows, outer);
        self.order_clause(table, alias, &select.order);
        self.limit_clause(select);
    }

    fn source(&mut self, table: &Table, rows: &Rows) -> &mut Self {
        match rows {
            Rows::Table { .. } => self.relation(table),
            Rows::Written(name) => self.syntax(name),
        }
    }

    fn conditions(
        &mut self,
        select: &Select,
        table: &Table,
        alias: Alias,
        rows: &Rows,
        outer: Option<Outer<'_>>,
    ) {
        match outer {
            Some(outer) => {
                self.syntax(" where ");
                self.join(outer.table, outer.alias, table, alias, outer.mapping);
                if !select.filter.is_true() {
                    self.syntax(" and ");
                    self.predicate(table, alias, &select.filter);
                }
            }
            None => {
                self.where_clause(table, alias, &select.filter);
            }
        }
        if matches!(rows, Rows::Table { is_single: true }) {
            self.syntax(" limit 1");
        }
    }

    fn limit_clause(&mut self, select: &Select) {
        match (&select.limit.client, select.limit.rule) {
            (Some(client), Some(rule)) => {
                self.syntax(" limit least(")
                    .bind(client)
                    .syntax(", ")
                    .number(rule)
                    .syntax(")");
            }
            (Some(client), None) => {
                self.syntax(" limit ").bind(client);
            }
            (None, Some(rule)) => {
                self.syntax(" limit ").number(rule);
            }
            (None, None) => {}
        }
        if let Some(offset) = &select.offset {
            self.syntax(" offset ").bind(offset);
        }
    }

    /// One lateral join for each object relationship; its column `j` is the object or null.
    fn objects(&mut self, table: &Table, alias: Alias, objects: &[(Alias, &Related<Select>)]) {
        for (object, related) in objects {
            let target = self.model.table(related.rows.table);
            let reached: Vec<ColumnId> = related.mapping.iter().map(|(_, there)| *there).collect();
            let is_single = reached != target.primary_key;
            let outer = Outer {
                table,
                alias,
                mapping: &related.mapping,
            };
            self.syntax(" left join lateral (select row_to_json(\"r$\") as j from (");
            self.select(&related.rows, &Rows::Table { is_single }, Some(outer));
            self.syntax(") \"r$\") ")
                .put_alias(*object)
                .syntax(" on true");
        }
    }

    fn field(
        &mut self,
        table: &Table,
        alias: Alias,
        field: &Field,
        objects: &mut impl Iterator<Item = Alias>,
    ) {
        match &field.value {
            FieldValue::Typename(name) => {
                self.literal(name).syntax("::text");
            }
            FieldValue::Column { column, as_text } => {
                self.column(alias, &table.column(*column).name);
                if *as_text {
                    self.syntax("::text");
                }
            }
            FieldValue::Object(_) => {
                if let Some(object) = objects.next() {
                    self.put_alias(object).syntax(".j");
                }
            }
            FieldValue::List(related) => {
                self.syntax("(");
                self.list(
                    &related.rows,
                    Some(Outer {
                        table,
                        alias,
                        mapping: &related.mapping,
                    }),
                );
                self.syntax(")");
            }
            FieldValue::Aggregate(related) => {
                self.syntax("(");
                self.aggregate(
                    &related.rows,
                    Some(Outer {
                        table,
                        alias,
                        mapping: &related.mapping,
                    }),
                );
                self.syntax(")");
            }
        }
        self.syntax(" as ").name(&field.alias);
    }

    fn aggregate(&mut self, aggregate: &Aggregate, outer: Option<Outer<'_>>) {
        self.syntax("select json_build_object(");
        for (position, (name, field)) in aggregate.fields.iter().enumerate() {
            if position > 0 {
                self.syntax(", ");
            }
            self.literal(name).syntax(", ");
            match field {
                AggregateField::Typename(typename) => {
                    self.literal(typename).syntax("::text");
                }
                AggregateField::Counts(counts) => self.counts(&aggregate.rows, counts, outer),
                AggregateField::Nodes(fields) => {
                    let mut nodes = aggregate.rows.clone();
                    nodes.fields.clone_from(fields);
                    nodes.limit.rule = aggregate.node_limit;
                    self.syntax("(");
                    self.list(&nodes, outer);
                    self.syntax(")");
                }
            }
        }
        self.syntax(")");
    }

    fn counts(&mut self, rows: &Select, counts: &[(String, Count)], outer: Option<Outer<'_>>) {
        let table = self.model.table(rows.table);
        let alias = self.alias();
        self.syntax("(select json_build_object(");
        for (position, (name, count)) in counts.iter().enumerate() {
            if position > 0 {
                self.syntax(", ");
            }
            self.literal(name).syntax(", ");
            match count {
                Count::Typename(typename) => {
                    self.literal(typename).syntax("::text");
                }
                Count::Rows {
                    columns,
                    is_distinct,
                } => self.count(table, alias, columns, *is_distinct),
            }
        }
        self.syntax(") from ");
        if rows.limit.client.is_some() || rows.offset.is_some() {
            let inner = self.alias();
            self.syntax("(select ").put_alias(inner).syntax(".* from ");
            self.base(rows, table, inner, &Rows::Table { is_single: false }, outer);
            self.syntax(") ").put_alias(alias);
        } else {
            self.relation(table).syntax(" ").put_alias(alias);
            self.conditions(rows, table, alias, &Rows::Table { is_single: false }, outer);
        }
        self.syntax(")");
    }

    fn count(&mut self, table: &Table, alias: Alias, columns: &[ColumnId], is_distinct: bool) {
        self.syntax(if is_distinct && !columns.is_empty() {
            "count(distinct "
        } else {
            "count("
        });
        match columns {
            [] => {
                self.syntax("*");
            }
            [column] => {
                self.column(alias, &table.column(*column).name);
            }
            several => {
                for (position, column) in several.iter().enumerate() {
                    self.syntax(if position == 0 { "(" } else { ", " });
                    self.column(alias, &table.column(*column).name);
                }
                self.syntax(")");
            }
        }
        self.syntax(")");
    }
}
