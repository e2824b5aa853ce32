//! Sign-in by OAuth's authorization code with PKCE, as GitHub does it: an error of the token endpoint is an answer of 200.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;
use url::form_urlencoded::{Serializer, parse};
use uuid::Uuid;

use super::{CLIENT_ID, CLIENT_SECRET, GitHub};
use crate::simulators::controls::lock;

/// Codes not yet exchanged, and tokens given.
#[derive(Debug, Default)]
pub(super) struct OAuth {
    codes: HashMap<String, Code>,
    tokens: HashMap<String, u64>,
}

#[derive(Debug)]
struct Code {
    person: u64,
    redirect_uri: String,
    challenge: Option<String>,
    scope: String,
}

impl OAuth {
    /// The number of the person who holds a token.
    pub(super) fn holder_of(&self, token: &str) -> Option<u64> {
        self.tokens.get(token).copied()
    }
}

/// The query of the authorization page; `login` chooses a person without asking.
#[derive(Debug, Deserialize)]
pub(super) struct Authorization {
    client_id: String,
    redirect_uri: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    scope: String,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    login: Option<String>,
}

pub(super) async fn authorize(
    State(github): State<Arc<GitHub>>,
    Query(authorization): Query<Authorization>,
) -> Response {
    if authorization.client_id != CLIENT_ID {
        return (StatusCode::NOT_FOUND, "no such application\n").into_response();
    }
    let Ok(mut target) = authorization.redirect_uri.parse::<Url>() else {
        return (StatusCode::BAD_REQUEST, "redirect_uri is no URL\n").into_response();
    };
    if authorization.code_challenge.is_some()
        && authorization.code_challenge_method.as_deref() != Some("S256")
    {
        return (
            StatusCode::BAD_REQUEST,
            "code_challenge_method must be S256\n",
        )
            .into_response();
    }
    let Some(login) = &authorization.login else {
        return github.choice(&authorization);
    };
    let Some(person) = github.organization().number_of(login) else {
        return (StatusCode::NOT_FOUND, "nobody has this login\n").into_response();
    };
    let code = Uuid::new_v4().simple().to_string();
    target
        .query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", &authorization.state);
    lock(&github.oauth).codes.insert(
        code,
        Code {
            person,
            redirect_uri: authorization.redirect_uri,
            challenge: authorization.code_challenge,
            scope: authorization.scope,
        },
    );
    (StatusCode::FOUND, [(LOCATION, String::from(target))]).into_response()
}

impl GitHub {
    /// A page on which to choose who signs in.
    fn choice(&self, authorization: &Authorization) -> Response {
        let organization = self.organization();
        let mut shown: Vec<(&str, &str)> = Vec::new();
        for (slug, remark) in [("sre", "team sre"), ("design", "team design")] {
            let team = organization.team(slug);
            let members = team
                .into_iter()
                .flat_map(|team| organization.members_of(team))
                .take(4);
            shown.extend(members.map(|person| (person.login.as_str(), remark)));
        }
        shown.extend(
            organization
                .pending()
                .take(1)
                .map(|person| (person.login.as_str(), "invited, in no team")),
        );
        let links: Vec<String> = shown
            .iter()
            .map(|(login, remark)| {
                let target = authorization.choosing(login).replace('&', "&amp;");
                format!("<li><a href=\"?{target}\">{login}</a> ({remark})</li>")
            })
            .collect();
        let links = links.concat();
        Html(format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Simulated GitHub</title>\
             <h1>Simulated GitHub: sign in as</h1><ul>{links}</ul>\
             <p>Anybody else: add <code>&amp;login=NAME</code> to the address.</p></html>"
        ))
        .into_response()
    }
}

impl Authorization {
    /// The query that chooses a person.
    fn choosing(&self, login: &str) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("client_id", &self.client_id);
        query.append_pair("redirect_uri", &self.redirect_uri);
        query.append_pair("state", &self.state);
        query.append_pair("scope", &self.scope);
        if let (Some(challenge), Some(method)) = (&self.code_challenge, &self.code_challenge_method)
        {
            query
                .append_pair("code_challenge", challenge)
                .append_pair("code_challenge_method", method);
        }
        query.append_pair("login", login);
        query.finish()
    }
}

pub(super) async fn access_token(
    State(github): State<Arc<GitHub>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut form: HashMap<String, String> = parse(&body).into_owned().collect();
    form.extend(basic_credentials(&headers));
    let answer = exchange(&mut lock(&github.oauth), &form).unwrap_or_else(|error| {
        json!({
            "error": error,
            "error_description": "The simulator refuses the exchange.",
            "error_uri": "https://docs.github.com/apps/oauth-apps",
        })
    });
    let wants_json = headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("json"));
    if wants_json {
        return Json(answer).into_response();
    }
    let mut form = Serializer::new(String::new());
    for (key, value) in answer.as_object().into_iter().flatten() {
        form.append_pair(key, value.as_str().unwrap_or_default());
    }
    (
        [(CONTENT_TYPE, "application/x-www-form-urlencoded")],
        form.finish(),
    )
        .into_response()
}

/// The client's name and secret, if it sends them by HTTP's basic scheme.
fn basic_credentials(headers: &HeaderMap) -> Vec<(String, String)> {
    let decode = || {
        let encoded = headers
            .get(AUTHORIZATION)?
            .to_str()
            .ok()?
            .strip_prefix("Basic ")?;
        let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
        let (id, secret) = text.split_once(':')?;
        Some(vec![
            ("client_id".to_owned(), id.to_owned()),
            ("client_secret".to_owned(), secret.to_owned()),
        ])
    };
    decode().unwrap_or_default()
}

/// Exchanges a code, once; an error is GitHub's word for it.
fn exchange(oauth: &mut OAuth, form: &HashMap<String, String>) -> Result<Value, &'static str> {
    let given = |key: &str| form.get(key).map(String::as_str);
    if (given("client_id"), given("client_secret")) != (Some(CLIENT_ID), Some(CLIENT_SECRET)) {
        return Err("incorrect_client_credentials");
    }
    let code = given("code")
        .and_then(|code| oauth.codes.remove(code))
        .ok_or("bad_verification_code")?;
    if given("redirect_uri").is_some_and(|uri| uri != code.redirect_uri) {
        return Err("redirect_uri_mismatch");
    }
    if let Some(challenge) = &code.challenge {
        let verifier = given("code_verifier").ok_or("bad_verification_code")?;
        if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != *challenge {
            return Err("bad_verification_code");
        }
    }
    let token = format!("demo-user-{}", Uuid::new_v4().simple());
    oauth.tokens.insert(token.clone(), code.person);
    Ok(
        json!({ "access_token": token, "token_type": "bearer", "scope": code.scope.replace(' ', ",") }),
    )
}
