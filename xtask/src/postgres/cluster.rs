//! A private cluster: made once, started with us, ended with us, and recovered after a crash of either.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::Signal;

use super::find::Binaries;
use super::user::{RunAs, fingerprint};
use crate::process::{Running, end_leftover, last_lines, run};

/// The superuser of the cluster.
const USER: &str = "secretariat";
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether the data must survive a crash of the machine. Both survive a `kill -9` of any process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A demo's data, which can be synced anew.
    Demo,
    /// Nothing is worth keeping; many databases are made and dropped.
    Scratch,
}

/// A running cluster that trusts whoever reaches it: it listens on loopback only.
pub struct Cluster {
    binaries: Binaries,
    port: u16,
    process: Running,
    /// Held so that no other command of this checkout uses the same cluster.
    _lock: fs::File,
}

impl Cluster {
    /// Starts the cluster kept in `home` (see [`RunAs::folder`]), making it first if there is none.
    pub fn start(binaries: &Binaries, home: &Path, durability: Durability) -> Result<Self> {
        let run_as = RunAs::choose()?;
        let home = run_as.folder(home)?;
        let lock = lock(&home)?;
        // Another PostgreSQL can rarely read the same files, so each has its own.
        let data = home.join(format!("data-{:016x}", fingerprint(binaries.dir())));
        end_earlier(&data)?;
        if !data.join("PG_VERSION").exists() {
            make(binaries, run_as, &data)?;
        }
        let port = remembered_port(&home)?;
        let log = home.join("postgresql.log");
        let process = launch(binaries, run_as, &data, port, durability)?;
        let mut cluster = Self {
            binaries: binaries.clone(),
            port,
            process,
            _lock: lock,
        };
        let deadline = Instant::now() + Duration::from_secs(30);
        while let Err(error) = cluster.psql("postgres", "select 1") {
            if let Some(status) = cluster.process.ended()? {
                let words = fs::read_to_string(&log).unwrap_or_default();
                if Instant::now() < deadline && words.contains("pre-existing shared memory block") {
                    // The processes of a killed server need a moment to notice.
                    std::thread::sleep(Duration::from_millis(500));
                    cluster.process = launch(binaries, run_as, &data, port, durability)?;
                    continue;
                }
                bail!(
                    "PostgreSQL ended at its start ({status}):\n{}",
                    last_lines(&words, 10)
                );
            }
            if Instant::now() > deadline {
                return Err(error.context("PostgreSQL does not answer"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(cluster)
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs SQL; gives what it selects, unaligned and without headers.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String> {
        run(self.psql_command(database).args(["-c", sql]))
    }

    /// Runs a file of SQL in one transaction.
    pub fn psql_file(&self, database: &str, file: &Path) -> Result<()> {
        run(self.psql_command(database).arg("-1").arg("-f").arg(file)).map(drop)
    }

    fn psql_command(&self, database: &str) -> Command {
        let mut command = Command::new(self.binaries.program("psql"));
        command
            .args([
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                &self.url(database),
            ])
            .env("PGOPTIONS", "--client-min-messages=warning");
        command
    }

    /// One of PostgreSQL's programs.
    pub fn program(&self, name: &str) -> std::path::PathBuf {
        self.binaries.program(name)
    }

    /// A search path for programs that begins with PostgreSQL's own.
    pub fn path_with_programs(&self) -> Result<std::ffi::OsString> {
        let own = self.binaries.dir().to_path_buf();
        let others = std::env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(own).chain(std::env::split_paths(&others));
        std::env::join_paths(all).context("the search path cannot be extended")
    }

    /// Makes a database if there is none of that name.
    pub fn ensure_database(&self, name: &str) -> Result<()> {
        let found = self.psql(
            "postgres",
            &format!("select 1 from pg_database where datname = '{name}'"),
        )?;
        if found.trim().is_empty() {
            self.psql("postgres", &format!("create database \"{name}\""))?;
        }
        Ok(())
    }

    /// Drops a database, whoever is connected to it.
    pub fn drop_database(&self, name: &str) -> Result<()> {
        self.psql(
            "postgres",
            &format!("drop database if exists \"{name}\" with (force)"),
        )
        .map(drop)
    }

    /// The server process, to watch it.
    pub fn process(&mut self) -> &mut Running {
        &mut self.process
    }
}

/// Waits until no other command uses the cluster. The lock ends with this process, however it ends.
fn lock(home: &Path) -> Result<fs::File> {
    let path = home.join("lock");
    let file =
        fs::File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    if let Err(fs::TryLockError::WouldBlock) = file.try_lock() {
        eprintln!(" waiting for another command that uses {}", home.display());
    }
    file.lock()
        .with_context(|| format!("cannot lock {}", path.display()))?;
    Ok(file)
}

/// Ends a server that an earlier run left on these data, and removes the sign of one that is gone.
fn end_earlier(data: &Path) -> Result<()> {
    let pid_file = data.join("postmaster.pid");
    let Ok(content) = fs::read_to_string(&pid_file) else {
        return Ok(());
    };
    if let Some(pid) = content
        .lines()
        .next()
        .and_then(|line| line.trim().parse().ok())
    {
        end_leftover(pid, &data.to_string_lossy(), Signal::SIGINT, PATIENCE);
    }
    match fs::remove_file(&pid_file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", pid_file.display()))
        }
        _ => Ok(()),
    }
}

/// Makes the cluster; names sort as people expect (ICU's root collation) where this PostgreSQL has ICU.
fn make(binaries: &Binaries, run_as: RunAs, data: &Path) -> Result<()> {
    // Under another name until it is whole: an interrupted initdb leaves something that looks like a cluster.
    let unfinished = data.with_extension("new");
    let initdb = |locale: &[&str]| {
        let _ = fs::remove_dir_all(&unfinished);
        run(run_as
            .command(&binaries.program("initdb"))
            .args([
                "--username",
                USER,
                "--auth=trust",
                "--encoding=UTF8",
                "--no-sync",
            ])
            .args(locale)
            .arg("--pgdata")
            .arg(&unfinished))
    };
    initdb(&[
        "--locale=C.UTF-8",
        "--locale-provider=icu",
        "--icu-locale=und",
    ])
    .or_else(|_| initdb(&["--locale=C.UTF-8"]))
    .or_else(|_| initdb(&["--locale=C"]))
    .context("cannot make a PostgreSQL cluster")?;
    fs::rename(&unfinished, data).with_context(|| format!("cannot make {}", data.display()))
}

/// The port of the last run if it is free, else another free one, remembered.
fn remembered_port(home: &Path) -> Result<u16> {
    let file = home.join("port");
    let last: u16 = fs::read_to_string(&file)
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(0);
    let listener =
        TcpListener::bind(("127.0.0.1", last)).or_else(|_| TcpListener::bind(("127.0.0.1", 0)));
    let port = listener
        .and_then(|listener| listener.local_addr())
        .context("no free port for PostgreSQL")?
        .port();
    fs::write(&file, port.to_string())?;
    Ok(port)
}

fn launch(
    binaries: &Binaries,
    run_as: RunAs,
    data: &Path,
    port: u16,
    durability: Durability,
) -> Result<Running> {
    let home = data.parent().unwrap_or(data);
    let log = fs::File::create(home.join("postgresql.log"))?;
    let mut command = run_as.command(&binaries.program("postgres"));
    command.arg("-D").arg(data);
    for setting in [
        format!("port={port}"),
        "listen_addresses=127.0.0.1".to_owned(),
        // A socket outlives a killed server, and its lock file would have to be judged, too.
        "unix_socket_directories=".to_owned(),
        "fsync=off".to_owned(),
        "timezone=UTC".to_owned(),
        "max_connections=200".to_owned(),
    ] {
        command.args(["-c", &setting]);
    }
    if durability == Durability::Scratch {
        command.args(["-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
    }
    command
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    Running::start("PostgreSQL", &mut command, Signal::SIGINT, PATIENCE)
}
