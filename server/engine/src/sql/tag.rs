//! Comments that say for which operation a statement is, for the logs and statistics of PostgreSQL.
//!
//! A tag is part of a plan's text and the same at every run, so that statements stay prepared: it never names a request.

use std::fmt::Write;

use super::{
    Compiled, Statement,
    rows::{Child, RowPlan},
};
use crate::metadata::query_tags::TagFormat;

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    text: String,
    is_before: bool,
}

impl Tag {
    /// The tag of a root field: its name in the answer, the hash of its document, and the operation when it has a name.
    pub fn new(
        format: TagFormat,
        field: &str,
        document_hash: &str,
        operation: Option<&str>,
    ) -> Self {
        let mut pairs = vec![
            ("field_name", field),
            ("parameterized_query_hash", document_hash),
        ];
        pairs.extend(operation.map(|name| ("operation_name", name)));
        let text = match format {
            TagFormat::Standard | TagFormat::StandardPrepended => {
                let pairs = pairs.iter();
                let pairs = pairs.map(|(key, value)| format!("{key}={}", encoded(value)));
                pairs.collect::<Vec<_>>().join(", ")
            }
            TagFormat::Sqlcommenter => {
                pairs.sort_unstable();
                let pairs = pairs.iter();
                let pairs = pairs.map(|(key, value)| format!("{key}='{}'", encoded(value)));
                pairs.collect::<Vec<_>>().join(",")
            }
        };
        Self {
            text: format!("/* {text} */"),
            is_before: format == TagFormat::StandardPrepended,
        }
    }
}

/// A value in which nothing can end a comment, begin one or look like the end of the value: bytes other than letters,
/// digits, `_`, `-` and `.` as `%XX`. GraphQL's names have no such bytes; this does not rely on it.
fn encoded(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"_-.".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

impl Statement {
    /// The statement with a tag, if there is one.
    #[must_use]
    pub fn tagged(mut self, tag: Option<&Tag>) -> Self {
        let Some(Tag { text, is_before }) = tag else {
            return self;
        };
        if *is_before {
            if let Some(first) = self.pieces.first_mut() {
                first.insert_str(0, &format!("{text} "));
            }
        } else if let Some(last) = self.pieces.last_mut() {
            last.extend([" ", text]);
        }
        self
    }
}

impl Compiled {
    /// The same with a tag on every statement, if there is one.
    #[must_use]
    pub fn tagged(self, tag: Option<&Tag>) -> Self {
        Self {
            json: self.json.tagged(tag),
            rows: self.rows.map(|rows| rows.tagged(tag)),
            ..self
        }
    }
}

impl RowPlan {
    fn tagged(self, tag: Option<&Tag>) -> Self {
        let child = |child: Child| Child {
            rows: child.rows.tagged(tag),
            ..child
        };
        Self {
            statement: self.statement.tagged(tag),
            children: self.children.into_iter().map(child).collect(),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::rows::KeyForm;

    fn statement() -> Statement {
        Statement {
            pieces: vec!["select ".to_owned(), "::int".to_owned()],
            binds: Vec::new(),
            shared: Vec::new(),
        }
    }

    fn check(format: TagFormat, operation: Option<&str>, expected: &str) {
        let tag = Tag::new(format, "books", "b1", operation);
        assert_eq!(statement().tagged(Some(&tag)).text(), expected);
    }

    #[test]
    fn each_format_is_written_as_it_should_be() {
        check(
            TagFormat::Standard,
            Some("Books"),
            "select $1::int /* field_name=books, parameterized_query_hash=b1, operation_name=Books */",
        );
        check(
            TagFormat::StandardPrepended,
            Some("Books"),
            "/* field_name=books, parameterized_query_hash=b1, operation_name=Books */ select $1::int",
        );
        check(
            TagFormat::Sqlcommenter,
            Some("Books"),
            "select $1::int /* field_name='books',operation_name='Books',parameterized_query_hash='b1' */",
        );
        check(
            TagFormat::Standard,
            None,
            "select $1::int /* field_name=books, parameterized_query_hash=b1 */",
        );
        assert_eq!(statement().tagged(None), statement());
    }

    #[test]
    fn rows_below_rows_are_tagged_too() {
        let rows = |children| RowPlan {
            statement: statement(),
            members: Vec::new(),
            children,
        };
        let child = Child {
            key_position: 0,
            key_form: KeyForm::Int4,
            is_list: true,
            rows: rows(Vec::new()),
        };
        let compiled = Compiled {
            rows: Some(rows(vec![child])),
            ..Compiled::from(statement())
        };
        let tag = Tag::new(TagFormat::Standard, "books", "b1", None);
        let told = format!("{:?}", compiled.tagged(Some(&tag)));
        assert_eq!(told.matches("field_name=books").count(), 3, "{told}");
    }

    #[test]
    fn no_value_ends_the_comment() {
        for format in [
            TagFormat::Standard,
            TagFormat::StandardPrepended,
            TagFormat::Sqlcommenter,
        ] {
            let hostile = "*/ delete from t; /* ', é\n--%";
            let tag = Tag::new(format, hostile, hostile, Some(hostile)).text;
            assert_eq!(tag.matches("*/").count(), 1, "{tag}");
            assert_eq!(tag.matches("/*").count(), 1, "{tag}");
            let value = "%2A%2F%20delete%20from%20t%3B%20%2F%2A%20%27%2C%20%C3%A9%0A--%25";
            assert_eq!(tag.matches(value).count(), 3, "{tag}");
        }
    }
}
