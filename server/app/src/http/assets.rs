//! The page: files made by `cargo xtask`, compressed beforehand, embedded in the binary.
//!
//! In debug builds they are read from the checkout, so that a new page needs no new server. Names under `/assets`
//! contain a hash of the content and never change their content.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../target/web/dist"]
#[allow_missing = true]
struct Files;

const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// A file, or the page itself for every address that names none.
pub(super) async fn serve(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let name = match path {
        "" => "index.html",
        "explorer" | "explorer/" => "explorer/index.html",
        other => other,
    };
    if let Some(response) = file(name, &headers) {
        return response;
    }
    let is_page = !name.rsplit('/').next().unwrap_or(name).contains('.')
        && !["auth/", "api/", "v1/"]
            .iter()
            .any(|prefix| name.starts_with(prefix));
    if !is_page {
        return (StatusCode::NOT_FOUND, "not found").into_response();
    }
    file("index.html", &headers).unwrap_or_else(|| {
        let missing = "the page has not been built: run `cargo xtask start`";
        (StatusCode::SERVICE_UNAVAILABLE, missing).into_response()
    })
}

fn file(name: &str, headers: &HeaderMap) -> Option<Response> {
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok());
    let accepts = |encoding: &str| {
        accepted.is_some_and(|accepted| {
            accepted
                .split(',')
                .any(|each| each.trim().starts_with(encoding))
        })
    };
    let compressed = ENCODINGS
        .iter()
        .filter(|(encoding, _)| accepts(encoding))
        .find_map(|(encoding, suffix)| Some((*encoding, Files::get(&format!("{name}{suffix}"))?)));
    let (encoding, file) = match compressed {
        Some((encoding, file)) => (Some(encoding), file),
        None => (None, Files::get(name)?),
    };
    Some(respond(name, encoding, file, headers))
}

fn respond(
    name: &str,
    encoding: Option<&'static str>,
    file: EmbeddedFile,
    headers: &HeaderMap,
) -> Response {
    let hash: String = file
        .metadata
        .sha256_hash()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let tag = format!("\"{hash}\"");
    let is_known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(file.data).into_response()
    };
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let kind = match kind.type_().as_str() {
        "text" => format!("{kind}; charset=utf-8"),
        _ => kind.to_string(),
    };
    let cache = if name.starts_with("assets/") {
        IMMUTABLE
    } else {
        "no-cache"
    };
    let set = response.headers_mut();
    if let (Ok(kind), Ok(tag)) = (HeaderValue::from_str(&kind), HeaderValue::from_str(&tag)) {
        set.insert(header::CONTENT_TYPE, kind);
        set.insert(header::ETAG, tag);
    }
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    set.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        set.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}
