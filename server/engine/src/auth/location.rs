//! Where in a request a token stands.

use axum::http::{HeaderMap, HeaderName, header};

use crate::error::{Code, GraphqlError};

/// Where in a request a token stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// `Authorization: Bearer …`
    Authorization,
    /// A cookie of this name.
    Cookie(String),
    /// A header of this name, with or without `Bearer`.
    Header(HeaderName),
}

impl Location {
    /// The token there, if one was sent.
    pub(super) fn find(&self, headers: &HeaderMap) -> Result<Option<String>, GraphqlError> {
        let token = match self {
            Self::Authorization => only(headers, &header::AUTHORIZATION)?
                .map(|value| bearer(value).ok_or_else(|| malformed("Authorization"))),
            Self::Header(name) => only(headers, name)?.map(|value| {
                let token = bearer(value).unwrap_or(value);
                let is_one_word = !token.contains(char::is_whitespace);
                is_one_word
                    .then_some(token)
                    .ok_or_else(|| malformed(name.as_str()))
            }),
            Self::Cookie(name) => cookie(headers, name)?.map(Ok),
        };
        token.transpose().map(|token| token.map(str::to_owned))
    }
}

/// The value of a header that may be sent once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, GraphqlError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value
            .to_str()
            .map(|value| Some(value.trim()))
            .map_err(|_| malformed(name.as_str())),
        (Some(_), Some(_)) => Err(malformed(name.as_str())),
    }
}

fn bearer(value: &str) -> Option<&str> {
    let mut words = value.split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some(scheme), Some(token), None) if scheme.eq_ignore_ascii_case("bearer") => Some(token),
        _ => None,
    }
}

/// The value of a cookie. Two that contradict each other are refused: another host of the domain may have set one.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, GraphqlError> {
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(found, _)| found.trim() == name)
        .map(|(_, value)| value.trim().trim_matches('"'));
    let first = values.next();
    if values.any(|value| Some(value) != first) {
        return Err(malformed("Cookie"));
    }
    Ok(first)
}

fn malformed(header: &str) -> GraphqlError {
    GraphqlError::new(Code::InvalidHeaders, format!("Malformed {header} header"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may end by a panic")]

    use axum::http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(location: &Location, sent: &[(&'static str, &'static str)], expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(*name, HeaderValue::from_static(value));
        }
        match location.find(&headers) {
            Ok(found) => assert_eq!(found.as_deref(), expected),
            Err(error) => {
                assert_eq!(error.code, Code::InvalidHeaders);
                assert_eq!(expected, Some("refused"));
            }
        }
    }

    #[test]
    fn a_token_is_found_where_it_is_expected() {
        let place = Location::Authorization;
        check(&place, &[], None);
        check(&place, &[("authorization", "Bearer a.b.c")], Some("a.b.c"));
        check(&place, &[("authorization", "bearer  a.b.c")], Some("a.b.c"));
        for wrong in ["Basic a.b.c", "Bearer", "Bearer a b", "a.b.c"] {
            check(&place, &[("authorization", wrong)], Some("refused"));
        }
        let twice = [("authorization", "Bearer a"), ("authorization", "Bearer b")];
        check(&place, &twice, Some("refused"));
    }

    #[test]
    fn cookies_and_headers_have_names() {
        let place = Location::Cookie("token".to_owned());
        check(&place, &[("cookie", "other=1; token=a.b.c")], Some("a.b.c"));
        check(&place, &[("cookie", "xtoken=1")], None);
        check(&place, &[("cookie", "token=a; token=b")], Some("refused"));
        let place = Location::Header("x-token".parse().unwrap());
        check(&place, &[("x-token", "a.b.c")], Some("a.b.c"));
        check(&place, &[("x-token", "Bearer a.b.c")], Some("a.b.c"));
        check(&place, &[("x-token", "Basic a.b.c")], Some("refused"));
    }
}
