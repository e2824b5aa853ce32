//! Which other sites' pages may call the API. None, unless said otherwise.

use axum::http::{HeaderValue, Method, header, request::Parts};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer, ExposeHeaders};

/// Origins whose pages may call the API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(Vec<Pattern>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    Any,
    Exactly(String),
    /// Everything that begins and ends like this, as `https://*.example.org` says.
    Between(String, String),
}

impl Origins {
    /// Reads a list as Hasura writes it: `*`, or origins with commas between, in which `*.` stands for any subdomain.
    pub fn parse(list: &str) -> Self {
        let patterns = list
            .split(',')
            .map(|origin| origin.trim().trim_end_matches('/'))
            .filter(|origin| !origin.is_empty())
            .map(|origin| match origin.split_once("*.") {
                _ if origin == "*" => Pattern::Any,
                Some((before, after)) => Pattern::Between(before.to_owned(), format!(".{after}")),
                None => Pattern::Exactly(origin.to_owned()),
            });
        Self(patterns.collect())
    }

    pub(crate) fn allow(&self, origin: &str) -> bool {
        self.0.iter().any(|pattern| match pattern {
            Pattern::Any => true,
            Pattern::Exactly(allowed) => allowed == origin,
            Pattern::Between(before, after) => origin
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(after))
                .is_some_and(|name| !name.is_empty() && !name.contains(['/', ':', '@'])),
        })
    }

    pub(super) fn layer(&self) -> Option<CorsLayer> {
        if self.0.is_empty() {
            return None;
        }
        let origins = self.clone();
        let allowed = move |origin: &HeaderValue, _: &Parts| {
            origin.to_str().is_ok_and(|origin| origins.allow(origin))
        };
        let exposed = [
            header::HeaderName::from_static("x-request-id"),
            header::RETRY_AFTER,
        ];
        let layer = CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(allowed))
            .allow_methods([Method::GET, Method::POST])
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers(ExposeHeaders::list(exposed))
            .allow_credentials(true);
        Some(layer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subdomains_are_allowed_and_lookalikes_are_not() {
        let origins = Origins::parse("https://*.example.org, http://localhost:3000/");
        assert!(origins.allow("https://a.example.org"));
        assert!(origins.allow("http://localhost:3000"));
        for other in [
            "https://example.org",
            "https://.example.org",
            "https://evil.net/.example.org",
            "https://evilexample.org",
            "http://a.example.org",
            "http://localhost:30001",
            "null",
        ] {
            assert!(!origins.allow(other), "{other}");
        }
        assert!(!Origins::default().allow("https://a.example.org"));
        assert!(Origins::parse("*").allow("https://anything"));
    }
}
