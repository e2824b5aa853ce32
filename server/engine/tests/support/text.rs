//! JSON as GraphQL writes it, in a document or in its variables. A name of an enumeration is a text that begins with a
//! mark.

use serde_json::{Map, Value as Json, json};

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

/// The value as a literal of a document, without the members that no document can name.
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
                .filter(|(key, _)| is_name(key))
                .map(|(key, value)| format!("{key}: {}", literal(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        other => other.to_string(),
    }
}

fn is_name(key: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    key.bytes().all(is_letter)
        && !key.starts_with(|first: char| first.is_ascii_digit())
        && !key.is_empty()
}

/// The variables of a document.
#[derive(Default)]
pub struct Variables(Vec<(String, Json)>);

impl Variables {
    /// A new variable, as the document names it.
    pub fn declare(&mut self, ty: &str, value: &Json) -> String {
        self.0.push((ty.to_owned(), plain(value)));
        format!("$v{}", self.0.len() - 1)
    }

    /// As an operation declares them, with parentheses if there are any.
    pub fn declared(&self) -> String {
        let all = self.0.iter().enumerate();
        arguments(
            &all.map(|(at, (ty, _))| format!("$v{at}: {ty}"))
                .collect::<Vec<_>>(),
        )
    }

    /// Their values.
    pub fn given(&self) -> Json {
        let all = self.0.iter().enumerate();
        let all = all.map(|(at, (_, value))| (format!("v{at}"), value.clone()));
        Json::Object(all.collect::<Map<_, _>>())
    }
}

/// Arguments with their parentheses; nothing without any.
pub fn arguments(arguments: &[String]) -> String {
    match arguments {
        [] => String::new(),
        arguments => format!("({})", arguments.join(", ")),
    }
}
