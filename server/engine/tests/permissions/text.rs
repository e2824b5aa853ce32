//! JSON as GraphQL writes it. A name of an enumeration is a text that begins with a mark.

use serde_json::{Value as Json, json};

const MARK: char = '\u{1}';

/// A name of an enumeration.
pub fn name(name: &str) -> Json {
    json!(format!("{MARK}{name}"))
}

/// The value as JSON of variables and metadata, where names are texts.
pub fn plain(value: &Json) -> Json {
    match value {
        Json::String(text) => json!(text.trim_start_matches(MARK)),
        Json::Array(items) => items.iter().map(plain).collect(),
        Json::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), plain(value)))
            .collect(),
        other => other.clone(),
    }
}

/// The value as a literal of a document.
pub fn literal(value: &Json) -> String {
    match value {
        Json::String(text) => match text.strip_prefix(MARK) {
            Some(name) => name.to_owned(),
            None => value.to_string(),
        },
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{key}: {}", literal(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        other => other.to_string(),
    }
}
