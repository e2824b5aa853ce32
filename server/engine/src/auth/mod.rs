//! Who asks, proven by JSON Web Tokens of trusted issuers, or by an operator's secret.
//!
//! An [`Issuer`] is what an operator configures: keys, the claims that must fit, and where roles and session variables
//! stand in a token. [`Tokens`] verifies tokens of several issuers, [`StandaloneAuthenticator`] is a whole
//! [`Authenticate`](crate::http::Authenticate) as Hasura's, for a server with nothing else around it.
//!
//! Stricter than Hasura: a configured issuer or audience must stand in the token, and so must `exp` unless told
//! otherwise; an unknown key of the configuration is an error; the algorithm comes from the configuration or from the
//! published key, never from the token alone. As in Hasura, a token may give the role `admin`: whoever signs decides.
//!
//! Nothing here reads the clock or the environment, or builds HTTP clients: they come in as parameters.

mod claims;
mod config;
mod freshness;
mod jwks;
mod keys;
mod location;
mod path;
mod standalone;
mod tokens;
mod verify;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use claims::{ClaimSource, ClaimsMap};
pub use config::{Issuer, JwtConfigError, KeySource};
pub use keys::FixedKey;
pub use location::Location;
pub use standalone::{Standalone, StandaloneAuthenticator, StandaloneError};
pub use tokens::Tokens;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;
