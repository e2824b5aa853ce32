//! One caller of the server: GraphQL, `/auth`, and the cookie jar that a browser would keep.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use reqwest::{RequestBuilder, Response, StatusCode, header, redirect};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);

/// An HTTP client that follows no redirect.
pub fn http() -> Result<reqwest::Client> {
    Ok(reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(PATIENCE)
        .build()?)
}

/// A caller with its headers.
#[derive(Debug, Clone)]
pub struct Client {
    url: String,
    headers: Vec<(String, String)>,
}

/// What a sign-in answers.
pub struct SignedIn {
    /// The access token.
    pub token: String,
    /// The `cookie` header that a browser would send from now on.
    pub cookie: String,
    /// The whole body.
    pub body: Value,
}

impl Client {
    /// A caller without any credential.
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            headers: Vec::new(),
        }
    }

    /// The same caller with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Under another of its roles.
    #[must_use]
    pub fn as_role(self, role: &str) -> Self {
        self.with_header("x-hasura-role", role)
    }

    /// The headers it sends.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Gets a path.
    pub async fn get(&self, path: &str) -> Result<Response> {
        self.send(http()?.get(format!("{}{path}", self.url))).await
    }

    /// Posts a JSON body to a path.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Response> {
        self.send(http()?.post(format!("{}{path}", self.url)).json(body))
            .await
    }

    /// Posts bytes as JSON.
    pub async fn post_raw(&self, path: &str, body: impl Into<reqwest::Body>) -> Result<Response> {
        let request = http()?.post(format!("{}{path}", self.url)).body(body);
        self.send(request.header(header::CONTENT_TYPE, "application/json"))
            .await
    }

    async fn send(&self, mut request: RequestBuilder) -> Result<Response> {
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        Ok(request.send().await?)
    }

    /// The whole answer to a GraphQL request.
    pub async fn answer(&self, query: &str, variables: Value) -> Result<Value> {
        let body = json!({ "query": query, "variables": variables });
        Ok(self.post("/v1/graphql", &body).await?.json().await?)
    }

    /// The `data` of a GraphQL request that succeeds.
    pub async fn data(&self, query: &str) -> Result<Value> {
        self.data_with(query, json!({})).await
    }

    /// The `data` of a GraphQL request with variables that succeeds.
    pub async fn data_with(&self, query: &str, variables: Value) -> Result<Value> {
        let mut answer = self.answer(query, variables).await?;
        ensure!(answer.get("errors").is_none(), "{query}: {answer}");
        Ok(answer["data"].take())
    }

    /// The code and message of a GraphQL request that fails.
    pub async fn error(&self, query: &str) -> Result<(String, String)> {
        let answer = self.answer(query, json!({})).await?;
        let error = answer["errors"]
            .get(0)
            .with_context(|| format!("{query} did not fail: {answer}"))?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok((text(&error["extensions"]["code"]), text(&error["message"])))
    }

    /// Signs in by the development provider.
    pub async fn sign_in(&self, login: &str, role: &str) -> Result<SignedIn> {
        let response = self
            .post("/auth/login/dev", &json!({ "login": login, "role": role }))
            .await?;
        ensure!(
            response.status() == StatusCode::OK,
            "sign-in answered {}",
            response.status()
        );
        let cookie = cookies(&response);
        let body: Value = response.json().await?;
        let token = body["token"].as_str().context("no token")?.to_owned();
        Ok(SignedIn {
            token,
            cookie,
            body,
        })
    }

    /// Syncs everything and returns the run in the state in which it ended.
    pub async fn sync(&self) -> Result<Value> {
        let data = self.data("mutation { sync_services { id } }").await?;
        let id = data["sync_services"][0]["id"]
            .as_str()
            .context("no run began")?
            .to_owned();
        self.run(&id).await
    }

    /// A sync run, as soon as it has ended.
    pub async fn run(&self, id: &str) -> Result<Value> {
        let query = "query($id: uuid!) { sync_runs_by_pk(id: $id) { id state error pages fetched requests created \
                     linked changed re_enabled gone unchanged vanish_share changes(order_by: {label: asc}) { kind label \
                     before after } } }";
        until(async || {
            let run = self.data_with(query, json!({ "id": id })).await?["sync_runs_by_pk"].take();
            let is_working = ["queued", "fetching", "planning", "applying"]
                .iter()
                .any(|state| run["state"] == *state);
            Ok((!is_working).then_some(run))
        })
        .await
    }
}

/// The cookies that a response sets, as a browser sends them back.
pub fn cookies(response: &Response) -> String {
    let pairs: Vec<&str> = response
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|cookie| cookie.to_str().ok()?.split(';').next())
        .filter(|pair| !pair.ends_with('='))
        .collect();
    pairs.join("; ")
}

/// Waits until a condition holds, within a bound.
pub async fn until<T>(mut condition: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let waiting = async {
        loop {
            if let Some(value) = condition().await? {
                return Ok(value);
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .context("the condition did not come true in time")?
}
