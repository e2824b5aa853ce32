//! Authorization requests: what DataPass sends, and what becomes of it. The names A1 to A21 and D1 to D11 are those of
//! the reference's acceptance cases and of the seed's decisions.

mod alerts;
mod contacts;
mod effects;
mod gateways;
mod load;
mod mails;
mod order;
mod proxies;
mod receiving;
mod reconciliation;
mod specs;
mod tokens;

use anyhow::{Context as _, Result};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{
    harness::{Client, Database, Server, client},
    simulators::{
        datapass::{SECRET, signature},
        mailbox::Mailbox,
    },
};

/// A moment that is over.
const NOON: i64 = 1_767_600_000;

/// What the gateway of the tests proves itself with: `gateway:a gateway's secret`.
const GATEWAY: &str = "Basic Z2F0ZXdheTphIGdhdGV3YXkncyBzZWNyZXQ=";

/// A server that DataPass speaks to, with a mailbox for what it writes.
struct World {
    server: Server,
    database: Database,
    mailbox: Mailbox,
    config: String,
}

impl World {
    async fn start() -> Result<Self> {
        Self::with("").await
    }

    /// A server with more lines of configuration.
    async fn with(more: &str) -> Result<Self> {
        let database = Database::create().await?;
        let mailbox = Mailbox::start(([127, 0, 0, 1], 0).into()).await?;
        let smtp = mailbox.smtp_url();
        let config = format!(
            "[[providers]]\nid = \"dev\"\nkind = \"dev\"\nlabel = \"Development\"\n\
             [datapass.api_entreprise]\nsecrets = [\"{SECRET}\"]\n\
             [datapass.api_particulier]\nsecrets = [\"the old secret\", \"the new secret\"]\n\
             [mail]\nsmtp_url = \"{smtp}\"\nfrom = \"Secretariat <secretariat@fabrique.example>\"\n\
             [[gateways]]\nid = \"gateway\"\nsecret = \"a gateway's secret\"\n{more}"
        );
        let server = Server::start(&database, &config).await?;
        Ok(Self {
            server,
            database,
            mailbox,
            config,
        })
    }

    /// The same world after the server was killed as a power cut does, and started anew.
    async fn restart(self) -> Result<Self> {
        self.server.kill().await?;
        let server = Server::start(&self.database, &self.config).await?;
        Ok(Self { server, ..self })
    }

    /// The mails to an address, once there are so many.
    async fn mails(&self, to: &str, count: usize) -> Result<Vec<Value>> {
        let url = format!("{}/messages?to={to}", self.mailbox.url());
        client::until(async || {
            let mails: Vec<Value> = client::http()?.get(&url).send().await?.json().await?;
            Ok((mails.len() >= count).then_some(mails))
        })
        .await
        .with_context(|| format!("{count} mails to {to}"))
    }

    /// Waits until every job is done or dead, periodic ones too: what was to be written is written.
    async fn rest(&self) -> Result<()> {
        let query =
            "{ jobs(where: {state: {_in: [\"pending\", \"running\"]}}) { kind last_error } }";
        client::until(async || {
            let data = self.operator().data(query).await?;
            Ok((data["jobs"] == json!([])).then_some(()))
        })
        .await
        .context("the jobs did not come to rest")
    }

    /// The signed form of a token, shown by the link in the newest mail to this address.
    async fn shown(&self, to: &str, count: usize) -> Result<String> {
        let mails = self.mails(to, count).await?;
        let secret = secret(mails.last(), "/token/")?;
        let shown = self.show(&secret).await?;
        anyhow::ensure!(shown.0 == StatusCode::OK, "{shown:?}");
        Ok(shown.1["token"].as_str().context("no token")?.to_owned())
    }

    /// What a link's secret shows.
    async fn show(&self, secret: &str) -> Result<(StatusCode, Value)> {
        let answer = self.server.anonymous();
        let answer = answer
            .post("/tokens/show", &json!({ "secret": secret }))
            .await?;
        Ok((answer.status(), answer.json().await?))
    }

    /// What the gateway learns of a call with this token.
    async fn check(&self, token: &str) -> Result<StatusCode> {
        let gateway = self
            .server
            .anonymous()
            .with_header("x-gateway-authorization", GATEWAY);
        let gateway = gateway.with_header("authorization", &format!("Bearer {token}"));
        Ok(gateway.get("/tokens/check").await?.status())
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

/// The secret at the end of the link that begins so in a mail.
fn secret(mail: Option<&Value>, path: &str) -> Result<String> {
    let text = mail
        .and_then(|mail| mail["text"].as_str())
        .context("no mail")?;
    let (_, rest) = text
        .split_once(path)
        .with_context(|| format!("no link in {text}"))?;
    let secret = rest.split_whitespace().next().context("the link ends")?;
    Ok(secret.to_owned())
}
