//! A GitHub with one organization, `fabrique-demo`: GraphQL for its members and teams, REST and OAuth for sign-in.
//!
//! | endpoint | token |
//! | --- | --- |
//! | `POST /graphql` | [`TOKEN`] |
//! | `GET /user`, `/user/emails`, `/user/teams` | one that OAuth gave |
//! | `GET /login/oauth/authorize`, `POST /login/oauth/access_token` | [`CLIENT_ID`] and [`CLIENT_SECRET`] |
//! | `GET /avatars/{number}` | none |
//! | `POST /_data` (see [`changes`]), `/_control`, `GET /_calls` (see [`super::controls`]) | none |
//!
//! `POST /_data` also takes `{"rate_limit": {"remaining": n, "reset_seconds": n}}`.

mod avatars;
mod changes;
mod generate;
mod graphql;
mod names;
mod oauth;
mod objects;
mod organization;
mod rate_limit;
mod rest;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, RwLock};

use anyhow::Result;
use axum::Router;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde_json::json;

use super::controls::with_controls;
use graphql::GitHubSchema;
use oauth::OAuth;
use organization::Organization;
use rate_limit::RateLimit;

/// The organization's login.
pub const ORGANIZATION: &str = "fabrique-demo";
/// The token that the GraphQL API accepts.
pub const TOKEN: &str = "demo-github-token";
/// The registered OAuth application.
pub const CLIENT_ID: &str = "demo-client";
/// Its secret.
pub const CLIENT_SECRET: &str = "demo-client-secret";

/// What to simulate.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How many people, invited ones included.
    pub people: usize,
    /// GitHub's whole public schema; without it queries are held against the extract that the connector keeps.
    pub schema: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            people: 300,
            schema: None,
        }
    }
}

impl Options {
    /// The demo organization, its queries held against the whole schema where the test command could fetch it.
    pub fn for_tests() -> Self {
        Self {
            schema: std::env::var_os("SECRETARIAT_TEST_GITHUB_SCHEMA").map(PathBuf::from),
            ..Self::default()
        }
    }
}

/// The state behind all endpoints.
struct GitHub {
    /// Where the simulator answers.
    url: String,
    schema: GitHubSchema,
    organization: RwLock<Organization>,
    oauth: Mutex<OAuth>,
    rate_limit: Mutex<RateLimit>,
}

/// The simulator's routes.
pub fn router(options: &Options, url: &str) -> Result<Router> {
    let github = Arc::new(GitHub {
        url: url.to_owned(),
        schema: GitHubSchema::load(options.schema.as_deref())?,
        organization: RwLock::new(generate::organization(options.people)),
        oauth: Mutex::default(),
        rate_limit: Mutex::default(),
    });
    let router = Router::new()
        .route("/graphql", post(graphql::answer))
        .route("/user", get(rest::user))
        .route("/user/emails", get(rest::emails))
        .route("/user/teams", get(rest::teams))
        .route("/login/oauth/authorize", get(oauth::authorize))
        .route("/login/oauth/access_token", post(oauth::access_token))
        .route("/avatars/{number}", get(avatars::avatar))
        .route("/_data", post(changes::change))
        .with_state(github);
    Ok(with_controls(router))
}

/// The bearer token of a request. GitHub takes `token` for `bearer`, too.
fn token_of(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token"))
        .then_some(token.trim())
}

/// How GitHub refuses a token.
fn bad_credentials() -> Response {
    let body = json!({ "message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401" });
    (StatusCode::UNAUTHORIZED, axum::Json(body)).into_response()
}
