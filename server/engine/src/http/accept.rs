//! In which media type an answer is sent, by `Accept` and its weights.

use axum::http::{HeaderMap, header};

/// A media type that answers can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`: errors of GraphQL have status 200, as in Hasura.
    Json,
    /// `application/graphql-response+json`: a request that is refused has a status of its own.
    GraphqlResponse,
    /// `text/event-stream`.
    Events,
}

/// The acceptable media type that is preferred; `None` when there is none. Without a header, JSON.
pub(super) fn preferred(headers: &HeaderMap) -> Option<Media> {
    let mut asked = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|range| !range.is_empty())
        .peekable();
    if asked.peek().is_none() {
        return Some(Media::Json);
    }
    let mut best: Option<(f32, Media)> = None;
    for (weight, media) in asked.filter_map(range) {
        if weight > 0.0 && best.is_none_or(|(best, _)| weight > best) {
            best = Some((weight, media));
        }
    }
    best.map(|(_, media)| media)
}

fn range(text: &str) -> Option<(f32, Media)> {
    let mut parts = text.split(';').map(str::trim);
    let media = match parts.next()?.to_ascii_lowercase().as_str() {
        "application/json" | "application/*" | "*/*" => Media::Json,
        "application/graphql-response+json" => Media::GraphqlResponse,
        "text/event-stream" => Media::Events,
        _ => return None,
    };
    let weight = parts
        .find_map(|part| part.strip_prefix("q="))
        .map_or(Some(1.0), |weight| weight.parse().ok())?;
    Some((weight, media))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(accept: &'static str) -> Option<Media> {
        let accept = (header::ACCEPT, HeaderValue::from_static(accept));
        preferred(&HeaderMap::from_iter([accept]))
    }

    #[test]
    fn the_heaviest_wins_and_then_the_first() {
        let new = "application/graphql-response+json";
        assert_eq!(preferred(&HeaderMap::new()), Some(Media::Json));
        assert_eq!(of("*/*"), Some(Media::Json));
        assert_eq!(of("text/html, */*;q=0.8"), Some(Media::Json));
        assert_eq!(of(new), Some(Media::GraphqlResponse));
        assert_eq!(
            of("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8"),
            Some(Media::GraphqlResponse)
        );
        assert_eq!(
            of("application/json;q=0.9, application/graphql-response+json;q=0.5"),
            Some(Media::Json)
        );
        assert_eq!(of("text/event-stream"), Some(Media::Events));
        assert_eq!(of("text/html"), None);
        assert_eq!(of("application/json;q=0"), None);
    }
}
