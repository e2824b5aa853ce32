//! Where a request came from, by the rule that the API has, too: throttles and the journal name the caller, not our proxy.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderName, request::Parts},
};
use engine::http::address;

/// The header in which a proxy of ours says where a request came from; an extension of every request.
#[derive(Debug, Clone)]
pub struct AddressHeader(pub Option<HeaderName>);

/// The address that a request came from.
#[derive(Debug)]
pub struct Source(pub String);

impl<S: Sync> FromRequestParts<S> for Source {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let header = parts.extensions.get::<AddressHeader>();
        let header = header.and_then(|AddressHeader(name)| name.as_ref());
        Ok(Self(address(header, &parts.headers, &parts.extensions)))
    }
}
