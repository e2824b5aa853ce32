//! The actions of the API on deliveries: `receive_datapass_event`, `replay_datapass_event`.

use async_graphql::{Context, Object, SimpleObject};
use engine::{Row, Session};
use uuid::Uuid;

use super::{Receiver, receiver::Signed};
use crate::actions::{RowId, refusal, table};

table!(DatapassEvents, "datapass_events");

/// What DataPass is answered with.
#[derive(SimpleObject)]
#[graphql(name = "datapass_answer", rename_fields = "snake_case")]
pub struct DatapassAnswer {
    /// The token that an approval granted; null after anything else.
    token_id: Option<Uuid>,
}

/// The mutations of authorization requests.
#[derive(Clone)]
pub struct AuthorizationMutations(pub Receiver);

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl AuthorizationMutations {
    /// Receives a delivery of DataPass, of either generation. `payload` is the signed body, to the byte; `signature` what
    /// the header `X-Hub-Signature-256` holds: whoever can sign may call this.
    async fn receive_datapass_event(
        &self,
        ctx: &Context<'_>,
        api: String,
        payload: String,
        signature: String,
    ) -> async_graphql::Result<DatapassAnswer> {
        let role = ctx.data_opt::<Session>().map(Session::role);
        let signed = Signed {
            api: &api,
            generation: None,
            source: role.unwrap_or_default(),
            signature: &signature,
            body: payload.as_bytes(),
        };
        let received = self.0.receive(signed).await;
        Ok(DatapassAnswer {
            token_id: received.map_err(refusal)?,
        })
    }

    /// Reads and judges a delivery of the journal again: after a fault was mended, or its time has come. What it did once
    /// is not done twice.
    async fn replay_datapass_event(
        &self,
        ctx: &Context<'_>,
        id: RowId,
    ) -> async_graphql::Result<Row<DatapassEvents>> {
        let session = ctx.data::<Session>()?;
        self.0.replay(session, id.0).await.map_err(refusal)?;
        Ok(Row::new(&id.0))
    }
}
