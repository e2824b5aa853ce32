//! `/auth`: the providers, signing in, coming back from a provider, who is signed in, signing out.
//!
//! Paths, methods and keys as reference/usershub.md § 3 has them, as far as sign-in goes yet.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use cookie::{Cookie, SameSite};
use engine::Code;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{
    IdentityError,
    authenticator::{Authenticator, cookie_value, is_cross_site},
    contacts,
    person::{self, Proven, User},
    providers::{Providers, dev, github},
    session::{self, Holder, NewSession, Session},
    token::{self, AccessToken},
};
use crate::{clock, config::Provider, http::error::ApiError};

/// The cookie between leaving for a provider and coming back.
const PENDING_COOKIE: &str = "secretariat_sign_in";
const PENDING_LIFETIME: cookie::time::Duration = cookie::time::Duration::minutes(10);

/// What the routes share.
pub struct Identity {
    /// Proves callers.
    pub authenticator: Authenticator,
    /// The ways to sign in.
    pub providers: Providers,
    /// The address that browsers use.
    pub public_url: Url,
}

pub(super) type Shared = State<Arc<Identity>>;

/// The routes, and the public keys of our tokens.
pub fn routes(identity: Arc<Identity>) -> Router {
    Router::new()
        .route("/auth/providers", get(providers))
        .route("/auth/login/{provider}", get(depart).post(login))
        .route("/auth/authorize/{provider}", get(arrive))
        .route("/auth/get_current_user", get(current_user))
        .route("/auth/logout", post(logout))
        .route("/auth/contact", post(contacts::ask))
        .route("/auth/contact/enter", post(contacts::enter))
        .route("/.well-known/jwks.json", get(jwks))
        .with_state(identity)
}

async fn jwks(State(identity): Shared) -> Json<serde_json::Value> {
    Json(identity.authenticator.keys.jwks())
}

async fn providers(State(identity): Shared) -> Response {
    Json(identity.providers.listed()).into_response()
}

