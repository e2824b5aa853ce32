//! Authorization requests: what DataPass sends, and what becomes of it. The names A1 to A21 and D1 to D11 are those of
//! the reference's acceptance cases and of the seed's decisions.

mod effects;
mod order;
mod receiving;

use anyhow::{Context as _, Result};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{
    harness::{Client, Database, Server},
    simulators::datapass::{SECRET, signature},
};

/// A moment that is over.
const NOON: i64 = 1_767_600_000;

/// A server that DataPass speaks to.
struct World {
    server: Server,
    database: Database,
}

impl World {
    async fn start() -> Result<Self> {
        let database = Database::create().await?;
        let config = format!(
            "[[providers]]\nid = \"dev\"\nkind = \"dev\"\nlabel = \"Development\"\n\
             [datapass.api_entreprise]\nsecrets = [\"{SECRET}\"]\n\
             [datapass.api_particulier]\nsecrets = [\"the old secret\", \"the new secret\"]\n"
        );
        let server = Server::start(&database, &config).await?;
        Ok(Self { server, database })
    }

    /// Sends bytes as they are: the status and the answer.
    async fn send(
        &self,
        path: &str,
        body: &[u8],
        signature: Option<&str>,
    ) -> Result<(StatusCode, Value)> {
        let mut client = self.server.anonymous();
        if let Some(signature) = signature {
            client = client.with_header("x-hub-signature-256", signature);
        }
        let answer = client.post_raw(path, body.to_vec()).await?;
        let status = answer.status();
        Ok((status, answer.json().await.unwrap_or_default()))
    }

    /// Delivers a signed body of the second generation, which is answered with 200.
    async fn deliver(&self, payload: &Value) -> Result<Value> {
        self.deliver_to("/api/datapass/v2/api_entreprise/webhook", payload)
            .await
    }

    async fn deliver_to(&self, path: &str, payload: &Value) -> Result<Value> {
        let body = payload.to_string();
        let signed = signature(SECRET, body.as_bytes());
        let (status, answer) = self.send(path, body.as_bytes(), Some(&signed)).await?;
        anyhow::ensure!(status == StatusCode::OK, "{status} for {body}: {answer}");
        Ok(answer)
    }

    /// Delivers one after the other; the token of the last one.
    async fn deliver_all(&self, payloads: &[Value]) -> Result<Value> {
        let mut last = Value::Null;
        for payload in payloads {
            last = self.deliver(payload).await?;
        }
        Ok(last["token_id"].take())
    }

    fn operator(&self) -> Client {
        self.server.operator()
    }

    /// A request with all that hangs on it.
    async fn request(&self, external_id: u64) -> Result<Value> {
        let query = "query($id: String!) { authorization_requests(where: {external_id: {_eq: $id}}) { \
                     id api status amendment title scopes validated_at approved_at revoked_at archived_at public_id \
                     organization { siret name } contacts(order_by: {role: asc}) { role email first_name } \
                     tokens(order_by: {issued_at: asc}) { id expires_at blacklisted_at blacklist_reason } \
                     alerts(order_by: {kind: asc}) { kind } } }";
        let variables = json!({ "id": external_id.to_string() });
        let mut data = self.operator().data_with(query, variables).await?;
        let found = data["authorization_requests"]
            .as_array_mut()
            .context("no list")?;
        anyhow::ensure!(found.len() < 2, "two requests {external_id}");
        Ok(found.pop().unwrap_or_default())
    }

    /// The journal, oldest first: event, outcome and reason of each delivery.
    async fn journal(&self) -> Result<Vec<Value>> {
        let query = "{ datapass_events(order_by: {received_at: asc}) { event outcome reason changes body } }";
        let mut data = self.operator().data(query).await?;
        Ok(data["datapass_events"]
            .as_array_mut()
            .context("no list")?
            .drain(..)
            .collect())
    }

    async fn outcomes(&self) -> Result<Vec<Value>> {
        let journal = self.journal().await?;
        Ok(journal
            .into_iter()
            .map(|mut event| event["outcome"].take())
            .collect())
    }
}

/// The kinds of a request's alerts.
fn alerts(request: &Value) -> Vec<&str> {
    let alerts = request["alerts"].as_array().into_iter().flatten();
    alerts.filter_map(|alert| alert["kind"].as_str()).collect()
}

/// How many tokens of a request live, and how many are blacklisted.
fn tokens(request: &Value) -> (usize, usize) {
    let tokens: Vec<&Value> = request["tokens"].as_array().into_iter().flatten().collect();
    let live = tokens
        .iter()
        .filter(|token| token["blacklisted_at"].is_null())
        .count();
    (live, tokens.len() - live)
}
