//! Live queries: how long from a change in PostgreSQL to the last push, and what they cost at rest.

mod shapes;
mod sockets;

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use serde_json::json;

use super::{DATABASE, SECRET, report, usage};
use crate::interrupt;
use crate::paths;
use crate::postgres::Cluster;
use crate::standalone::Standalone;
use sockets::Sockets;

/// On how many sockets the operations are spread.
const SOCKETS: usize = 100;
/// The channel on which the database tells of changes.
const CHANNEL: &str = "bench_changed";
/// How long they are watched while nothing changes.
const REST: Duration = Duration::from_secs(5);

/// How many subscriptions, and how the engine learns of a change.
pub struct Case {
    /// What it is called in the table.
    pub name: &'static str,
    operations: usize,
    is_notified: bool,
}

/// The cases of the issue, each with and without notifications of PostgreSQL.
pub const CASES: [Case; 4] = [
    Case {
        name: "live: 1,000, PostgreSQL notifies",
        operations: 1_000,
        is_notified: true,
    },
    Case {
        name: "live: 1,000, looks every second",
        operations: 1_000,
        is_notified: false,
    },
    Case {
        name: "live: 5,000, PostgreSQL notifies",
        operations: 5_000,
        is_notified: true,
    },
    Case {
        name: "live: 5,000, looks every second",
        operations: 5_000,
        is_notified: false,
    },
];

/// What one case found; times in milliseconds, memory in bytes.
#[derive(Debug, Default)]
pub struct Found {
    /// From subscribing to the last first answer.
    pub first: f64,
    /// From the commit to half of the pushes.
    pub half: f64,
    /// From the commit to the last push.
    pub last: f64,
    /// Processor time for one change, of the server and of PostgreSQL.
    pub change: (f64, f64),
    /// Share of a core while nothing changes, in percent.
    pub rest: (f64, f64),
    /// Memory of the server and of PostgreSQL.
    pub resident: (u64, u64),
}

/// Measures a case.
pub fn measure(case: &Case, rounds: usize, server: &Path, cluster: &mut Cluster) -> Result<Found> {
    let metadata = paths::root().join("xtask/bench/metadata");
    let mut settings = vec!["--admin-secret", SECRET];
    if case.is_notified {
        settings.extend(["--changes-channel", CHANNEL]);
    }
    let ours = Standalone::start(server, &cluster.url(DATABASE), &metadata, &settings)?;
    let processes = (ours.id(), cluster.process().id());
    // One thread hears; this one waits for PostgreSQL.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(rounds_of(case, rounds, ours.url(), cluster, processes))
}

async fn rounds_of(
    case: &Case,
    rounds: usize,
    url: &str,
    cluster: &Cluster,
    processes: (u32, u32),
) -> Result<Found> {
    let headers = json!({ "x-hasura-admin-secret": SECRET, "x-hasura-role": "user" });
    let entered = Sockets::enter(url, &headers, SOCKETS).await?;
    let payloads = shapes::payloads(case.operations);
    let begun = SystemTime::now();
    let mut sockets = Sockets::subscribe(entered, &payloads);
    let first = sockets.hear("", payloads.len()).await?;
    let mut found = Found {
        first: last(begun, &first),
        rest: at_rest(processes).await,
        ..Found::default()
    };
    let (mut half, mut all, mut server, mut database) = (vec![], vec![], vec![], vec![]);
    for round in 0..rounds {
        interrupt::check()?;
        // Not in step with the looks of the engine.
        tokio::time::sleep(Duration::from_millis(1_500 + 370 * round as u64)).await;
        let mark = format!("{:x}.{round}", begun.duration_since(UNIX_EPOCH)?.as_nanos());
        let before = used(processes);
        let changed = change(cluster, &shapes::change(payloads.len(), &mark))?;
        let mut pushes = sockets.hear(&mark, payloads.len()).await?;
        let after = used(processes);
        pushes.sort();
        all.push(last(changed, &pushes));
        half.push(last(
            changed,
            pushes.get(..pushes.len() / 2).unwrap_or_default(),
        ));
        server.push(milliseconds(after.0.saturating_sub(before.0)));
        database.push(milliseconds(after.1.saturating_sub(before.1)));
    }
    found.half = report::middle(half);
    found.last = report::middle(all);
    found.change = (report::middle(server), report::middle(database));
    found.resident = (
        usage::resident(processes.0),
        usage::own_memory_of_family(processes.1),
    );
    Ok(found)
}

/// Changes what all of them see; returns when it was committed, by PostgreSQL's clock, which is this machine's.
fn change(cluster: &Cluster, statement: &str) -> Result<SystemTime> {
    let sql = format!("begin; {statement}; commit; select extract(epoch from clock_timestamp())");
    let seconds: f64 = cluster.psql(DATABASE, &sql)?.trim().parse()?;
    Ok(UNIX_EPOCH + Duration::from_secs_f64(seconds))
}

fn used((server, database): (u32, u32)) -> (Duration, Duration) {
    (
        usage::processor_time(server),
        usage::processor_time_of_family(database),
    )
}

async fn at_rest(processes: (u32, u32)) -> (f64, f64) {
    let before = used(processes);
    tokio::time::sleep(REST).await;
    let after = used(processes);
    let share = |then: Duration, now: Duration| {
        now.saturating_sub(then).as_secs_f64() / REST.as_secs_f64() * 100.0
    };
    (share(before.0, after.0), share(before.1, after.1))
}

/// How long after this the last of these was.
fn last(begun: SystemTime, times: &[SystemTime]) -> f64 {
    let last = times.iter().max().copied().unwrap_or(begun);
    // Clocks tick: what seems to be before the beginning was at it.
    milliseconds(last.duration_since(begun).unwrap_or_default())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
