//! The first execution: one statement per root field, in which PostgreSQL builds the JSON.
//!
//! Records are named `r$`, which no column of a selection can be: PostgreSQL takes a column of that name for the record.
//!
//! The shape was measured (reference: engine-spike.md, Q2): `json_agg` over records; an object relationship as a
//! lateral join, which PostgreSQL can memoize; an array relationship as a correlated subquery. With an order or a
//! limit the base table is cut down first, in a subselect, so that related rows are read for the shown rows only.

use super::{Alias, Scope, Statement, Writer, connection};
use crate::{
    model::{Cell, ColumnId, Model, Table},
    plan::{
        Aggregate, AggregateField, AggregateValue, Field, FieldValue, OrderBy, Related, Root,
        Select,
    },
};

/// The statement of a query field; it answers one row with one text, the JSON of the field.
pub fn statement(model: &Model, root: &Root) -> Statement {
    let mut writer = Writer::new(model);
    match root {
        Root::List(select) => writer.list_text(select),
        Root::Stream(stream) => writer.list_text(&stream.rows),
        Root::Connection(connection) => return connection::statement(model, connection),
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
    }
    writer.finish()
}

/// Where an outer row is, and the columns that connect to it.
#[derive(Clone, Copy)]
pub(super) struct Outer<'a> {
    scope: Scope<'a>,
    mapping: &'a [(ColumnId, ColumnId)],
}

impl<'a> Outer<'a> {
    /// Rows that are joined to `alias` on these columns, which it has by the names of the table's.
    pub(super) fn new(table: &'a Table, alias: Alias, mapping: &'a [(ColumnId, ColumnId)]) -> Self {
        Self {
            scope: Scope::new(table, alias),
            mapping,
        }
    }
}

