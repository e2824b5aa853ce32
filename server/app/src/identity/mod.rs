//! Who signs in, and what proves it afterwards.
//!
//! - **provider**: a way to prove who one is ([`providers`]).
//! - **identity**: provider, issuer and subject; belongs to one user ([`person`]).
//! - **contact**: somebody known only from an authorization request, who signs in by a link in a mail ([`contacts`]).
//! - **session**: what a sign-in begins: an opaque cookie, kept as a hash; ends at once when it is revoked ([`session`]).
//! - **access token**: a JWT of ten minutes that dies with its session ([`token`], [`keys`]); issuers whom the operator
//!   trusts sign others ([`outside`]).
//!
//! [`authenticator`] turns a request's headers into the engine's session; nothing else decides who asks.

pub mod authenticator;
pub mod contacts;
mod error;
pub mod events;
pub mod keys;
pub mod outside;
mod person;
pub mod providers;
pub mod routes;
pub mod session;
pub mod token;

pub use error::IdentityError;
