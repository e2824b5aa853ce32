//! How soon the engine serves a large schema: 100 tables that refer to each other, and 6 roles with rules of their own.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::{SECRET, report, usage};
use crate::interrupt;
use crate::postgres::Cluster;
use crate::standalone::Standalone;

/// What it is called in the table.
pub const NAME: &str = "start-up: 100 tables, 6 roles";
const DATABASE: &str = "bench_start";
const TABLES: usize = 100;
const ROLES: [&str; 6] = [
    "anonymous",
    "user",
    "editor",
    "manager",
    "auditor",
    "application",
];

/// What was found.
#[derive(Debug)]
pub struct Found {
    /// From the start of the process until `/healthz` answers, in milliseconds.
    pub time: f64,
    /// The memory of the process then, in bytes.
    pub resident: u64,
}

/// Measures it.
pub fn measure(rounds: usize, server: &Path, cluster: &Cluster, scratch: &Path) -> Result<Found> {
    cluster.drop_database(DATABASE)?;
    cluster.ensure_database(DATABASE)?;
    let tables: String = (0..TABLES).map(table).collect();
    cluster.psql(DATABASE, &tables)?;
    let metadata = scratch.join("start");
    std::fs::create_dir_all(metadata.join("databases"))?;
    let tables: Vec<Value> = (0..TABLES).map(tracked).collect();
    let databases = json!([{ "name": "default", "kind": "postgres", "tables": tables }]);
    // Whatever is JSON is YAML.
    std::fs::write(
        metadata.join("databases/databases.yaml"),
        databases.to_string(),
    )?;
    let (mut times, mut resident) = (Vec::new(), 0);
    for _ in 0..rounds.max(1) {
        interrupt::check()?;
        let begun = Instant::now();
        let secrets = ["--admin-secret", SECRET];
        let ours = Standalone::start(server, &cluster.url(DATABASE), &metadata, &secrets)?;
        ask_health(ours.url())?;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
        resident = resident.max(usage::resident(ours.id()));
    }
    Ok(Found {
        time: report::middle(times),
        resident,
    })
}

fn table(number: usize) -> String {
    let other = number / 2;
    let other = if other == number {
        String::new()
    } else {
        format!(" references t{other}")
    };
    format!(
        "create table t{number} (id uuid primary key default gen_random_uuid(), name text not null unique, note text, \
         state text not null default 'new', amount numeric, details jsonb, created_at timestamptz not null default \
         now(), owner_id uuid, parent_id uuid{other});\n"
    )
}

fn tracked(number: usize) -> Value {
    let select = |(position, role): (usize, &&str)| {
        let columns = [
            "id",
            "name",
            "state",
            "created_at",
            "parent_id",
            "note",
            "amount",
            "details",
        ];
        let mine = json!({ "owner_id": { "_eq": "X-Hasura-User-Id" } });
        let filter = match position % 3 {
            0 => json!({ "state": { "_eq": "public" } }),
            1 => json!({ "_or": [{ "state": { "_neq": "hidden" } }, mine] }),
            _ => json!({}),
        };
        let permission = json!({ "columns": columns.get(..3 + position), "filter": filter, "allow_aggregations": true });
        json!({ "role": role, "permission": permission })
    };
    let write = |role: &str| {
        let mine = json!({ "owner_id": { "_eq": "X-Hasura-User-Id" } });
        let columns = ["name", "note", "state", "amount", "details", "parent_id"];
        let permission = json!({ "columns": columns, "check": mine, "filter": mine });
        json!({ "role": role, "permission": permission })
    };
    let writers: Vec<Value> = ["editor", "manager"].into_iter().map(write).collect();
    let mut tracked = json!({
        "table": { "schema": "public", "name": format!("t{number}") },
        "select_permissions": ROLES.iter().enumerate().map(select).collect::<Vec<_>>(),
        "insert_permissions": writers,
        "update_permissions": writers,
        "delete_permissions": [{ "role": "manager", "permission": { "filter": {} } }],
    });
    if let Some(members) = tracked.as_object_mut() {
        relationships(number, members);
    }
    tracked
}

fn relationships(number: usize, members: &mut serde_json::Map<String, Value>) {
    if number > 0 {
        let parent =
            json!([{ "name": "parent", "using": { "foreign_key_constraint_on": "parent_id" } }]);
        members.insert("object_relationships".to_owned(), parent);
    }
    let below = |other: usize| {
        let table = json!({ "schema": "public", "name": format!("t{other}") });
        let on = json!({ "column": "parent_id", "table": table });
        json!({ "name": format!("t{other}s"), "using": { "foreign_key_constraint_on": on } })
    };
    let children = [2 * number, 2 * number + 1].into_iter();
    let children = children.filter(|other| *other != number && *other < TABLES);
    let children: Vec<Value> = children.map(below).collect();
    members.insert("array_relationships".to_owned(), Value::Array(children));
}

fn ask_health(url: &str) -> Result<()> {
    let host = url
        .strip_prefix("http://")
        .and_then(|rest| rest.split('/').next());
    let host = host.context("no host")?;
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(
        stream,
        "GET /healthz HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if !answer.starts_with("HTTP/1.1 200") {
        bail!("/healthz says {answer:?}");
    }
    Ok(())
}
