//! From what a provider proved to a user: the known identity, the account that it is, or somebody new.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::IdentityError;
use crate::authorizations::link_contacts;
use crate::db::schema::{accounts, identities, services, users};

/// What a provider proved of a person.
#[derive(Debug, Clone)]
pub struct Proven {
    /// The provider's id in the configuration.
    pub provider: String,
    /// Who vouches.
    pub issuer: String,
    /// Who the person is there, for ever.
    pub subject: String,
    /// The login there.
    pub login: String,
    /// The name there.
    pub name: Option<String>,
    /// The picture there.
    pub avatar_url: Option<String>,
    /// Addresses that the provider has verified.
    pub verified_emails: Vec<String>,
    /// Session roles, weakest first; never empty.
    pub roles: Vec<String>,
    /// Which accounts are the person's own.
    pub holds: Holding,
}

/// How a proven person is found among the accounts.
#[derive(Debug, Clone)]
pub enum Holding {
    /// The account of this remote id, on services of this kind: the provider is the service itself.
    RemoteId {
        /// The kind of service.
        kind: &'static str,
        /// The account's id there.
        remote_id: String,
    },
    /// Any user or account of this login: only where nothing is proven anyway.
    Login(String),
}

/// The user who signs in.
#[derive(Debug, Clone, Queryable, Selectable, serde::Serialize)]
#[diesel(table_name = users)]
pub struct User {
    /// The user's id.
    pub id: Uuid,
    /// The name that people read.
    pub name: String,
    /// The login.
    pub login: Option<String>,
    /// The address.
    pub email: Option<String>,
    /// The picture.
    pub avatar_url: Option<String>,
    #[serde(skip)]
    active: bool,
}

#[derive(Insertable)]
#[diesel(table_name = users)]
struct NewUser<'a> {
    name: &'a str,
    login: Option<&'a str>,
    email: Option<&'a str>,
    avatar_url: Option<&'a str>,
}

#[derive(Insertable)]
#[diesel(table_name = identities)]
struct NewIdentity<'a> {
    user_id: Uuid,
    provider: &'a str,
    issuer: &'a str,
    subject: &'a str,
    login: &'a str,
    email: Option<&'a str>,
    service_kind: Option<&'a str>,
    remote_id: Option<&'a str>,
}

impl User {
    /// The user of an id.
    pub async fn find(conn: &mut AsyncPgConnection, id: Uuid) -> QueryResult<Self> {
        users::table
            .find(id)
            .select(Self::as_select())
            .first(conn)
            .await
    }

    /// Whether there is such a user, and active.
    pub async fn is_active(conn: &mut AsyncPgConnection, id: Uuid) -> QueryResult<bool> {
        let active = users::table.find(id).filter(users::active);
        diesel::select(diesel::dsl::exists(active))
            .get_result(conn)
            .await
    }
}

/// Finds or makes the user of a proven person, remembers the identity, and makes the person's contacts theirs.
pub async fn admit(conn: &mut AsyncPgConnection, proven: &Proven) -> Result<User, IdentityError> {
    conn.transaction(async |conn| {
        let known = identities::table
            .filter(identities::provider.eq(&proven.provider))
            .filter(identities::issuer.eq(&proven.issuer))
            .filter(identities::subject.eq(&proven.subject))
            .select(identities::user_id)
            .first::<Uuid>(conn)
            .await
            .optional()?;
        let user = match known {
            Some(id) => User::find(conn, id).await?,
            None => {
                let user = match find(conn, proven).await? {
                    Some(id) => User::find(conn, id).await?,
                    None => create(conn, proven).await?,
                };
                remember(conn, proven, user.id).await?;
                user
            }
        };
        if !user.active {
            return Err(IdentityError::Inactive);
        }
        link_contacts(conn, user.id, &proven.verified_emails).await?;
        Ok(user)
    })
    .await
}

async fn find(conn: &mut AsyncPgConnection, proven: &Proven) -> QueryResult<Option<Uuid>> {
    let by_account = match &proven.holds {
        Holding::RemoteId { kind, remote_id } => accounts::table
            .inner_join(services::table)
            .filter(services::kind.eq(kind))
            .filter(accounts::remote_id.eq(remote_id))
            .select(accounts::user_id)
            .first(conn)
            .await
            .optional()?,
        Holding::Login(login) => {
            let by_user = users::table
                .filter(users::login.eq(login))
                .select(users::id)
                .first(conn)
                .await
                .optional()?;
            match by_user {
                Some(id) => Some(id),
                None => accounts::table
                    .filter(accounts::login.eq(login))
                    .order(accounts::created_at)
                    .select(accounts::user_id)
                    .first(conn)
                    .await
                    .optional()?,
            }
        }
    };
    if by_account.is_some() || proven.verified_emails.is_empty() {
        return Ok(by_account);
    }
    users::table
        .filter(users::email.eq_any(&proven.verified_emails))
        .select(users::id)
        .first(conn)
        .await
        .optional()
}

/// A new user. A login or address that somebody else has stays theirs.
async fn create(conn: &mut AsyncPgConnection, proven: &Proven) -> QueryResult<User> {
    let email = proven
        .verified_emails
        .as_slice()
        .first()
        .map(String::as_str);
    let is_free = diesel::select(diesel::dsl::not(diesel::dsl::exists(
        users::table.filter(users::login.eq(&proven.login)),
    )))
    .get_result::<bool>(conn)
    .await?;
    let new = NewUser {
        name: proven
            .name
            .as_deref()
            .filter(|name| !name.is_empty())
            .unwrap_or(&proven.login),
        login: is_free.then_some(proven.login.as_str()),
        email,
        avatar_url: proven.avatar_url.as_deref(),
    };
    diesel::insert_into(users::table)
        .values(new)
        .returning(User::as_returning())
        .get_result(conn)
        .await
}

async fn remember(conn: &mut AsyncPgConnection, proven: &Proven, user_id: Uuid) -> QueryResult<()> {
    let (service_kind, remote_id) = match &proven.holds {
        Holding::RemoteId { kind, remote_id } => (Some(*kind), Some(remote_id.as_str())),
        Holding::Login(_) => (None, None),
    };
    let new = NewIdentity {
        service_kind,
        remote_id,
        user_id,
        provider: &proven.provider,
        issuer: &proven.issuer,
        subject: &proven.subject,
        login: &proven.login,
        email: proven
            .verified_emails
            .as_slice()
            .first()
            .map(String::as_str),
    };
    diesel::insert_into(identities::table)
        .values(new)
        .execute(conn)
        .await?;
    Ok(())
}