/// Where the rows of a select come from.
pub(super) enum Rows {
    /// The table itself; `is_single` when at most one row is wanted of possibly many.
    Table { is_single: bool },
    /// The rows that a write returned, under this name.
    Written(&'static str),
}

/// One column of a select.
pub(super) enum Item<'a> {
    /// A field under its name in the answer.
    Named(&'a Field),
    /// A value in PostgreSQL's own form.
    Native(&'a FieldValue),
    /// A value as text.
    Text(&'a FieldValue),
    /// A value as the text of its JSON.
    Json(&'a FieldValue),
    /// A column that other rows are found by; nobody is shown it.
    Key(ColumnId),
}

impl<'a> Item<'a> {
    fn value(&self) -> Option<&'a FieldValue> {
        match self {
            Item::Named(field) => Some(&field.value),
            Item::Native(value) | Item::Text(value) | Item::Json(value) => Some(value),
            Item::Key(_) => None,
        }
    }

    fn is_nested(&self) -> bool {
        self.value().is_some_and(|value| {
            !matches!(value, FieldValue::Column { .. } | FieldValue::Typename(_))
        })
    }
}

pub(super) const ALL: Rows = Rows::Table { is_single: false };

impl Writer<'_> {
    fn list_text(&mut self, select: &Select) {
        self.syntax("select (");
        self.list(select, None);
        self.syntax(")::text");
    }

    fn list(&mut self, select: &Select, outer: Option<Outer<'_>>) {
        self.syntax("select coalesce(json_agg(\"r$\"), '[]') from (");
        self.select(select, &ALL, outer);
        self.syntax(") \"r$\"");
    }

    /// `select <fields> from <rows>`, one record for each row.
    pub(super) fn written(&mut self, select: &Select, name: &'static str) {
        self.select(select, &Rows::Written(name), None);
    }

    pub(super) fn select(&mut self, select: &Select, rows: &Rows, outer: Option<Outer<'_>>) {
        let items: Vec<Item<'_>> = select.fields.iter().map(Item::Named).collect();
        self.select_items(select, &items, rows, outer);
    }

    /// `select <items> from <rows>`.
    pub(super) fn select_items(
        &mut self,
        select: &Select,
        items: &[Item<'_>],
        rows: &Rows,
        outer: Option<Outer<'_>>,
    ) {
        let table = self.model.table(select.table);
        let alias = self.alias();
        let scope = Scope::new(table, alias);
        let objects: Vec<(Alias, &Related<Select>)> = items
            .iter()
            .filter_map(|item| match item.value()? {
                FieldValue::Object(related) => Some(related),
                _ => None,
            })
            .map(|related| (self.alias(), related))
            .collect();
        let is_computed = select.distinct.iter().any(|cell| cell.visible.is_some());
        // `distinct on` wants something to select, also where every field is left out.
        let is_bare = items.is_empty() && !select.distinct.is_empty();
        let is_cut_first =
            is_computed || is_bare || (select.is_cut() && items.iter().any(Item::is_nested));
        self.syntax("select ");
        if !is_cut_first {
            self.distinct(scope, select);
        }
        let mut object_aliases = objects.iter().map(|(alias, _)| *alias);
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                self.syntax(", ");
            }
            self.item(scope, item, &mut object_aliases);
        }
        self.syntax(" from ");
        if is_cut_first {
            self.cut(select, table, alias, rows, outer);
            self.objects(scope, &objects);
            self.order_clause(scope, &select.order);
        } else if objects.is_empty() {
            self.base(select, scope, rows, outer);
        } else {
            self.source(table, rows).syntax(" ").put_alias(alias);
            self.objects(scope, &objects);
            self.conditions(select, scope, rows, outer);
        }
    }

    fn item(
        &mut self,
        scope: Scope<'_>,
        item: &Item<'_>,
        objects: &mut impl Iterator<Item = Alias>,
    ) {
        match item {
            Item::Named(field) => {
                self.value(scope, &field.value, objects);
                self.syntax(" as ").name(&field.alias);
            }
            Item::Native(value) => self.value(scope, value, objects),
            Item::Text(value) => {
                self.syntax("(");
                self.value(scope, value, objects);
                self.syntax(")::text");
            }
            Item::Json(value) => {
                self.syntax("to_json(");
                self.value(scope, value, objects);
                self.syntax(")::text");
            }
            Item::Key(column) => {
                let name = &scope.table.column(*column).sql_name;
                self.column(scope.alias, name);
            }
        }
    }

    /// The rows under an alias, ordered and cut before anything is read for them.
    fn cut(
        &mut self,
        select: &Select,
        table: &Table,
        alias: Alias,
        rows: &Rows,
        outer: Option<Outer<'_>>,
    ) {
        let inner = self.alias();
        let scope = Scope::new(table, inner);
        self.syntax("(select ");
        self.distinct(scope, select);
        self.put_alias(inner).syntax(".* from ");
        self.base(select, scope, rows, outer);
        self.syntax(") ").put_alias(alias);
    }

    /// `distinct on (…)`. What is computed gets a name: PostgreSQL must see that the order begins with the very same,
    /// which it does not see of an expression with binds.
    fn distinct(&mut self, scope: Scope<'_>, select: &Select) {
        for (position, cell) in select.distinct.iter().enumerate() {
            self.syntax(if position == 0 { "distinct on (" } else { ", " });
            match computed_name(select, cell) {
                Some(name) => self.name(&name),
                None => self.cell(scope, cell),
            };
        }
        if !select.distinct.is_empty() {
            self.syntax(") ");
        }
        for cell in &select.distinct {
            if let Some(name) = computed_name(select, cell) {
                self.cell(scope, cell)
                    .syntax(" as ")
                    .name(&name)
                    .syntax(", ");
            }
        }
    }

    /// The order of the rows, what is computed for `distinct on` by its name.
    fn order_of_rows(&mut self, scope: Scope<'_>, select: &Select) {
        self.ordered(&select.order, |writer, by| {
            let name = match by {
                OrderBy::Column(cell) => computed_name(select, cell),
                _ => None,
            };
            match name {
                Some(name) => {
                    writer.name(&name);
                }
                None => writer.order_by(scope, by),
            }
        });
    }

    /// The rows themselves: source, conditions, order and cut.
    fn base(&mut self, select: &Select, scope: Scope<'_>, rows: &Rows, outer: Option<Outer<'_>>) {
        self.source(scope.table, rows)
            .syntax(" ")
            .put_alias(scope.alias);
        self.conditions(select, scope, rows, outer);
        self.order_of_rows(scope, select);
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
        scope: Scope<'_>,
        rows: &Rows,
        outer: Option<Outer<'_>>,
    ) {
        match outer {
            Some(outer) => {
                let (here, there) = (outer.scope, scope);
                self.syntax(" where ");
                self.join(
                    here.table,
                    here.alias,
                    there.table,
                    there.alias,
                    outer.mapping,
                );
                if !select.filter.is_true() {
                    self.syntax(" and ");
                    self.predicate(scope, &select.filter);
                }
            }
            None => {
                self.where_clause(scope, &select.filter);
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
                    .constant(client)
                    .syntax(", ")
                    .number(rule)
                    .syntax(")");
            }
            (Some(client), None) => {
                self.syntax(" limit ").constant(client);
            }
            (None, Some(rule)) => {
                self.syntax(" limit ").number(rule);
            }
            (None, None) => {}
        }
        if let Some(offset) = &select.offset {
            self.syntax(" offset ").constant(offset);
        }
    }

    /// One lateral join for each object relationship; its column `j` is the object or null.
    fn objects(&mut self, scope: Scope<'_>, objects: &[(Alias, &Related<Select>)]) {
        for (object, related) in objects {
            let target = self.model.table(related.rows.table);
            let reached: Vec<ColumnId> = related.mapping.iter().map(|(_, there)| *there).collect();
            let is_single = reached != target.primary_key;
            let outer = Outer {
                scope,
                mapping: &related.mapping,
            };
            self.syntax(" left join lateral (select row_to_json(\"r$\") as j from (");
            self.select(&related.rows, &Rows::Table { is_single }, Some(outer));
            self.syntax(") \"r$\") ")
                .put_alias(*object)
                .syntax(" on true");
        }
    }

    fn value(
        &mut self,
        scope: Scope<'_>,
        value: &FieldValue,
        objects: &mut impl Iterator<Item = Alias>,
    ) {
        match value {
            FieldValue::Typename(name) => {
                self.literal(name).syntax("::text");
            }
            FieldValue::Column {
                cell,
                as_text,
                path,
            } => {
                self.cell(scope, cell);
                if let Some(path) = path {
                    self.syntax(" #> ").bind(path);
                }
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
                let mapping = &related.mapping;
                self.syntax("(");
                self.list(&related.rows, Some(Outer { scope, mapping }));
                self.syntax(")");
            }
            FieldValue::Aggregate(related) => {
                let mapping = &related.mapping;
                self.syntax("(");
                self.aggregate(&related.rows, Some(Outer { scope, mapping }));
                self.syntax(")");
            }
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate, outer: Option<Outer<'_>>) {
        self.syntax("select row_to_json(\"r$\") from (select ");
        for (position, (name, field)) in aggregate.fields.iter().enumerate() {
            if position > 0 {
                self.syntax(", ");
            }
            match field {
                AggregateField::Typename(typename) => {
                    self.literal(typename).syntax("::text");
                }
                AggregateField::Values(values) => self.values(&aggregate.rows, values, outer),
                AggregateField::Nodes(fields) => {
                    let mut nodes = aggregate.rows.clone();
                    nodes.fields.clone_from(fields);
                    nodes.limit.rule = aggregate.node_limit;
                    self.syntax("(");
                    self.list(&nodes, outer);
                    self.syntax(")");
                }
            }
            self.syntax(" as ").name(name);
        }
        self.syntax(") \"r$\"");
    }

    fn values(
        &mut self,
        rows: &Select,
        values: &[(String, AggregateValue)],
        outer: Option<Outer<'_>>,
    ) {
        let table = self.model.table(rows.table);
        let alias = self.alias();
        let scope = Scope::new(table, alias);
        self.syntax("(select row_to_json(\"r$\") from (");
        self.computed(scope, values);
        self.syntax(" from ");
        let is_cut =
            rows.limit.client.is_some() || rows.offset.is_some() || !rows.distinct.is_empty();
        if is_cut {
            self.cut(rows, table, alias, &ALL, outer);
        } else {
            self.relation(table).syntax(" ").put_alias(alias);
            self.conditions(rows, scope, &ALL, outer);
        }
        // One row whatever is computed, were it nothing but the name of a type.
        self.syntax(" having true) \"r$\")");
    }

    fn computed(&mut self, scope: Scope<'_>, values: &[(String, AggregateValue)]) {
        self.syntax("select ");
        for (position, (name, value)) in values.iter().enumerate() {
            if position > 0 {
                self.syntax(", ");
            }
            match value {
                AggregateValue::Typename(typename) => {
                    self.literal(typename).syntax("::text");
                }
                AggregateValue::Function { function, as_text } => {
                    self.function(scope, function);
                    if *as_text {
                        self.syntax("::text");
                    }
                }
                // Functions of columns belong to the query that has the columns, however deep they stand.
                AggregateValue::Columns(values) => {
                    self.syntax("(select row_to_json(\"r$\") from (");
                    self.computed(scope, values);
                    self.syntax(") \"r$\")");
                }
            }
            self.syntax(" as ").name(name);
        }
    }
}

/// The name of a computed column of `distinct on`.
fn computed_name(select: &Select, cell: &Cell) -> Option<String> {
    cell.visible.as_ref()?;
    let position = select.distinct.iter().position(|other| other == cell)?;
    Some(format!("d{position}$"))
}
