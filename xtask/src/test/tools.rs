//! The programs that run and count the tests, installed when missing.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::count::Count;
use crate::paths;
use crate::process::{run, run_aloud};

/// Installs a cargo subcommand unless it is there.
pub fn ensure(tool: &str) -> Result<()> {
    let subcommand = tool.trim_start_matches("cargo-");
    if run(Command::new(paths::cargo()).args([subcommand, "--version"])).is_ok() {
        return Ok(());
    }
    println!("      installing {tool}, which takes some minutes once");
    // Compiled apart from our own target directory, which a shared cache may hold the lock of.
    run_aloud(
        Command::new(paths::cargo())
            .args(["install", "--locked", "--quiet", tool])
            .env_remove("CARGO_TARGET_DIR"),
    )
    .with_context(|| format!("{tool} cannot be installed"))
}

/// Runs the tests; an error means that they could not be run, not that some failed.
pub fn tests(environment: &[(&str, String)], filter: Option<&str>) -> Result<Count> {
    let mut command = Command::new(paths::cargo());
    match ensure("cargo-nextest") {
        Ok(()) => command.args([
            "nextest",
            "run",
            "--locked",
            "--no-fail-fast",
            "--no-tests=pass",
        ]),
        Err(error) => {
            println!("      {error:#}; running `cargo test` instead");
            command.args(["test", "--locked", "--no-fail-fast"])
        }
    };
    command
        .args(filter)
        .envs(environment.iter().map(|(key, value)| (key, value)))
        .current_dir(paths::root());
    let (status, count) = run_counted(&mut command)?;
    if !status.success() && count.failed == 0 {
        bail!("the tests could not be run ({status})");
    }
    if filter.is_none() && count.passed + count.failed == 0 {
        bail!("no test was run");
    }
    Ok(count)
}

/// Passes on what the test runner prints, and counts what it says.
fn run_counted(command: &mut Command) -> Result<(std::process::ExitStatus, Count)> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot run the tests")?;
    let errors = child
        .stderr
        .take()
        .context("the test runner has no standard error")?;
    let reader = std::thread::spawn(move || pass_on(errors, |line| eprintln!("{line}")));
    let mut count = child
        .stdout
        .take()
        .map(|output| pass_on(output, |line| println!("{line}")))
        .unwrap_or_default();
    count += reader.join().unwrap_or_default();
    Ok((child.wait()?, count))
}

fn pass_on(lines: impl std::io::Read, print: impl Fn(&str)) -> Count {
    let mut count = Count::default();
    for line in BufReader::new(lines).lines().map_while(Result::ok) {
        print(&line);
        count += Count::said_by(&line);
    }
    count
}
