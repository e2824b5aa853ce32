//! The second execution: PostgreSQL returns rows in its binary form, and the server writes the JSON.
//!
//! Building JSON is most of what the first execution costs PostgreSQL (reference: engine-spike.md). Here a list is
//! one statement that returns plain rows, and each relationship below it one more, for all rows above at once, by
//! the keys that they hold: a constant number of statements, run in one snapshot. Measured against one statement with
//! arrays of records and against a flat join, statements by keys cost PostgreSQL least.
//!
//! What does not fit (a related list that is cut, keys of several columns, aggregates) stays one JSON column of its
//! row. The answer is byte for byte that of [`super::json`].

use super::{
    Statement, Writer,
    json::{ALL, Item},
};
use crate::{
    model::{
        Bind, Cell, ColumnId, Kind, Model, Operand, Operator, Predicate, Scalar, Source, Table,
    },
    plan::{Field, FieldValue, Related, Root, Select},
};

/// A statement that returns rows, and how each is written as a JSON object.
#[derive(Debug, Clone, PartialEq)]
pub struct RowPlan {
    /// The statement. Of related rows, the first column is the key by which they are found.
    pub statement: Statement,
    /// The members of the object.
    pub members: Vec<Member>,
    /// The related rows, each read by one statement for all rows.
    pub children: Vec<Child>,
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// What stands before the value: `{"name":` or `,"name":`.
    pub prefix: String,
    /// Where the value comes from.
    pub value: MemberValue,
}

/// Where the value of a member comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum MemberValue {
    /// It is the same in every row.
    Constant(String),
    /// A column of the row.
    Column {
        /// Its position.
        position: usize,
        /// How it is written.
        form: Form,
    },
    /// Related rows: a position in [`RowPlan::children`].
    Child(usize),
}

/// Related rows and how they are found.
#[derive(Debug, Clone, PartialEq)]
pub struct Child {
    /// The position of the column that holds the key, in the rows above.
    pub key_position: usize,
    /// How a key is written as text.
    pub key_form: KeyForm,
    /// Whether the answer is a list, not one object or null.
    pub is_list: bool,
    /// The rows.
    pub rows: RowPlan,
}

/// How PostgreSQL's binary form of a value is written as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the type of that name")]
pub enum Form {
    Bool,
    Int2,
    Int4,
    Int8,
    Text,
    Uuid,
    Date,
    Timestamp,
    Timestamptz,
    /// The text of a number, which may be no number (`NaN`).
    Number,
    /// The text of a JSON document.
    Json,
    /// A version byte and the text of a JSON document.
    Jsonb,
}

/// How PostgreSQL's binary form of a key is written as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the type of that name")]
pub enum KeyForm {
    Int2,
    Int4,
    Int8,
    Text,
    Uuid,
}

/// The row plan of a root field, for lists.
pub fn plan(model: &Model, root: &Root) -> Option<RowPlan> {
    let Root::List(select) = root else {
        return None;
    };
    Some(row_plan(model, select, None))
}

fn row_plan(model: &Model, select: &Select, key: Option<ColumnId>) -> RowPlan {
    let table = model.table(select.table);
    let mut items: Vec<Item<'_>> = key.map(Item::Key).into_iter().collect();
    let mut members = Vec::new();
    let mut children = Vec::new();
    for (position, field) in select.fields.iter().enumerate() {
        let brace = if position == 0 { '{' } else { ',' };
        let value = match &field.value {
            FieldValue::Typename(name) => MemberValue::Constant(format!("\"{name}\"")),
            FieldValue::Object(related) | FieldValue::List(related)
                if let Some((here, there, key_form)) = way(model, table, field, related) =>
            {
                children.push(Child {
                    key_position: items.len(),
                    key_form,
                    is_list: matches!(field.value, FieldValue::List(_)),
                    rows: row_plan(model, &related.rows, Some(there)),
                });
                items.push(Item::Key(here));
                MemberValue::Child(children.len() - 1)
            }
            value => {
                let (item, form) = item(table, value);
                items.push(item);
                MemberValue::Column {
                    position: items.len() - 1,
                    form,
                }
            }
        };
        members.push(Member {
            prefix: format!("{brace}\"{}\":", field.alias),
            value,
        });
    }
    RowPlan {
        statement: statement(model, select, &items, key),
        members,
        children,
    }
}

fn statement(
    model: &Model,
    select: &Select,
    items: &[Item<'_>],
    key: Option<ColumnId>,
) -> Statement {
    let mut writer = Writer::new(model);
    let Some(key) = key else {
        writer.select_items(select, items, &ALL, None);
        return writer.finish(false);
    };
    let sql_type = &model.table(select.table).column(key).sql_type;
    let found = Predicate::Compare {
        left: Operand::Column(Cell::plain(key)),
        operator: Operator::In,
        right: Operand::Bind(Bind {
            source: Source::Keys,
            sql_type: Operator::In.value_type(sql_type),
        }),
    };
    let select = Select {
        filter: found.and(select.filter.clone()),
        ..select.clone()
    };
    writer.select_items(&select, items, &ALL, None);
    writer.finish(false)
}

/// The columns that connect rows to related ones, if these can be read by their keys.
fn way(
    model: &Model,
    table: &Table,
    field: &Field,
    related: &Related<Select>,
) -> Option<(ColumnId, ColumnId, KeyForm)> {
    let [(here, there)] = *related.mapping.as_slice() else {
        return None;
    };
    let target = model.table(related.rows.table);
    let is_list = matches!(field.value, FieldValue::List(_));
    let can_be_many = !is_list && target.primary_key != [there];
    if can_be_many || related.rows.is_limited() {
        return None;
    }
    let sql_type = &table.column(here).sql_type;
    let key_form = match sql_type.as_str() {
        "smallint" => KeyForm::Int2,
        "integer" => KeyForm::Int4,
        "bigint" => KeyForm::Int8,
        "text" => KeyForm::Text,
        "uuid" => KeyForm::Uuid,
        _ => return None,
    };
    (*sql_type == target.column(there).sql_type).then_some((here, there, key_form))
}

/// A field that is one column of its row.
fn item<'a>(table: &Table, value: &'a FieldValue) -> (Item<'a>, Form) {
    let FieldValue::Column {
        cell,
        as_text,
        path,
    } = value
    else {
        return (Item::Text(value), Form::Json);
    };
    let scalar = &table.column(cell.column).scalar;
    if *as_text {
        return (Item::Native(value), Form::Text);
    }
    if path.is_some() {
        return (Item::Text(value), Form::Json);
    }
    match form(scalar) {
        Some(Form::Number) => (Item::Text(value), Form::Number),
        Some(form) => (Item::Native(value), form),
        None => (Item::Json(value), Form::Json),
    }
}

fn form(scalar: &Scalar) -> Option<Form> {
    if scalar.is_array {
        return None;
    }
    if scalar.kind != Kind::Plain {
        return Some(Form::Text);
    }
    Some(match scalar.name.as_str() {
        "Boolean" => Form::Bool,
        "smallint" => Form::Int2,
        "Int" => Form::Int4,
        "bigint" => Form::Int8,
        "String" | "bpchar" | "citext" | "name" => Form::Text,
        "uuid" => Form::Uuid,
        "date" => Form::Date,
        "timestamp" => Form::Timestamp,
        "timestamptz" => Form::Timestamptz,
        "Float" | "float8" | "numeric" => Form::Number,
        "json" => Form::Json,
        "jsonb" => Form::Jsonb,
        _ => return None,
    })
}
