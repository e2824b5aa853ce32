//! Headers that tell browsers what this site may do and what others may do with it.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::config::Config;

/// The headers of this server.
pub(super) struct Policy {
    page: Option<HeaderValue>,
    explorer: Option<HeaderValue>,
    is_https: bool,
}

impl Policy {
    /// Pictures come from the services, so their addresses are let in beside `https:`.
    pub(super) fn new(config: &Config) -> Self {
        let origins: String = config
            .services
            .iter()
            .filter_map(|service| service.base_url.as_ref())
            .map(|url| format!(" {}", url.origin().ascii_serialization()))
            .collect();
        let images = format!("img-src 'self' data: https:{origins}");
        let common = "font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        let page = format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; {images}; {common}"
        );
        let explorer = format!(
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; {images}; {common}"
        );
        Self {
            page: HeaderValue::from_str(&page).ok(),
            explorer: HeaderValue::from_str(&explorer).ok(),
            is_https: config.server.public_url().scheme() == "https",
        }
    }
}

/// Adds the headers to every answer.
pub(super) async fn protect(
    State(policy): State<Arc<Policy>>,
    request: Request,
    next: Next,
) -> Response {
    let is_explorer = request.uri().path().starts_with("/explorer");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let content_policy = if is_explorer {
        &policy.explorer
    } else {
        &policy.page
    };
    if let Some(value) = content_policy {
        headers.insert(header::CONTENT_SECURITY_POLICY, value.clone());
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    if policy.is_https {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}
