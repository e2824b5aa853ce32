//! The cases recorded from Hasura, where they lie beside the project: every case passes in both ways of executing
//! lists, but those that `server/engine/tests/conformance.json` names with a reason. A named case that passes fails.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::count::Count;
use crate::paths;
use crate::postgres::Cluster;
use crate::process::run;

/// What the runner says of a case.
#[derive(Deserialize)]
struct Outcome {
    suite: String,
    name: String,
    passed: bool,
    diff: Vec<String>,
}

/// The folder with the cases and their runner; `None` where the project stands alone.
pub fn folder() -> Option<PathBuf> {
    let folder = paths::root().join("../shared/conformance/hasura");
    (folder.join("run.py").is_file() && paths::on_path("python3").is_some()).then_some(folder)
}

/// Runs every case against the standalone server, and compares with what is known.
pub fn compare(folder: &Path, server: &Path, cluster: &Cluster) -> Result<Count> {
    let file = paths::root().join("server/engine/tests/conformance.json");
    let text = std::fs::read_to_string(&file).context("conformance.json cannot be read")?;
    let known: BTreeMap<String, String> =
        serde_json::from_str(&text).context("conformance.json is not understood")?;
    let mut count = Count::default();
    for execution in ["json", "rows"] {
        let outcomes = outcomes(folder, server, cluster, execution)?;
        for outcome in &outcomes {
            let name = format!("{}/{}", outcome.suite, outcome.name);
            match (outcome.passed, known.get(&name)) {
                (true, None) | (false, Some(_)) => count.passed += 1,
                (true, Some(_)) => {
                    count.failed += 1;
                    println!("      {name} passes ({execution}): take it off conformance.json");
                }
                (false, None) => {
                    count.failed += 1;
                    let found = outcome.diff.first().map_or("", String::as_str);
                    println!("      {name} fails ({execution}): {found}");
                }
            }
        }
    }
    Ok(count)
}

fn outcomes(
    folder: &Path,
    server: &Path,
    cluster: &Cluster,
    execution: &str,
) -> Result<Vec<Outcome>> {
    const SECRET: &str = "conformance";
    let results = paths::state_dir()?.join("tmp").join("conformance.json");
    std::fs::create_dir_all(results.parent().unwrap_or(&results))?;
    let serve = format!(
        "{} --database-url {{dsn}} --metadata {{metadata}} --listen 127.0.0.1:{{port}} \
         --admin-secret {{secret}} --stringify-numeric-types --execution {execution}",
        server.display()
    );
    // The exit status says whether all cases passed; what that means is decided here.
    let _ = run(Command::new("python3")
        .arg("run.py")
        .args(["--cases", "cases", "--admin-secret", SECRET])
        .args(["--pg", &cluster.url("postgres"), "--serve", &serve])
        .arg("--json")
        .arg(&results)
        .env("PATH", cluster.path_with_programs()?)
        .current_dir(folder));
    let text = std::fs::read_to_string(&results).context("the runner wrote no results")?;
    std::fs::remove_file(&results)?;
    serde_json::from_str(&text).context("the runner's results are not understood")
}
