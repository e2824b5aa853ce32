//! Receives deliveries: proves them, keeps them, judges them. Once the signature holds, nothing in a body is an error to
//! DataPass, which would repeat it for ever.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use engine::{Pool, Session};
use serde_json::Value;
use uuid::Uuid;

use super::{
    AuthorizationError,
    delivery::{Generation, Unreadable, read},
    journal::{self, Kept, Received},
    judgement,
    notices::Notices,
    signature, tokens,
    unsigned::Unsigned,
};
use crate::{
    clock,
    config::{self, Config},
    db,
};

/// The largest body, in bytes; DataPass's own stay under a tenth of it.
pub const LARGEST: usize = 1 << 20;
/// How often a judgement is made that another one of the same moment stood in the way of.
const ATTEMPTS: u32 = 3;
/// How often deliveries are looked for whose judgement was cut short, and unsigned ones written down.
const LOOK: Duration = Duration::from_secs(5);

/// A body, and what came with it.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The API that it is about.
    pub api: &'a str,
    /// The generation that the route says; without one, the shape of the body says it.
    pub generation: Option<u8>,
    /// The address that sent it.
    pub source: &'a str,
    /// The header `X-Hub-Signature-256`.
    pub signature: &'a str,
    /// The very bytes.
    pub body: &'a [u8],
}

/// Receives deliveries.
#[derive(Clone)]
pub struct Receiver {
    pub(super) pool: Pool,
    pub(super) apis: Arc<BTreeMap<String, config::DataPass>>,
    notices: Arc<Notices>,
    unsigned: Arc<Unsigned>,
}

impl Receiver {
    /// Receives what is said of the configured APIs.
    pub fn new(pool: Pool, config: &Config) -> Self {
        let notices = Notices::new(config.server.public_url(), &config.datapass);
        Self {
            pool,
            apis: Arc::new(config.datapass.clone()),
            notices: Arc::new(notices),
            unsigned: Arc::new(Unsigned::new(config.alerts.unsigned_per_minute)),
        }
    }

    /// Keeps a delivery and judges it. Returns the token that it granted, if it is an approval.
    pub async fn receive(&self, signed: Signed<'_>) -> Result<Option<Uuid>, AuthorizationError> {
        let api = self.apis.get(signed.api);
        let api = api.ok_or_else(|| AuthorizationError::UnknownApi(signed.api.to_owned()))?;
        if signed.body.len() > LARGEST {
            return Err(AuthorizationError::TooLarge(LARGEST));
        }
        if !signature::is_signed(signed.body, signed.signature, &api.secrets) {
            return Err(
                if self.unsigned.count(signed.api, signed.source, clock::now()) {
                    AuthorizationError::Unsigned
                } else {
                    AuthorizationError::TooManyUnsigned
                },
            );
        }
        self.take_in(signed).await
    }

    /// Keeps and judges a delivery of which it is known that DataPass made it.
    pub(super) async fn take_in(
        &self,
        signed: Signed<'_>,
    ) -> Result<Option<Uuid>, AuthorizationError> {
        let kept = {
            let mut conn = self.pool.get().await?;
            keep(&mut conn, signed).await?
        };
        match kept {
            Kept::Delivery(event) | Kept::Duplicate(event) => {
                Ok(self.judge(signed.api, event).await)
            }
            Kept::Nothing => Ok(None),
        }
    }

    /// Reads and judges a delivery of the journal again. What it says counts as if it had just come; what it did once is
    /// not done twice.
    pub async fn replay(&self, ctx: &Session, event: Uuid) -> Result<(), AuthorizationError> {
        let api = {
            let mut conn = self.pool.get().await?;
            journal::reopen(&mut conn, ctx, event).await?
        };
        let api = api.ok_or(AuthorizationError::NotFound("delivery"))?;
        self.judge(&api, event).await;
        Ok(())
    }

    /// Judges a delivery that is in the journal. A fault of ours is told to us, not to DataPass.
    async fn judge(&self, api: &str, event: Uuid) -> Option<Uuid> {
        let configured = self.apis.get(api);
        let lifetime = configured.map_or(tokens::LIFETIME, config::DataPass::lifetime);
        let judge = async || {
            let mut conn = self.pool.get().await?;
            let token =
                judgement::judge(&mut conn, event, lifetime, &self.notices, clock::now()).await?;
            Ok::<_, AuthorizationError>(token)
        };
        let mut judged = judge().await;
        for _ in 1..ATTEMPTS {
            if !judged.as_ref().is_err_and(AuthorizationError::is_passing) {
                break;
            }
            judged = judge().await;
        }
        match judged {
            Ok(token) => token,
            Err(error) => {
                tracing::error!(%event, error = &error as &dyn std::error::Error, "a delivery could not be judged");
                self.fail(api, event, &error).await;
                None
            }
        }
    }

    /// Notes the fault in the journal. If that fails, too, the delivery stays there as received.
    async fn fail(&self, api: &str, event: Uuid, error: &AuthorizationError) {
        let noted = async {
            let mut conn = self.pool.get().await?;
            journal::fail(&mut conn, api, event, &db::deepest(error)).await?;
            Ok::<_, AuthorizationError>(())
        };
        if let Err(error) = noted.await {
            tracing::error!(%event, error = &error as &dyn std::error::Error, "the fault could not be noted");
        }
    }

    /// Judges what was received and not judged, for as long as the server runs.
    pub async fn follow(self) {
        loop {
            if let Err(error) = self.judge_waiting().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the journal could not be read"
                );
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn judge_waiting(&self) -> Result<(), AuthorizationError> {
        let waiting = journal::waiting(&mut *self.pool.get().await?).await?;
        for (event, api) in waiting {
            self.judge(&api, event).await;
        }
        self.unsigned
            .write(&mut *self.pool.get().await?, clock::now())
            .await?;
        Ok(())
    }
}

async fn keep(
    conn: &mut diesel_async::AsyncPgConnection,
    signed: Signed<'_>,
) -> diesel::QueryResult<Kept> {
    // PostgreSQL keeps no NUL; a body that holds one is no JSON.
    let body = String::from_utf8_lossy(signed.body).replace('\0', "\u{fffd}");
    let payload = parse(signed.body);
    let generation = match (signed.generation, &payload) {
        (Some(1), _) => Generation::First,
        (None, Ok(payload)) => Generation::of(payload),
        _ => Generation::Second,
    };
    let reading = payload
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|payload| read(payload, generation));
    let received = Received {
        api: signed.api,
        generation,
        source: signed.source,
        body: &body,
        payload: payload.as_ref().ok(),
        reading: reading.as_ref().map_err(ToString::to_string),
    };
    journal::keep(conn, &received).await
}

fn parse(body: &[u8]) -> Result<Value, Unreadable> {
    let payload: Value =
        serde_json::from_slice(body).map_err(|error| Unreadable::NotJson(error.to_string()))?;
    if holds_nul(&payload) {
        return Err(Unreadable::NotJson(
            "it holds the character U+0000".to_owned(),
        ));
    }
    Ok(payload)
}

/// Whether a text in it holds what PostgreSQL cannot keep.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains('\0') || holds_nul(value)),
        _ => false,
    }
}