async fn login(
    State(identity): Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Response, ApiError> {
    if is_cross_site(&headers) {
        return Err(IdentityError::Refused("a request from another site may not sign in").into());
    }
    let proven = match identity.provider(&id)? {
        Provider::Dev(provider) => {
            let login = serde_json::from_slice(&body).map_err(|_| {
                IdentityError::BadRequest(
                    "the body must be JSON with login and, if wanted, role: user or admin",
                )
            })?;
            dev::prove(provider, &login)?
        }
        Provider::Github(_) => {
            return Err(IdentityError::BadRequest(
                "open this address in a browser to sign in with GitHub",
            )
            .into());
        }
    };
    let begun = identity.begin(&proven, &headers).await?;
    let mut response = Json(identity.introduce(json!(begun.user), &begun.session)?).into_response();
    set_cookie(&mut response, &identity.session_cookie(begun.secret));
    Ok(response)
}

#[derive(Deserialize)]
struct Wish {
    next: Option<String>,
}

async fn depart(
    State(identity): Shared,
    Path(id): Path<String>,
    Query(wish): Query<Wish>,
) -> Result<Response, ApiError> {
    let Provider::Github(provider) = identity.provider(&id)? else {
        return Err(IdentityError::BadRequest("sign in by POST with this provider").into());
    };
    let next = wish
        .next
        .filter(|next| is_own_path(next))
        .unwrap_or_else(|| "/".to_owned());
    let departure = github::depart(provider, &identity.callback(&id), next)?;
    let pending =
        serde_json::to_vec(&departure.pending).map_err(|error| ApiError::fault(&error))?;
    let mut response = Redirect::to(departure.url.as_str()).into_response();
    let cookie = identity
        .cookie(PENDING_COOKIE, URL_SAFE_NO_PAD.encode(pending))
        .path("/auth")
        .max_age(PENDING_LIFETIME)
        .build();
    set_cookie(&mut response, &cookie);
    Ok(response)
}

/// A browser stands here, not a script: what goes wrong is shown by the sign-in page.
async fn arrive(
    State(identity): Shared,
    Path(id): Path<String>,
    Query(arrival): Query<github::Arrival>,
    headers: HeaderMap,
) -> Response {
    match identity.arrive(&id, arrival, &headers).await {
        Ok(response) => response,
        Err(error) => {
            let error = ApiError::from(error);
            Redirect::to(&format!("/sign-in?error={}", error.code())).into_response()
        }
    }
}

async fn current_user(State(identity): Shared, headers: HeaderMap) -> Result<Response, ApiError> {
    let session = identity
        .session(&headers)
        .await?
        .ok_or(IdentityError::NotSignedIn)?;
    let user = match session.holder() {
        Holder::User(id) => {
            let pool = &identity.authenticator.pool;
            let mut conn = pool.get().await.map_err(IdentityError::from)?;
            json!(
                User::find(&mut conn, id)
                    .await
                    .map_err(IdentityError::from)?
            )
        }
        Holder::Contact(email) => contacts::introduce(email),
    };
    Ok(Json(identity.introduce(user, &session)?).into_response())
}

async fn logout(State(identity): Shared, headers: HeaderMap) -> Result<Response, ApiError> {
    if is_cross_site(&headers) {
        return Err(IdentityError::Refused("a request from another site may not sign out").into());
    }
    if let Some(session) = identity.session(&headers).await? {
        let mut conn = identity
            .authenticator
            .pool
            .get()
            .await
            .map_err(IdentityError::from)?;
        Session::end(&mut conn, session.id)
            .await
            .map_err(IdentityError::from)?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    let gone = identity
        .cookie(session::COOKIE, String::new())
        .max_age(cookie::time::Duration::ZERO);
    set_cookie(&mut response, &gone.build());
    Ok(response)
}

struct Begun {
    user: User,
    session: Session,
    secret: String,
}

impl Identity {
    /// The live session of the cookie; a cookie that opens none is as good as no cookie.
    async fn session(&self, headers: &HeaderMap) -> Result<Option<Arc<Session>>, ApiError> {
        match self.authenticator.by_cookie(headers).await {
            Ok(session) => Ok(session),
            Err(error) if error.code == Code::AccessDenied => Ok(None),
            Err(error) => Err(ApiError::fault(&error)),
        }
    }

    fn provider(&self, id: &str) -> Result<&Provider, IdentityError> {
        self.providers
            .find(id)
            .ok_or_else(|| IdentityError::UnknownProvider(id.to_owned()))
    }

    async fn arrive(
        &self,
        id: &str,
        arrival: github::Arrival,
        headers: &HeaderMap,
    ) -> Result<Response, IdentityError> {
        let Provider::Github(provider) = self.provider(id)? else {
            return Err(IdentityError::BadRequest("this provider sends nobody back"));
        };
        let pending: github::Pending = cookie_value(headers, PENDING_COOKIE)
            .and_then(|value| URL_SAFE_NO_PAD.decode(value).ok())
            .and_then(|value| serde_json::from_slice(&value).ok())
            .ok_or(IdentityError::Refused(
                "this sign-in was not begun in this browser, or too long ago",
            ))?;
        let proven = github::arrive(provider, &self.callback(id), &pending, arrival).await?;
        let begun = self.begin(&proven, headers).await?;
        let next = if is_own_path(&pending.next) {
            pending.next.as_str()
        } else {
            "/"
        };
        let mut response = Redirect::to(next).into_response();
        set_cookie(&mut response, &self.session_cookie(begun.secret));
        let done = self.cookie(PENDING_COOKIE, String::new()).path("/auth");
        set_cookie(
            &mut response,
            &done.max_age(cookie::time::Duration::ZERO).build(),
        );
        Ok(response)
    }

    /// Admits a proven person and begins a session, in one transaction.
    async fn begin(&self, proven: &Proven, headers: &HeaderMap) -> Result<Begun, IdentityError> {
        let secret = session::new_secret();
        let user_agent = user_agent(headers);
        let new = |user_id| NewSession {
            token_hash: session::hash(&secret),
            holder: Holder::User(user_id),
            provider: &proven.provider,
            roles: &proven.roles,
            user_agent: user_agent.as_deref(),
            expires_at: clock::now() + session::LIFETIME,
        };
        let mut conn = self.authenticator.pool.get().await?;
        let (user, session) =
            diesel_async::AsyncConnection::transaction(&mut *conn, async |conn| {
                let actor =
                    engine::Session::new("sign-in", [("x-actor".to_owned(), proven.login.clone())]);
                engine::execute::set_session(conn, &actor).await?;
                let user = person::admit(conn, proven).await?;
                let session = new(user.id).insert(conn).await?;
                Ok::<_, IdentityError>((user, session))
            })
            .await?;
        Ok(Begun {
            user,
            session,
            secret,
        })
    }

    /// Who signed in and an access token, as the module of `UsersHub` answers a sign-in.
    pub(super) fn introduce(
        &self,
        mut introduced: serde_json::Value,
        session: &Session,
    ) -> Result<serde_json::Value, ApiError> {
        let authenticator = &self.authenticator;
        let AccessToken { token, expires } = token::sign(
            &authenticator.keys,
            &authenticator.issuer,
            session.holder(),
            session.id,
            &session.roles,
            clock::now(),
        )
        .map_err(IdentityError::from)?;
        if let Some(members) = introduced.as_object_mut() {
            members.insert("roles".to_owned(), json!(session.roles));
            members.insert("default_role".to_owned(), json!(session.roles.last()));
        }
        Ok(json!({ "user": introduced, "token": token, "expires": expires.to_rfc3339() }))
    }

    fn callback(&self, provider: &str) -> Url {
        let mut url = self.public_url.clone();
        url.set_path(&format!("/auth/authorize/{provider}"));
        url
    }

    pub(super) fn session_cookie(&self, secret: String) -> Cookie<'static> {
        let lifetime = cookie::time::Duration::seconds(session::LIFETIME.num_seconds());
        self.cookie(session::COOKIE, secret)
            .max_age(lifetime)
            .build()
    }

    fn cookie(&self, name: &'static str, value: String) -> cookie::CookieBuilder<'static> {
        Cookie::build((name, value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.public_url.scheme() == "https")
    }
}

/// Whether a wish for the way after signing in stays on this site.
fn is_own_path(next: &str) -> bool {
    next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n'])
}

/// The browser, as it names itself, not longer than it is worth.
pub(super) fn user_agent(headers: &HeaderMap) -> Option<String> {
    let agent = headers.get(header::USER_AGENT)?.to_str().ok()?;
    Some(agent.chars().take(300).collect())
}

pub(super) fn set_cookie(response: &mut Response, cookie: &Cookie<'_>) {
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::is_own_path;

    #[test]
    fn only_a_path_of_ours_is_gone_to_after_signing_in() {
        assert!(is_own_path("/people?q=a"));
        assert!(!is_own_path("//evil.example"));
        assert!(!is_own_path("https://evil.example"));
        assert!(!is_own_path("/\\evil.example"));
    }
}
