//! Builds the programs that the other commands start.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::paths;
use crate::process::run_aloud;

/// The built programs.
pub struct Programs {
    /// The server.
    pub secretariat: PathBuf,
    /// The simulators of the external services.
    pub simulators: PathBuf,
}

impl Programs {
    /// A command of the server, without what the caller's environment says to a server of theirs.
    pub fn server_command(&self) -> Command {
        let mut command = Command::new(&self.secretariat);
        for (key, _) in std::env::vars_os() {
            let name = key.to_string_lossy();
            if name == "DATABASE_URL" || name.starts_with("SECRETARIAT_") {
                command.env_remove(&key);
            }
        }
        command
    }
}

/// How to compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Compiles quickly.
    Dev,
    /// Runs quickly.
    Release,
}

/// Builds the server alone, quick to compile.
pub fn server() -> Result<Programs> {
    build(&["--package", "secretariat"], Profile::Dev)
}

/// Builds the engine's standalone server.
pub fn standalone(profile: Profile) -> Result<PathBuf> {
    let what = ["--package", "engine", "--example", "serve"];
    let programs = build(&what, profile)?;
    let folder = programs.secretariat.parent().map(PathBuf::from);
    Ok(folder.unwrap_or_default().join("examples").join("serve"))
}

/// Builds the server and the simulators.
pub fn all(profile: Profile) -> Result<Programs> {
    build(
        &["--package", "secretariat", "--package", "tests", "--bins"],
        profile,
    )
}

fn build(what: &[&str], profile: Profile) -> Result<Programs> {
    let mut command = Command::new(paths::cargo());
    command.arg("build").args(what).current_dir(paths::root());
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => {
            command.arg("--release");
            "release"
        }
    };
    run_aloud(&mut command)?;
    let dir = paths::cargo_target_dir()?.join(folder);
    Ok(Programs {
        secretariat: dir.join("secretariat"),
        simulators: dir.join("simulators"),
    })
}
