//! A request whose client goes away in the middle of a mutation leaves nothing behind: no half write, no open
//! transaction, no connection that the next request would stumble over.

#![expect(
    clippy::disallowed_methods,
    reason = "the test command says in the environment where PostgreSQL is"
)]

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use async_graphql::EmptyMutation;
use axum::http::HeaderMap;
use diesel::sql_types::{BigInt, Bool};
use diesel_async::{
    AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _,
    pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod},
};
use engine::{
    EngineBuilder, GraphqlError, Pool, Session,
    http::{Api, Authenticate, Authenticated, Channel, Origins, routes},
    metadata::{Directory, load},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

const SCHEMA: &str = "
create table quick (id int primary key);
create table slow (id int primary key);
create function wait() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(1);
  return new;
end $$;
create trigger waits before insert on slow for each row execute function wait();
";

/// How long PostgreSQL may take to notice.
const PATIENCE: Duration = Duration::from_secs(20);

struct Everybody;

impl Authenticate for Everybody {
    async fn authenticate(&self, _: &HeaderMap, _: Channel) -> Result<Authenticated, GraphqlError> {
        Ok(Authenticated {
            session: Session::new(Session::ADMIN, []),
            ended: Box::pin(std::future::pending()),
        })
    }
}

/// A new database with a table whose inserts wait, and its URL.
async fn database(name: &str) -> Result<String> {
    let admin_url = std::env::var("SECRETARIAT_TEST_PG")
        .context("SECRETARIAT_TEST_PG is not set: run the tests by `cargo xtask test`")?;
    let mut admin = AsyncPgConnection::establish(&admin_url).await?;
    admin
        .batch_execute(&format!("drop database if exists {name} with (force)"))
        .await?;
    admin
        .batch_execute(&format!("create database {name}"))
        .await?;
    let (server, _) = admin_url.rsplit_once('/').unwrap_or((&admin_url, ""));
    let url = format!("{server}/{name}");
    AsyncPgConnection::establish(&url)
        .await?
        .batch_execute(SCHEMA)
        .await?;
    Ok(url)
}

/// Serves the database with one pooled connection; returns the address.
async fn serve(url: &str) -> Result<std::net::SocketAddr> {
    let mut manager = ManagerConfig::default();
    manager.recycling_method = RecyclingMethod::Fast;
    let manager = AsyncDieselConnectionManager::new_with_config(url, manager);
    let tables = "- name: default\n  kind: postgres\n  tables: [{table: {name: quick}}, {table: {name: slow}}]\n";
    let directory = Directory::new([("databases/databases.yaml".to_owned(), tables.to_owned())]);
    let builder = EngineBuilder::new(
        Pool::builder(manager).max_size(1).build()?,
        load(&directory)?,
        EmptyMutation,
    );
    let api = Api {
        engine: Arc::new(builder.build().await?),
        authenticator: Everybody,
        body_limit: 1 << 16,
        origins: Origins::default(),
        address_header: None,
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, routes(api)).await });
    Ok(address)
}

/// Sends a request and leaves the answer on the way.
async fn send(address: std::net::SocketAddr, query: &str) -> Result<TcpStream> {
    let body = serde_json::json!({ "query": query }).to_string();
    let mut stream = TcpStream::connect(address).await?;
    let request = format!(
        "POST /v1/graphql HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    Ok(stream)
}

#[derive(diesel::QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    is_so: bool,
}

/// Asks until the condition is true, but not for ever.
async fn until(conn: &mut AsyncPgConnection, condition: &str) -> Result<()> {
    let asking = async {
        loop {
            let query = diesel::sql_query(format!("select ({condition}) as is_so"));
            let answer: Answer = query.get_result(conn).await?;
            if answer.is_so {
                return Ok::<_, anyhow::Error>(());
            }
        }
    };
    tokio::time::timeout(PATIENCE, asking)
        .await
        .with_context(|| format!("never true: {condition}"))?
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

#[tokio::test]
async fn a_dropped_request_leaves_nothing_behind() -> Result<()> {
    let name = format!("dropped_{}", std::process::id());
    let url = database(&name).await?;
    let address = serve(&url).await?;
    let mut watcher = AsyncPgConnection::establish(&url).await?;
    watcher.batch_execute("select pg_advisory_lock(1)").await?;

    let both = "mutation { insert_quick_one(object: {id: 1}) { id } insert_slow_one(object: {id: 1}) { id } }";
    let request = send(address, both).await?;
    let waiting = "exists (select 1 from pg_locks where locktype = 'advisory' and not granted \
                   and database = (select oid from pg_database where datname = current_database()))";
    until(&mut watcher, waiting).await?;
    drop(request);

    let others = "pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() \
                  and backend_type = 'client backend'";
    let gone = format!("not exists (select 1 from {others} and xact_start is not null)");
    until(&mut watcher, &gone).await?;
    let rows: Count = diesel::sql_query(
        "select (select count(*) from quick) + (select count(*) from slow) as rows",
    )
    .get_result(&mut watcher)
    .await?;
    assert_eq!(rows.rows, 0, "a dropped request wrote something");

    watcher
        .batch_execute("select pg_advisory_unlock(1)")
        .await?;
    let mut answer = String::new();
    send(address, both)
        .await?
        .read_to_string(&mut answer)
        .await?;
    let expected = r#"{"data":{"insert_quick_one":{"id":1},"insert_slow_one":{"id":1}}}"#;
    assert!(answer.ends_with(expected), "{answer}");
    drop(watcher);
    let (server, _) = url.rsplit_once('/').context("a URL")?;
    AsyncPgConnection::establish(&format!("{server}/postgres"))
        .await?
        .batch_execute(&format!("drop database {name} with (force)"))
        .await?;
    Ok(())
}
