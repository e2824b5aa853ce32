//! Ctrl-C and SIGTERM: noted here, obeyed between steps and while waiting, so that everything started is stopped in order.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result, bail};

static ASKED: AtomicBool = AtomicBool::new(false);

/// Takes note of the signals from now on.
pub fn watch() -> Result<()> {
    ctrlc::set_handler(|| ASKED.store(true, Ordering::Relaxed)).context("cannot listen for Ctrl-C")
}

/// Whether one of the signals came.
pub fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// An error once one of the signals came.
pub fn check() -> Result<()> {
    if asked() {
        bail!("interrupted");
    }
    Ok(())
}
