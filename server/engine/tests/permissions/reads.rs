//! Random root fields that read, each with the answer that the rules give it.

use std::cmp::Ordering;

use serde_json::{Map, Value as Json, json};

use crate::{
    answers::{Expected, one_of},
    connections,
    documents::{Key, List, Maker, direction, selection},
    interpreter::{Interpreter, View},
    requests::Outcome,
    roles::Role,
    text::name,
    world::{Kind, Row, Table, Value},
};

/// A root field that reads, and what it should answer.
pub struct Asked {
    pub field: String,
    pub expected: Expected,
    pub outcome: Outcome,
}

pub type RowKey = Vec<(&'static str, Value)>;

/// A field of a query; `None` when the role has no such field.
pub fn query(maker: &Maker<'_>, rules: &Interpreter<'_>) -> Option<Asked> {
    let table = table(maker)?;
    if maker.tape.chance(15) {
        return entities(maker, rules, table);
    }
    field(maker, rules, table)
}

/// A field of a subscription; `None` when the role has no such field.
pub fn live(maker: &Maker<'_>, rules: &Interpreter<'_>) -> Option<Asked> {
    let table = table(maker)?;
    if maker.tape.chance(30) {
        return stream(maker, rules, table);
    }
    let outcome = Outcome::Live;
    field(maker, rules, table).map(|asked| Asked { outcome, ..asked })
}

/// A table of which the role may see something.
fn table(maker: &Maker<'_>) -> Option<&'static Table> {
    let table = Table::random(maker.tape);
    let is_seen = maker.role.can_read(table.name) && !maker.role.columns(table).is_empty();
    is_seen.then_some(table)
}

/// A field of queries and subscriptions.
fn field(maker: &Maker<'_>, rules: &Interpreter<'_>, table: &'static Table) -> Option<Asked> {
    match maker.tape.below(8) {
        3 => by_key(maker, rules, table),
        4 | 5 => connections::request(maker, rules, table),
        6 | 7 if maker.role.can_aggregate(table.name) => {
            let aggregate = maker.aggregate(table, 2);
            Some(Asked {
                field: format!("{}_aggregate{}", table.name, aggregate.text()),
                expected: rules.aggregated(table, rules.visible(table), &aggregate),
                outcome: Outcome::Aggregate,
            })
        }
        _ => {
            let list = maker.list(table);
            let fields = maker.fields(table, 2);
            Some(Asked {
                field: format!("{}{} {}", table.name, list.arguments, selection(&fields)),
                expected: rules.list(table, rules.visible(table), &list, &fields),
                outcome: Outcome::List,
            })
        }
    }
}

fn by_key(maker: &Maker<'_>, rules: &Interpreter<'_>, table: &'static Table) -> Option<Asked> {
    let key = readable_key(maker, table)?;
    let fields = maker.fields(table, 2);
    let field = format!(
        "{}_by_pk({}) {}",
        table.name,
        key_arguments(maker, table, &key),
        selection(&fields)
    );
    let expected = one_of(rules, table, &key, &fields);
    let outcome = Outcome::ByKey;
    Some(Asked {
        field,
        expected,
        outcome,
    })
}

fn entities(maker: &Maker<'_>, rules: &Interpreter<'_>, table: &'static Table) -> Option<Asked> {
    if !shows_key(maker.role, table) {
        return None;
    }
    let fields = maker.fields(table, 2);
    let mut representations = Vec::new();
    let mut expected = Vec::new();
    for _ in 0..maker.tape.below(5) {
        let key = random_key(maker, table);
        let members = key
            .iter()
            .map(|(column, value)| ((*column).to_owned(), value.json()));
        let mut members: Map<String, Json> = members.collect();
        members.insert("__typename".to_owned(), json!(table.name));
        representations.push(Json::Object(members));
        expected.push(one_of(rules, table, &key, &fields));
    }
    let expected: Expected = expected.into_iter().collect();
    let field = format!(
        "_entities({}) {{ ... on {} {} }}",
        maker.argument("representations", "[_Any!]!", &json!(representations)),
        table.name,
        selection(&fields)
    );
    let outcome = Outcome::Entities;
    Some(Asked {
        field,
        expected,
        outcome,
    })
}

fn stream(maker: &Maker<'_>, rules: &Interpreter<'_>, table: &'static Table) -> Option<Asked> {
    let tape = maker.tape;
    let column = tape.pick(&maker.role.columns(table));
    if table.column(column).kind == Kind::Bool {
        return None;
    }
    let initial = Value::given(tape, table.column(column).kind);
    let is_descending = tape.chance(40);
    let filter = maker.filter(table);
    let batch = 1 + tape.below(5);
    let fields = maker.fields(table, 2);
    let cursor = json!([{ "initial_value": { column: initial.json() },
        "ordering": name(if is_descending { "DESC" } else { "ASC" }) }]);
    let cursor_type = format!("[{}_stream_cursor_input]!", table.name);
    let arguments = [
        maker.argument("cursor", &cursor_type, &cursor),
        maker.argument("batch_size", "Int!", &json!(batch)),
        maker.filter_argument(table, "", &filter),
    ];
    let field = format!(
        "{}_stream({}) {}",
        table.name,
        arguments.join(", "),
        selection(&fields)
    );
    let wanted = if is_descending {
        Ordering::Less
    } else {
        Ordering::Greater
    };
    let is_after = |row: &&Row| {
        let cell = rules.cell(table, row, column, View::Role);
        !cell.is_null() && cell.compare(&initial) == wanted
    };
    let after: Vec<&Row> = rules.visible(table).into_iter().filter(is_after).collect();
    let list = List {
        filter: Some(filter),
        order: vec![(Key::Column(column), direction("", is_descending, false))],
        limit: Some(batch),
        ..List::default()
    };
    let expected = rules.list(table, after, &list, &fields);
    // A stream of no rows waits.
    let is_answered = matches!(&expected, Ok(Json::Array(rows)) if !rows.is_empty());
    is_answered.then_some(Asked {
        field,
        expected,
        outcome: Outcome::Stream,
    })
}

/// A random key of a table whose key the role may name.
pub fn readable_key(maker: &Maker<'_>, table: &'static Table) -> Option<RowKey> {
    let columns = maker.role.columns(table);
    let is_readable = !table.key.is_empty() && table.key.iter().all(|key| columns.contains(key));
    is_readable.then(|| random_key(maker, table))
}

fn random_key(maker: &Maker<'_>, table: &'static Table) -> RowKey {
    let keys = table.key.iter();
    keys.map(|key| (*key, Value::given(maker.tape, table.column(key).kind)))
        .collect()
}

/// A key as arguments.
pub fn key_arguments(maker: &Maker<'_>, table: &Table, key: &RowKey) -> String {
    let arguments = key.iter().map(|(column, value)| {
        let ty = match table.column(column).kind {
            Kind::Int => "Int!",
            Kind::Text => "String!",
            Kind::Bool => "Boolean!",
        };
        maker.argument(column, ty, &value.json())
    });
    arguments.collect::<Vec<_>>().join(", ")
}

/// Whether every row shows its key.
pub fn shows_key(role: &Role, table: &Table) -> bool {
    let mut selects = role.selects(table.name).iter();
    !table.key.is_empty()
        && selects.all(|select| table.key.iter().all(|key| select.columns.contains(key)))
}
