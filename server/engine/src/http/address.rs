//! Where a request came from.

use std::net::SocketAddr;

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap, HeaderName},
};

/// The address of a caller: what a proxy of ours wrote in this header, or the other end of the connection where that
/// is silent. Empty if neither is known.
pub fn address(
    header: Option<&HeaderName>,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> String {
    let told = header
        .and_then(|name| headers.get_all(name).iter().next_back()?.to_str().ok())
        // Our proxy wrote the last one; those before it are the caller's own words.
        .and_then(|value| value.rsplit(',').next())
        .map(|value| value.trim().to_owned());
    told.or_else(|| {
        let ConnectInfo(address) = extensions.get::<ConnectInfo<SocketAddr>>()?;
        Some(address.ip().to_string())
    })
    .unwrap_or_default()
}
