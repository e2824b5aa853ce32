//! GitHub's OAuth 2: the code flow with PKCE; the teams of the organization decide the session roles.
//!
//! The teams are asked for at every sign-in. Who is in no team that gives a role does not get in.

use std::time::Duration;

use connectors::github::sign_in::Person;
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse, TokenUrl,
    basic::BasicClient,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    config::GithubProvider,
    identity::{
        IdentityError,
        person::{Holding, Proven},
    },
};

const PATIENCE: Duration = Duration::from_secs(15);

/// What the browser keeps between leaving for GitHub and coming back.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pending {
    state: String,
    verifier: String,
    /// Where the person wanted to go, a path of ours.
    pub next: String,
}

/// Where to send the browser, and what it must bring back.
pub struct Departure {
    /// GitHub's page.
    pub url: Url,
    /// What the browser keeps.
    pub pending: Pending,
}

fn unusable<E>(_: E) -> IdentityError {
    IdentityError::Refused("the provider's addresses cannot be used")
}

fn endpoint(provider: &GithubProvider, path: &str) -> String {
    let base = provider
        .base_url
        .as_ref()
        .map_or("https://github.com", Url::as_str);
    format!("{}/login/oauth/{path}", base.trim_end_matches('/'))
}

/// Begins a sign-in. `callback` is our own address that GitHub sends the browser back to.
pub fn depart(
    provider: &GithubProvider,
    callback: &Url,
    next: String,
) -> Result<Departure, IdentityError> {
    let client = BasicClient::new(ClientId::new(provider.client_id.clone()))
        .set_auth_uri(AuthUrl::new(endpoint(provider, "authorize")).map_err(unusable)?)
        .set_redirect_uri(RedirectUrl::from_url(callback.clone()));
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scopes(["read:org", "user:email"].map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let pending = Pending {
        state: state.into_secret(),
        verifier: verifier.into_secret(),
        next,
    };
    Ok(Departure { url, pending })
}

/// What GitHub sends back with the browser.
#[derive(Debug, Deserialize)]
pub struct Arrival {
    code: Option<String>,
    state: Option<String>,
}

/// Ends a sign-in: the code for a token, the token for the person and the teams.
pub async fn arrive(
    provider: &GithubProvider,
    callback: &Url,
    pending: &Pending,
    arrival: Arrival,
) -> Result<Proven, IdentityError> {
    if arrival.state.as_deref() != Some(pending.state.as_str()) {
        return Err(IdentityError::Refused(
            "this sign-in was not begun in this browser, or too long ago",
        ));
    }
    let code = arrival.code.ok_or(IdentityError::Refused(
        "GitHub did not agree to the sign-in",
    ))?;
    let client = BasicClient::new(ClientId::new(provider.client_id.clone()))
        .set_client_secret(ClientSecret::new(
            provider.client_secret.expose().to_owned(),
        ))
        .set_token_uri(TokenUrl::new(endpoint(provider, "access_token")).map_err(unusable)?)
        .set_redirect_uri(RedirectUrl::from_url(callback.clone()));
    let http = connectors::http_client(PATIENCE)?;
    let token = client
        .exchange_code(AuthorizationCode::new(code))
        .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier.clone()))
        .request_async(&|request| send(http.clone(), request))
        .await
        .map_err(|error| {
            tracing::warn!(%error, "GitHub refused the code of a sign-in");
            IdentityError::Refused("GitHub did not agree to the sign-in")
        })?;
    let token = token.access_token().secret().clone();
    prove(
        provider,
        Person::new(http, provider.api_url.clone(), token.into()),
    )
    .await
}

async fn prove(provider: &GithubProvider, person: Person) -> Result<Proven, IdentityError> {
    let viewer = person.viewer().await?;
    let teams = person.teams(&provider.organization).await?;
    let roles: Vec<_> = teams
        .iter()
        .filter_map(|team| provider.teams.get(team))
        .flatten()
        .copied()
        .collect();
    if roles.is_empty() {
        return Err(IdentityError::Refused(
            "you are in no team that may sign in here",
        ));
    }
    let issuer = provider
        .base_url
        .as_ref()
        .map_or("https://github.com", Url::as_str);
    Ok(Proven {
        provider: provider.id.clone(),
        issuer: issuer.trim_end_matches('/').to_owned(),
        subject: viewer.id.to_string(),
        login: viewer.login,
        name: viewer.name,
        avatar_url: viewer.avatar_url,
        verified_emails: viewer.verified_emails,
        roles: super::ordered(roles),
        holds: Holding::RemoteId {
            kind: "github",
            remote_id: viewer.node_id,
        },
    })
}

/// Sends a request of the OAuth library. GitHub answers a refused code with 200 and an `error` in the body, which
/// the library would take for a broken token: such an answer is handed on as the 400 that the standard asks for.
async fn send(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let response = http.execute(request.try_into()?).await?;
    let status = response.status();
    let headers = response.headers().clone();
    let body = response.bytes().await?.to_vec();
    let is_refusal = serde_json::from_slice::<serde_json::Value>(&body)
        .is_ok_and(|answer| answer.get("error").is_some());
    let mut answer = HttpResponse::new(body);
    *answer.status_mut() = if is_refusal {
        http::StatusCode::BAD_REQUEST
    } else {
        status
    };
    *answer.headers_mut() = headers;
    Ok(answer)
}
