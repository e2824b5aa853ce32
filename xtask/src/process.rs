//! Running programs: to their end with their words kept, or beside us until we stop them.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Runs a program and gives what it printed; if it fails, the error ends with its last words.
pub fn run(command: &mut Command) -> Result<String> {
    let name = name_of(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run `{name}`"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let words = if output.stderr.is_empty() {
        &output.stdout
    } else {
        &output.stderr
    };
    bail!(
        "`{name}` failed ({}):\n{}",
        output.status,
        last_lines(&String::from_utf8_lossy(words), 20)
    )
}

/// Runs a program that speaks for itself on our own output.
pub fn run_aloud(command: &mut Command) -> Result<()> {
    let name = name_of(command);
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot run `{name}`"))?;
    if !status.success() {
        bail!("`{name}` failed ({status})");
    }
    Ok(())
}

fn name_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut words = vec![
        program
            .file_name()
            .unwrap_or(program.as_os_str())
            .to_string_lossy(),
    ];
    words.extend(
        command
            .get_args()
            .take(4)
            .map(std::ffi::OsStr::to_string_lossy),
    );
    words.join(" ")
}

/// The last `count` lines of a text.
pub fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines
        .get(lines.len().saturating_sub(count)..)
        .unwrap_or_default()
        .join("\n")
}

/// A program that runs beside us. Dropping it stops it.
pub struct Running {
    name: &'static str,
    child: Child,
    polite: Signal,
    patience: Duration,
}

impl Running {
    /// Starts a program in a process group of its own, so that Ctrl-C reaches it only through us.
    ///
    /// `polite` asks it to end; after `patience` it is killed.
    pub fn start(
        name: &'static str,
        command: &mut Command,
        polite: Signal,
        patience: Duration,
    ) -> Result<Self> {
        use std::os::unix::process::CommandExt as _;
        let child = command
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self {
            name,
            child,
            polite,
            patience,
        })
    }

    /// What the program is called in messages.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The program's process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The program's standard output, if it was piped and not taken before.
    pub fn take_stdout(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    /// How the program ended, or nothing while it runs.
    pub fn ended(&mut self) -> Result<Option<std::process::ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Ends the program and waits until it is gone.
    pub fn stop(&mut self) {
        drop(self.child.stdin.take());
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        signal(self.child.id(), self.polite);
        let deadline = Instant::now() + self.patience;
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        eprintln!(
            "{} did not end within {} s and is killed",
            self.name,
            self.patience.as_secs()
        );
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Ends a process that an earlier run of ours left behind.
///
/// A process whose command line does not contain `marker` is somebody else's and is left alone. Gives whether one was ended.
pub fn end_leftover(pid: u32, marker: &str, polite: Signal, patience: Duration) -> bool {
    if !command_line(pid).contains(marker) {
        return false;
    }
    signal(pid, polite);
    let deadline = Instant::now() + patience;
    while command_line(pid).contains(marker) {
        if Instant::now() > deadline {
            signal(pid, Signal::SIGKILL);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

/// The command line of a process; empty when there is none.
fn command_line(pid: u32) -> String {
    match std::fs::read(format!("/proc/{pid}/cmdline")) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).replace('\0', " "),
        Err(error) if error.kind() == ErrorKind::NotFound && Path::new("/proc/self").exists() => {
            String::new()
        }
        Err(_) => Command::new("ps")
            .args(["-o", "command=", "-p", &pid.to_string()])
            .output()
            .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
            .unwrap_or_default(),
    }
}

fn signal(pid: u32, signal: Signal) {
    if let Ok(pid) = i32::try_from(pid) {
        // An error here means that the process is gone already.
        let _ = kill(Pid::from_raw(pid), signal);
    }
}
