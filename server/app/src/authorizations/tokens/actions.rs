//! The actions of the API on tokens. Administrators do what they must; applicants and technical contacts what concerns
//! their own requests: to everybody else a token does not exist.

use async_graphql::{Context, Object};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{Array, Text, Uuid as SqlUuid},
};
use diesel_async::{
    AsyncConnection, AsyncPgConnection, RunQueryDsl, pooled_connection::deadpool::PoolError,
};
use engine::{Pool, Row, Session};
use serde_json::json;
use uuid::Uuid;

use super::{
    super::{AuthorizationError, letters::Letters},
    life::{self, Rules},
    prolongation::{self, Answers, Owner},
};
use crate::{
    actions::{Moment, RowId, introduce, refusal, table},
    clock,
    db::sql,
    jobs::enqueue_all,
};

table!(ApiTokens, "api_tokens");
table!(TokenProlongations, "token_prolongations");

/// The mutations of tokens.
#[derive(Clone)]
pub struct TokenMutations {
    /// The database.
    pub pool: Pool,
    /// What decides beside the requests.
    pub rules: Rules,
}

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl TokenMutations {
    /// Issues one more token for a request in force; the technical contact gets the link that shows it. Without
    /// `expires_at` it lives as long as one may.
    async fn issue_token(
        &self,
        ctx: &Context<'_>,
        request_id: RowId,
        expires_at: Option<Moment>,
    ) -> async_graphql::Result<Row<ApiTokens>> {
        let mut conn = self.pool.get().await.map_err(fault)?;
        let issued = conn.transaction(async |conn| {
            introduce(ctx, conn).await?;
            let expires_at = expires_at.map(|moment| moment.0);
            life::issue(conn, request_id.0, expires_at, &self.rules, clock::now()).await
        });
        Ok(Row::new(&issued.await.map_err(refusal)?))
    }

    /// Gives a token its whole life again, counted from now. Its older signed forms go on working.
    async fn prolong_token(
        &self,
        ctx: &Context<'_>,
        id: RowId,
    ) -> async_graphql::Result<Row<ApiTokens>> {
        let mut conn = self.pool.get().await.map_err(fault)?;
        let prolonged = conn.transaction(async |conn| {
            introduce(ctx, conn).await?;
            life::prolong(conn, id.0, &self.rules, clock::now()).await
        });
        prolonged.await.map_err(refusal)?;
        Ok(Row::new(&id.0))
    }

    /// Blacklists a token: now, or from `at` on. With `replace` a new one takes its place, and is the answer.
    async fn blacklist_token(
        &self,
        ctx: &Context<'_>,
        id: RowId,
        at: Option<Moment>,
        replace: Option<bool>,
    ) -> async_graphql::Result<Row<ApiTokens>> {
        let is_replaced = replace.unwrap_or_default();
        let mut conn = self.pool.get().await.map_err(fault)?;
        let blacklisted = conn.transaction(async |conn| {
            introduce(ctx, conn).await?;
            let at = at.map(|moment| moment.0);
            life::blacklist(conn, id.0, at, is_replaced, &self.rules, clock::now()).await
        });
        Ok(Row::new(&blacklisted.await.map_err(refusal)?))
    }

    /// The applicant's answers when asking for a longer life of a token. When nothing has changed, the token is prolonged
    /// at once; else the request is to be amended at DataPass, whose approval prolongs it.
    async fn request_token_prolongation(
        &self,
        ctx: &Context<'_>,
        id: RowId,
        owner: Owner,
        is_purpose_unchanged: bool,
        is_business_contact_unchanged: bool,
        is_technical_contact_unchanged: bool,
    ) -> async_graphql::Result<Row<TokenProlongations>> {
        let answers = Answers {
            owner,
            is_purpose_unchanged,
            is_business_contact_unchanged,
            is_technical_contact_unchanged,
        };
        let mut conn = self.pool.get().await.map_err(fault)?;
        let asked = conn.transaction(async |conn| {
            introduce(ctx, conn).await?;
            own_address(ctx, conn, id.0, &["applicant"]).await?;
            prolongation::ask(conn, id.0, answers, &self.rules, clock::now()).await
        });
        Ok(Row::new(&asked.await.map_err(refusal)?))
    }

    /// Mails a link that shows a token once: to the applicant or technical contact who asks, or, asked by an
    /// administrator, to the technical contact. At most one in an hour.
    async fn send_token_link(
        &self,
        ctx: &Context<'_>,
        id: RowId,
    ) -> async_graphql::Result<Row<ApiTokens>> {
        let mut conn = self.pool.get().await.map_err(fault)?;
        let sent = conn.transaction(async |conn| {
            introduce(ctx, conn).await?;
            let own = own_address(ctx, conn, id.0, &["applicant", "technical"]).await?;
            let held = life::hold(conn, id.0).await?;
            if !held.is_live(clock::now()) {
                let problem = "the token opens nothing any more: there is no link to it";
                return Err(AuthorizationError::Conflict(problem));
            }
            let values = self
                .rules
                .values(&held.external_id, &held.api, &held.title, json!({}));
            let letters = Letters::of(conn, held.request_id, values).await?;
            let hour = clock::now().timestamp() / 3600;
            let occasion = format!("asked {hour}");
            let job = match own {
                Some(address) => letters.link_for(&address, id.0, &occasion),
                None => letters.link(id.0, &occasion),
            };
            Ok::<_, AuthorizationError>(enqueue_all(conn, job.as_slice()).await?)
        });
        sent.await.map_err(refusal)?;
        Ok(Row::new(&id.0))
    }
}

fn fault(error: PoolError) -> async_graphql::Error {
    refusal(AuthorizationError::from(error))
}

#[derive(QueryableByName)]
struct Address {
    #[diesel(sql_type = Text)]
    email: String,
}

/// The address by which the caller holds one of these roles for the request of a token; none for an administrator. To
/// whoever holds none of them the token does not exist.
async fn own_address(
    ctx: &Context<'_>,
    conn: &mut AsyncPgConnection,
    token: Uuid,
    roles: &[&str],
) -> Result<Option<String>, AuthorizationError> {
    let session = ctx.data_opt::<Session>();
    let role = session.map(Session::role).unwrap_or_default();
    if role == "admin" {
        return Ok(None);
    }
    let variable = |name| {
        session
            .and_then(|session| session.variable(name))
            .unwrap_or_default()
    };
    let (user, email) = match role {
        "contact" => ("", variable("x-hasura-contact-email")),
        _ => (variable("x-hasura-user-id"), ""),
    };
    let found: Option<Address> = sql(
        "select c.email::text as email from authorization_request_contacts c \
         join api_tokens t on t.request_id = c.request_id \
         where t.id = $1 and c.role = any ($2) and (c.user_id::text = $3 or c.email = nullif($4, '')::citext) limit 1",
    )
    .bind::<SqlUuid, _>(token)
    .bind::<Array<Text>, _>(roles)
    .bind::<Text, _>(user)
    .bind::<Text, _>(email)
    .get_result(conn)
    .await
    .optional()?;
    let found = found.ok_or(AuthorizationError::NotFound("token of which you decide"))?;
    Ok(Some(found.email))
}
