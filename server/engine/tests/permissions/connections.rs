//! Random pages of `T_connection`, and what the rules say of them.
//!
//! A cursor is the values that its row is ordered by, and nothing else. The test writes them by itself, so that it
//! sees that none tells more than the role may see, and can begin where no row is.

use std::cmp::Ordering;

use base64::Engine as _;
use serde_json::{Value as Json, json};

use crate::{
    answers::{Expected, by_keys},
    documents::{Direction, Field, Key, Maker, direction, selection},
    interpreter::{Interpreter, View},
    reads::{Asked, shows_key},
    requests::Outcome,
    rules::{At, Rule},
    text,
    world::{Row, Table, Value},
};

/// Which rows of a page there are.
struct Page {
    filter: Option<Rule>,
    /// The order, which the key ends.
    order: Vec<(Key, Direction)>,
    after: Option<Vec<Value>>,
    before: Option<Vec<Value>>,
    first: Option<usize>,
    last: Option<usize>,
}

pub fn request(maker: &Maker<'_>, rules: &Interpreter<'_>, table: &'static Table) -> Option<Asked> {
    if !shows_key(maker.role, table) {
        return None;
    }
    let (page, arguments) = random(maker, table);
    let fields = maker.fields(table, 2);
    let field = format!(
        "{}_connection{arguments} {{ edges {{ cursor node {} }} \
         pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage }} }}",
        table.name,
        selection(&fields)
    );
    Some(Asked {
        field,
        expected: expected(rules, table, &page, &fields),
        outcome: Outcome::Connection,
    })
}

fn random(maker: &Maker<'_>, table: &'static Table) -> (Page, String) {
    let tape = maker.tape;
    let mut arguments = Vec::new();
    let filter = tape.chance(40).then(|| maker.filter(table));
    if let Some(filter) = &filter {
        arguments.push(maker.filter_argument(table, "", filter));
    }
    let mut order: Vec<_> = (0..tape.below(3))
        .filter_map(|_| maker.key(table, 2))
        .filter(|key| !key.is_computed())
        .map(|key| (key, maker.direction()))
        .collect();
    if !order.is_empty() {
        arguments.push(maker.order_argument(table, &order));
    }
    for key in table.key {
        let is_key = |(by, _): &(Key, _)| matches!(by, Key::Column(column) if column == key);
        if !order.iter().any(is_key) {
            order.push((Key::Column(key), direction("", false, false)));
        }
    }
    let mut cursor = |name: &str| {
        let values = order.iter().map(|(key, _)| key.value(tape, table));
        let values: Option<Vec<Value>> = tape.chance(40).then(|| values.collect());
        if let Some(values) = &values {
            arguments.push(maker.argument(name, "String", &json!(written(values))));
        }
        values
    };
    let (after, before) = (cursor("after"), cursor("before"));
    let mut size = |name: &str, percent: usize| {
        let size = tape.chance(percent).then(|| tape.below(4));
        if let Some(size) = size {
            arguments.push(maker.argument(name, "Int", &json!(size)));
        }
        size
    };
    let first = size("first", 40);
    let last = first.is_none().then(|| size("last", 60)).flatten();
    let page = Page {
        filter,
        order,
        after,
        before,
        first,
        last,
    };
    (page, text::arguments(&arguments))
}

/// The rows of a page with what they are ordered by, and whether there are more.
fn rows<'a>(
    rules: &Interpreter<'a>,
    table: &'static Table,
    page: &Page,
) -> (Vec<(Vec<Value>, &'a Row)>, bool) {
    let mut rows: Vec<(Vec<Value>, &Row)> = Vec::new();
    for row in rules.visible(table) {
        let is_meant = page.filter.as_ref().is_none_or(|filter| {
            rules.holds(filter, At::new(table, row), View::Role) == Some(true)
        });
        let keys = page.order.iter();
        let keys: Vec<Value> = keys.map(|(key, _)| rules.key(table, row, key)).collect();
        let is_beyond = |cursor: &Option<Vec<Value>>, side: Ordering| {
            let cursor = cursor.as_ref();
            cursor.is_none_or(|cursor| by_keys(&keys, cursor, &page.order) == side)
        };
        if is_meant
            && is_beyond(&page.after, Ordering::Greater)
            && is_beyond(&page.before, Ordering::Less)
        {
            rows.push((keys, row));
        }
    }
    rows.sort_by(|(one, _), (other, _)| by_keys(one, other, &page.order));
    let sizes = [page.first, page.last, rules.role.limit(table.name)];
    let size = sizes.into_iter().flatten().min().unwrap_or(usize::MAX);
    let has_more = rows.len() > size;
    if page.last.is_some() {
        rows.drain(..rows.len().saturating_sub(size));
    } else {
        rows.truncate(size);
    }
    (rows, has_more)
}

fn expected(
    rules: &Interpreter<'_>,
    table: &'static Table,
    page: &Page,
    fields: &[Field],
) -> Expected {
    let (rows, has_more) = rows(rules, table, page);
    let mut edges = Vec::new();
    for (keys, row) in &rows {
        let node = rules.object(table, row, fields)?;
        edges.push(json!({ "cursor": written(keys), "node": node }));
    }
    let (has_next, has_previous) = match page.last {
        Some(_) => (page.before.is_some(), has_more),
        None => (has_more, page.after.is_some()),
    };
    let cursor = |edge: Option<&Json>| edge.map_or(Json::Null, |edge| edge["cursor"].clone());
    Ok(json!({ "edges": edges, "pageInfo": {
        "startCursor": cursor(edges.first()),
        "endCursor": cursor(edges.last()),
        "hasNextPage": has_next,
        "hasPreviousPage": has_previous,
    } }))
}

/// A cursor of these values.
fn written(values: &[Value]) -> String {
    let texts = values.iter().map(|value| match value {
        Value::Null => "null".to_owned(),
        Value::Text(text) => json!(text).to_string(),
        other => json!(other.json().to_string()).to_string(),
    });
    let list = format!("[{}]", texts.collect::<Vec<_>>().join(", "));
    base64::engine::general_purpose::STANDARD.encode(list)
}
