//! As whom PostgreSQL runs: it refuses root, so root lends it another identity.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

/// The identity that PostgreSQL's programs run under.
#[derive(Debug, Clone, Copy)]
pub enum RunAs {
    /// Ourselves, who are not root.
    Ourselves,
    /// An unprivileged user of the system, because we are root.
    Other { uid: u32, gid: u32 },
}

impl RunAs {
    /// `postgres` or `nobody` when we are root.
    pub fn choose() -> Result<Self> {
        if !nix::unistd::geteuid().is_root() {
            return Ok(Self::Ourselves);
        }
        let passwd = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| ids_of(&passwd, name))
            .map(|(uid, gid)| Self::Other { uid, gid })
            .context("PostgreSQL refuses to run as root, and there is neither a user `postgres` nor `nobody` to run it")
    }

    /// A command that runs as this identity, in a folder that it can enter.
    pub fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/");
        if let Self::Other { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// A folder of this identity: the wanted one if it can be reached, else one under /var/tmp named after it.
    pub fn folder(self, wanted: &Path) -> Result<PathBuf> {
        fs::create_dir_all(wanted)
            .with_context(|| format!("cannot create {}", wanted.display()))?;
        let folder = if self.can_reach(wanted) {
            wanted.to_path_buf()
        } else {
            Path::new("/var/tmp").join(format!("secretariat-{:016x}", fingerprint(wanted)))
        };
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        if let Self::Other { uid, gid } = self {
            std::os::unix::fs::chown(&folder, Some(uid), Some(gid)).with_context(|| {
                format!("cannot hand {} to PostgreSQL's user", folder.display())
            })?;
        }
        Ok(folder)
    }

    /// Whether this identity can go down to the folder.
    fn can_reach(self, path: &Path) -> bool {
        matches!(self, Self::Ourselves)
            || path
                .ancestors()
                .all(|dir| fs::metadata(dir).is_ok_and(|metadata| metadata.mode() & 0o001 != 0))
    }
}

/// A short name for a path (FNV-1a), the same in every run.
pub fn fingerprint(path: &Path) -> u64 {
    path.as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

fn ids_of(passwd: &str, name: &str) -> Option<(u32, u32)> {
    let line = passwd
        .lines()
        .find(|line| line.split(':').next() == Some(name))?;
    let mut ids = line.split(':').skip(2);
    Some((ids.next()?.parse().ok()?, ids.next()?.parse().ok()?))
}
