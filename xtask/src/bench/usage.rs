//! What processes have used so far, read from `/proc`.

use std::time::Duration;

/// The processor time of a process, its threads included; nothing when it is gone.
pub fn processor_time(pid: u32) -> Duration {
    // User and system time are fields 14 and 15.
    fields(pid, 14)
}

/// The processor time of a process, of its children that live, and of those that ended.
pub fn processor_time_of_family(pid: u32) -> Duration {
    let alive: Duration = children(pid).into_iter().map(processor_time).sum();
    // Those of children that ended follow in fields 16 and 17.
    alive + processor_time(pid) + fields(pid, 16)
}

/// The sum of two neighbouring times of `/proc/PID/stat`, whose fields are counted from 1.
fn fields(pid: u32, first: usize) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name
        .split_whitespace()
        // The state, right after the name, is the third.
        .skip(first - 3)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    // The kernel counts hundredths of a second here, whatever its own clock does.
    Duration::from_millis(ticks * 10)
}

/// The memory that a process holds, in bytes.
pub fn resident(pid: u32) -> u64 {
    memory(pid, "VmRSS:")
}

/// The memory that a process and its children hold for themselves, in bytes; what they share is not counted.
pub fn own_memory_of_family(pid: u32) -> u64 {
    let children = children(pid).into_iter();
    let children: u64 = children.map(|child| memory(child, "RssAnon:")).sum();
    children + memory(pid, "RssAnon:")
}

fn children(pid: u32) -> Vec<u32> {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    children
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|child| child.parse().ok())
        .collect()
}

fn memory(pid: u32, kind: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix(kind))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or_default()
        * 1024
}
