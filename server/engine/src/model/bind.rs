//! Values that PostgreSQL receives apart from the text of a statement.

/// A value that PostgreSQL receives apart from the statement, as text, and reads as a type.
#[derive(Debug, Clone, PartialEq)]
pub struct Bind {
    /// Where the value comes from.
    pub source: Source,
    /// The SQL type that PostgreSQL reads it as.
    pub sql_type: String,
}

/// Where the value of a bind comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// It is known already.
    Literal(Value),
    /// A session variable, by its name in lower case.
    Session(String),
    /// A variable of the request, or a member of one.
    Variable(VariablePath),
    /// What the execution found out: keys that rows refer to, or how far a stream has come.
    Found,
}

/// Text in PostgreSQL's input form, or null.
pub type Value = Option<String>;

/// A variable of a request, and the way into its value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VariablePath {
    /// The name, without `$`.
    pub name: String,
    /// Keys of objects and positions in lists, as text.
    pub members: Vec<String>,
}

/// A list in PostgreSQL's input form for arrays.
pub fn array_literal<'a>(items: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let items: Vec<String> = items
        .into_iter()
        .map(|item| match item {
            Some(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            None => "NULL".to_owned(),
        })
        .collect();
    format!("{{{}}}", items.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_literal_quotes_what_would_end_an_item() {
        assert_eq!(
            array_literal([Some("a,b"), Some("c\"d\\"), None]),
            r#"{"a,b","c\"d\\",NULL}"#
        );
    }
}
