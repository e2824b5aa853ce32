//! What a delivery changed of a request: each column with its value before and after.

use leptos::prelude::*;
use serde_json::{Map, Value};

use crate::format;
use crate::ui::Tag;
use crate::words::authorizations::said;
use crate::words::words;

/// Columns that say nothing to a reader, or what stands beside this already.
const NOISE: [&str; 8] = [
    "id",
    "created_at",
    "updated_at",
    "organization_id",
    "last_event_at",
    "request_id",
    "user_id",
    "blacklisting",
];

/// One line for each column: `changes` is an object of pairs, as the journal keeps them.
#[component]
pub fn Changes(changes: Option<Value>) -> impl IntoView {
    let pairs = match changes {
        Some(Value::Object(pairs)) => pairs,
        _ => Map::new(),
    };
    lines(pairs.into_iter().map(|(column, pair)| {
        let mut pair = match pair {
            Value::Array(pair) => pair.into_iter(),
            _ => Vec::new().into_iter(),
        };
        let before = pair.next().unwrap_or_default();
        (column, before, pair.next().unwrap_or_default())
    }))
}

/// The same of two rows, as the audit log keeps them.
#[component]
pub fn RowChanges(before: Option<Value>, after: Option<Value>) -> impl IntoView {
    let before = before.unwrap_or_default();
    let after = match after {
        Some(Value::Object(after)) => after,
        _ => Map::new(),
    };
    lines(after.into_iter().map(move |(column, after)| {
        let before = before.get(&column).cloned().unwrap_or_default();
        (column, before, after)
    }))
}

fn lines(changes: impl Iterator<Item = (String, Value, Value)>) -> AnyView {
    let lines: Vec<AnyView> = changes
        .filter(|(column, before, after)| before != after && !NOISE.contains(&column.as_str()))
        .filter(|(_, before, after)| !(is_empty(before) && is_empty(after)))
        .map(|(column, before, after)| {
            let change = if before.is_array() || after.is_array() {
                sets(&before, &after)
            } else {
                scalars(&column, &before, &after)
            };
            view! { <div><dt>{said().column(&column)}</dt><dd>{change}</dd></div> }.into_any()
        })
        .collect();
    if lines.is_empty() {
        return ().into_any();
    }
    view! { <dl class="diff wide">{lines}</dl> }.into_any()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn scalars(column: &str, before: &Value, after: &Value) -> AnyView {
    let was = (!is_empty(before)).then(|| {
        view! {
            <del>{text(column, before)}</del>
            <span class="arrow" aria-hidden="true">" → "</span>
        }
    });
    let is = if is_empty(after) {
        view! { <span class="muted">{words().nothing}</span> }.into_any()
    } else {
        view! { <ins>{text(column, after)}</ins> }.into_any()
    };
    view! { {was}{is} }.into_any()
}

fn sets(before: &Value, after: &Value) -> AnyView {
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (before, after) = (items(before), items(after));
    let lost = before
        .iter()
        .filter(|item| !after.contains(item))
        .map(|item| view! { <del>"−" {text("", item)}</del> });
    let gained = after
        .iter()
        .filter(|item| !before.contains(item))
        .map(|item| view! { <ins>"+" {text("", item)}</ins> });
    view! { {lost.collect_view()}{gained.collect_view()} }.into_any()
}

fn text(column: &str, value: &Value) -> String {
    match (column, value) {
        ("status", Value::String(status)) => said().status_name(status).to_owned(),
        ("amendment", Value::String(amendment)) => said().amendment_name(amendment).to_owned(),
        ("blacklist_reason", Value::String(reason)) => said().blacklist_reason(reason),
        ("role", Value::String(role)) => said().contact_role(role).to_owned(),
        (column, Value::String(at)) if column.ends_with("_at") => format::time(at),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Null) => words().nothing.to_owned(),
        (_, other) => other.to_string(),
    }
}

/// The scopes of a request, as tags.
#[component]
pub fn Scopes(scopes: Vec<String>) -> impl IntoView {
    view! {
        <ul class="tags" aria-label=said().scopes>
            {scopes.into_iter().map(|scope| view! { <li><Tag label=scope/></li> }).collect_view()}
        </ul>
    }
}
