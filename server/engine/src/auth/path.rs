//! The way to a claim: `$.a.b[0]`, `$['a b']`, and with `[*]` to a member of each item, as in `$.roles[*].name`.

use serde_json::Value;

use crate::plan::json_path;

/// Steps between wildcards; one part more than there are wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClaimPath(Vec<Vec<String>>);

impl ClaimPath {
    /// Reads a path; the problem says what it should look like.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let unfit = || format!("{text:?} is not a path like $.a.b[0] or $.roles[*].name");
        let parts = text.split("[*]").enumerate().map(|(position, part)| {
            let follows = part.is_empty() || part.starts_with(['.', '[']);
            if position > 0 && !follows {
                return Err(unfit());
            }
            json_path::steps(part).map_err(|_| unfit())
        });
        if text.is_empty() {
            return Err(unfit());
        }
        parts.collect::<Result<_, _>>().map(Self)
    }

    /// What stands there: with a wildcard the list of all that is found, and nothing if that is empty.
    pub(super) fn find(&self, document: &Value) -> Option<Value> {
        let (first, others) = self.0.split_first()?;
        let start = walk(document, first)?;
        if others.is_empty() {
            return Some(start.clone());
        }
        let mut found = vec![start];
        for steps in others {
            found = found
                .into_iter()
                .filter_map(Value::as_array)
                .flatten()
                .filter_map(|item| walk(item, steps))
                .collect();
        }
        (!found.is_empty()).then(|| found.into_iter().cloned().collect())
    }
}

fn walk<'a>(start: &'a Value, steps: &[String]) -> Option<&'a Value> {
    steps.iter().try_fold(start, |at, step| match at {
        Value::Object(members) => members.get(step),
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may end by a panic")]

    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(path: &str, expected: &Value) {
        let document = json!({
            "a": { "b": [1, 2], "c d": "x" },
            "roles": [{ "name": "one", "of": [{ "k": 1 }] }, { "other": 0 }, { "name": "two", "of": [{ "k": 2 }] }],
            "https://x/y": { "z": true },
        });
        let found = ClaimPath::parse(path).unwrap().find(&document);
        assert_eq!(found.as_ref().unwrap_or(&Value::Null), expected, "{path}");
    }

    #[test]
    fn a_claim_is_found_by_its_path() {
        check("$.a.b[1]", &json!(2));
        check("$.a['c d']", &json!("x"));
        check("$['https://x/y'].z", &json!(true));
        check("$.roles[*].name", &json!(["one", "two"]));
        check("$.roles[*].of[*].k", &json!([1, 2]));
        check("$.a.b[*]", &json!([1, 2]));
        check("$.roles[*].missing", &Value::Null);
        check("$.a[*]", &Value::Null);
        check("$.a.x", &Value::Null);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for path in ["", "$.", "$.a[*]b", "$.a[", "$$"] {
            assert!(ClaimPath::parse(path).is_err(), "{path}");
        }
    }
}
