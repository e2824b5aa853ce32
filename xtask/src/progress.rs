//! What a person sees while a command works: one numbered line a step, with what came of it and how long it took.

use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::interrupt;

/// A sequence of steps whose number is known beforehand.
pub struct Steps {
    total: usize,
    done: usize,
}

impl Steps {
    /// A sequence of `total` steps.
    pub fn new(total: usize) -> Self {
        Self { total, done: 0 }
    }

    /// Runs a step that prints nothing itself; `work` gives its result and what to say of it.
    pub fn quiet<T>(
        &mut self,
        title: &str,
        work: impl FnOnce() -> Result<(T, String)>,
    ) -> Result<T> {
        self.begin(title)?;
        let start = Instant::now();
        match work() {
            Ok((value, remark)) => {
                println!(
                    " {remark}{}{}",
                    if remark.is_empty() { "" } else { ", " },
                    seconds(start.elapsed())
                );
                Ok(value)
            }
            Err(error) => {
                println!(" failed");
                Err(error).with_context(|| format!("step {}, {title}", self.done))
            }
        }
    }

    /// Runs a step whose programs print below its line.
    pub fn aloud<T>(&mut self, title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.begin(title)?;
        println!();
        let start = Instant::now();
        let value = work().with_context(|| format!("step {}, {title}", self.done))?;
        println!("      done, {}", seconds(start.elapsed()));
        Ok(value)
    }

    fn begin(&mut self, title: &str) -> Result<()> {
        interrupt::check()?;
        self.done += 1;
        print!("[{}/{}] {title} …", self.done, self.total);
        let _ = std::io::stdout().flush();
        Ok(())
    }
}

/// A duration as people say it: "0.4 s".
pub fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
