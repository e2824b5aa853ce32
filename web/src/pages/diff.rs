//! Before and after, as the audit log and the plans keep them: only what differs, in the words of the columns.

use std::collections::BTreeSet;

use leptos::prelude::*;
use serde_json::Value;

use crate::format;
use crate::ui::Tag;
use crate::words::words;

/// Columns that say nothing to a reader.
const NOISE: [&str; 9] = [
    "id",
    "created_at",
    "updated_at",
    "data",
    "additional",
    "service_id",
    "user_id",
    "remote_id",
    "avatar_url",
];

/// One line for each column that differs.
#[component]
pub fn Diff(before: Option<Value>, after: Option<Value>) -> impl IntoView {
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let columns: BTreeSet<String> = [&before, &after]
        .into_iter()
        .filter_map(Value::as_object)
        .flat_map(|row| row.keys().cloned())
        .filter(|column| !NOISE.contains(&column.as_str()))
        .collect();
    let lines = columns
        .into_iter()
        .filter_map(|column| line(&column, before.get(&column), after.get(&column)))
        .collect::<Vec<_>>();
    (!lines.is_empty()).then(|| view! { <dl class="diff">{lines}</dl> })
}

/// What a new row holds, in one line: nothing is compared with nothing.
#[component]
pub fn Content(row: Option<Value>) -> impl IntoView {
    let row = row.unwrap_or_default();
    let item = |column: &str| {
        row.get(column)
            .filter(|value| !is_empty(Some(value)))
            .map(|value| text(column, Some(value)))
    };
    let words = ["name", "email"]
        .into_iter()
        .filter_map(item)
        .map(|text| view! { <span>{text}</span> })
        .collect_view();
    let groups = row
        .get("groups")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let groups = groups
        .iter()
        .map(|group| view! { <Tag label=text("", Some(group))/> })
        .collect_view();
    let state = item("state").filter(|_| row.get("state").is_some_and(|state| state != "active"));
    view! { <span class="content">{words}{groups}{state.map(|state| view! { <span class="muted">{state}</span> })}</span> }
}

fn line(column: &str, before: Option<&Value>, after: Option<&Value>) -> Option<AnyView> {
    if before == after || (is_empty(before) && is_empty(after)) {
        return None;
    }
    let change = match (
        before.and_then(Value::as_array),
        after.and_then(Value::as_array),
    ) {
        (None, None) => scalars(column, before, after),
        (before, after) => sets(
            before.map_or(&[], Vec::as_slice),
            after.map_or(&[], Vec::as_slice),
        ),
    };
    Some(view! { <div><dt>{words().column(column)}</dt><dd>{change}</dd></div> }.into_any())
}

fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::String(text)) => text.is_empty(),
        _ => false,
    }
}

fn scalars(column: &str, before: Option<&Value>, after: Option<&Value>) -> AnyView {
    let was = (!is_empty(before)).then(|| view! { <del>{text(column, before)}</del> });
    let is = if is_empty(after) {
        view! { <span class="muted">{words().nothing}</span> }.into_any()
    } else {
        view! { <ins>{text(column, after)}</ins> }.into_any()
    };
    let arrow = was
        .is_some()
        .then(|| view! { <span class="arrow" aria-hidden="true">" → "</span> });
    view! { {was}{arrow}{is} }.into_any()
}

fn sets(before: &[Value], after: &[Value]) -> AnyView {
    let lost = before
        .iter()
        .filter(|item| !after.contains(item))
        .map(|item| view! { <del>"−" {text("", Some(item))}</del> });
    let gained = after
        .iter()
        .filter(|item| !before.contains(item))
        .map(|item| view! { <ins>"+" {text("", Some(item))}</ins> });
    view! { {lost.collect_view()}{gained.collect_view()} }.into_any()
}

fn text(column: &str, value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => words().nothing.to_owned(),
        Some(Value::String(text)) if matches!(column, "arrival" | "departure") => format::day(text),
        Some(Value::String(text)) if column == "state" => words().account_state(text).to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
