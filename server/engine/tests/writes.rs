//! What mutations do that no golden case can show: many rows in few statements, and a client that goes away.

#![expect(
    clippy::disallowed_methods,
    reason = "the test command says in the environment where PostgreSQL is"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "serde_json answers null where nothing is"
)]

#[path = "support/database.rs"]
mod database;

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use async_graphql::EmptyMutation;
use axum::http::HeaderMap;
use diesel::sql_types::{BigInt, Bool};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use engine::{
    Engine, GraphqlError, Session,
    http::{Api, Authenticate, Authenticated, Channel, Origins, routes},
    metadata::Directory,
};
use serde_json::{Value as Json, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::database::{Database, EMPTY};

const SCHEMA: &str = "
create table quick (id int primary key);
create table slow (id int primary key);
create function wait() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(1);
  return new;
end $$;
create trigger waits before insert on slow for each row execute function wait();
create table parent (id int primary key generated always as identity, name text not null, note text default 'none');
create table child (id int primary key generated always as identity, parent_id int not null references parent, name text);
create table part (id int, region text, amount int not null, primary key (id, region)) partition by list (region);
create table part_north partition of part for values in ('north');
insert into part values (1, 'north', 5);
";

const METADATA: &str = "
- name: default
  kind: postgres
  tables:
    - {table: {name: quick}}
    - {table: {name: slow}}
    - table: {name: parent}
      array_relationships:
        - {name: children, using: {foreign_key_constraint_on: {table: {name: child}, column: parent_id}}}
    - {table: {name: child}}
    - table: {name: part}
      select_permissions: [{role: clerk, permission: {columns: '*', filter: {}}}]
      insert_permissions: [{role: clerk, permission: {columns: '*', check: {amount: {_gt: 0}}}}]
      update_permissions: [{role: clerk, permission: {columns: [amount], filter: {}, check: {amount: {_lt: 9}}}}]
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

/// A database with the tables, and an engine over it with one pooled connection.
async fn start() -> Result<(Database, Engine<EmptyMutation>)> {
    let database = Database::create("writes", EMPTY, 1).await?;
    database.run(SCHEMA).await?;
    let file = ("databases/databases.yaml".to_owned(), METADATA.to_owned());
    let engine = database.builder(&Directory::new([file]))?.build().await?;
    Ok((database, engine))
}

/// Serves an engine; returns the address.
async fn serve(engine: Engine<EmptyMutation>) -> Result<std::net::SocketAddr> {
    let api = Api {
        engine: Arc::new(engine),
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
    let body = json!({ "query": query }).to_string();
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
    let (database, engine) = start().await?;
    let address = serve(engine).await?;
    let mut watcher = database.connect().await?;
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
    database.drop().await
}

/// Runs a request with variables as a role.
async fn answer(
    engine: &Engine<EmptyMutation>,
    role: &str,
    query: &str,
    variables: Json,
) -> Result<Json> {
    let request = serde_json::from_value(json!({ "query": query, "variables": variables }))?;
    let answer = engine.execute(Session::new(role, []), request).await;
    Ok(serde_json::from_str(&answer.into_json())?)
}

#[tokio::test]
async fn many_rows_keep_their_order() -> Result<()> {
    const ROWS: usize = 20_000;
    const INSERT: &str = "mutation($rows: [parent_insert_input!]!) \
                          { insert_parent(objects: $rows) { affected_rows returning { id name note } } }";
    let (database, engine) = start().await?;
    let alike = |position: usize| json!({ "name": format!("n{position}") });
    let mixed = |position: usize| match position % 2 {
        0 => json!({ "name": format!("n{position}") }),
        _ => json!({ "name": format!("n{position}"), "note": "odd" }),
    };
    let mut first_id = 1;
    for (rows, odd_note) in [
        ((0..ROWS).map(alike).collect::<Json>(), "none"),
        ((0..ROWS).map(mixed).collect::<Json>(), "odd"),
    ] {
        let found = answer(&engine, Session::ADMIN, INSERT, json!({ "rows": rows })).await?;
        let expected: Json = (0..ROWS)
            .map(|position| {
                let note = if position % 2 == 1 { odd_note } else { "none" };
                json!({ "id": first_id + position, "name": format!("n{position}"), "note": note })
            })
            .collect();
        let found = &found["data"]["insert_parent"];
        assert_eq!(found["affected_rows"], ROWS);
        assert!(
            found["returning"] == expected,
            "the rows are not those given"
        );
        first_id += ROWS;
    }
    drop(engine);
    database.drop().await
}

#[tokio::test]
async fn the_number_of_rows_does_not_decide_the_number_of_statements() -> Result<()> {
    let (database, engine) = start().await?;
    let query = "mutation($rows: [parent_insert_input!]!) \
                 { insert_parent(objects: $rows) { returning { name children { name } } } }";
    for parents in [1, 2, 50] {
        let children: Json = (0..3)
            .map(|each| json!({ "name": format!("c{each}") }))
            .collect();
        let rows: Json = (0..parents)
            .map(|each| json!({ "name": format!("p{each}"), "children": { "data": children } }))
            .collect();
        let request = json!({ "query": query, "variables": { "rows": rows } });
        let session = Session::new(Session::ADMIN, []);
        let told = engine
            .statements(&session, serde_json::from_value(request)?)
            .await
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        // The parents, the children, and what is shown of them.
        assert_eq!(told.len(), 3);
        let found = answer(&engine, Session::ADMIN, query, json!({ "rows": rows })).await?;
        let expected: Json = (0..parents)
            .map(|each| json!({ "name": format!("p{each}"), "children": children }))
            .collect();
        assert_eq!(found["data"]["insert_parent"]["returning"], expected);
    }
    drop(engine);
    database.drop().await
}

/// PostgreSQL does not tell which rows of a partitioned table were added, so each must satisfy both checks.
#[tokio::test]
async fn a_partitioned_table_asks_both_checks_after_a_conflict() -> Result<()> {
    let (database, engine) = start().await?;
    let upsert = async |id: i32, amount: i32| -> Result<Json> {
        let query = "mutation($row: part_insert_input!) { insert_part_one(object: $row, \
                     on_conflict: {constraint: part_pkey, update_columns: [amount]}) { amount } }";
        let row = json!({ "row": { "id": id, "region": "north", "amount": amount } });
        answer(&engine, "clerk", query, row).await
    };
    for (id, amount) in [(1, 7), (2, 8)] {
        let expected = json!({ "data": { "insert_part_one": { "amount": amount } } });
        assert_eq!(upsert(id, amount).await?, expected);
    }
    for (id, amount) in [(1, 0), (1, 9), (3, 0), (3, 9)] {
        let code = &upsert(id, amount).await?["errors"][0]["extensions"]["code"];
        assert_eq!(code, "permission-error");
    }
    drop(engine);
    database.drop().await
}
