//! The way into a JSON document, as the argument `path` writes it: `$.a.b[0]`, `a['b']`; `$` alone is the document.

use crate::error::{Code, GraphqlError};

/// The steps of a path: keys of objects and positions in lists.
pub(crate) fn steps(path: &str) -> Result<Vec<String>, GraphqlError> {
    let unfit = || {
        let problem = format!("parse json path error: {path:?} is not a path like $.a.b[0]");
        GraphqlError::new(Code::ParseFailed, problem)
    };
    let mut rest = path.strip_prefix('$').unwrap_or(path);
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix(".[").or_else(|| rest.strip_prefix('[')) {
            let (step, after) = bracket(inner).ok_or_else(unfit)?;
            steps.push(step);
            rest = after;
            continue;
        }
        let is_start = steps.is_empty() && rest.len() == path.len();
        let name = match rest.strip_prefix('.') {
            Some(name) => name,
            None if is_start => rest,
            None => return Err(unfit()),
        };
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (key, after) = name.split_at(end);
        if key.is_empty() || key.contains([']', '\'', '"', '$', ' ']) {
            return Err(unfit());
        }
        steps.push(key.to_owned());
        rest = after;
    }
    Ok(steps)
}

/// What stands in brackets, after the first one: a position, or a key in quotes; and what follows.
fn bracket(inner: &str) -> Option<(String, &str)> {
    let quote = inner.chars().next()?;
    if quote == '\'' || quote == '"' {
        let (key, after) = inner.get(1..)?.split_once(quote)?;
        return Some((key.to_owned(), after.strip_prefix(']')?));
    }
    let (position, after) = inner.split_once(']')?;
    let is_number = !position.is_empty() && position.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| (position.to_owned(), after))
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[track_caller]
    fn check(path: &str, expected: Option<&[&str]>) {
        let found = steps(path).ok();
        let expected = expected.map(|steps| steps.iter().map(ToString::to_string).collect());
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn a_path_is_keys_and_positions() {
        check("$", Some(&[]));
        check("$.a.b[0]", Some(&["a", "b", "0"]));
        check("a.b", Some(&["a", "b"]));
        check("$['a b'][\"c.d\"]", Some(&["a b", "c.d"]));
        check("[1].x", Some(&["1", "x"]));
        check("a.[0]", Some(&["a", "0"]));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for path in ["$.", "$a", "a..b", "a[", "a[b]", "a['b]", "$$"] {
            check(path, None);
        }
    }
}
