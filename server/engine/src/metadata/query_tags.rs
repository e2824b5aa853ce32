//! `query_tags` of a source: what SQL says in a comment of whom it is for.

use serde::Deserialize;

/// The query tags of a source.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default)]
pub struct QueryTags {
    /// Whether there are none.
    pub disabled: bool,
    /// How they are written.
    pub format: TagFormat,
    /// Whether the id of the request is left out, as it always is here.
    pub omit_request_id: bool,
}

impl Default for QueryTags {
    fn default() -> Self {
        Self {
            disabled: false,
            format: TagFormat::default(),
            omit_request_id: true,
        }
    }
}

/// How tags are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagFormat {
    /// `key=value, key=value`, after the statement.
    #[default]
    Standard,
    /// The same before the statement.
    StandardPrepended,
    /// `key='value',key='value'` after the statement, as <https://google.github.io/sqlcommenter/spec/> says.
    Sqlcommenter,
}
