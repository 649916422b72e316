//! The processes of this machine, as `/proc` shows them.

use std::collections::BTreeSet;
use std::fs;

/// A process, told apart from a later one with the same pid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Process {
    pub pid: u32,
    started: String,
    pub name: String,
}

/// The name, state, parent and start time of a process.
fn stat(pid: u32) -> Option<(String, String, u32, String)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (start, end) = (text.find('(')?, text.rfind(')')?);
    let fields: Vec<&str> = text[end + 1..].split_whitespace().collect();
    Some((
        text[start + 1..end].into(),
        fields[0].into(),
        fields[1].parse().ok()?,
        fields[19].into(),
    ))
}

impl Process {
    /// Whether it still runs; one that only waits to be reaped doesn't.
    pub fn is_alive(&self) -> bool {
        stat(self.pid).is_some_and(|(_, state, _, started)| started == self.started && state != "Z")
    }
}

/// The children of `ancestor`, theirs, and so on.
pub fn descendants(ancestor: u32) -> BTreeSet<Process> {
    let pids = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let all: Vec<(u32, _)> = pids.filter_map(|pid: u32| Some((pid, stat(pid)?))).collect();
    let mut family = BTreeSet::from([ancestor]);
    let mut found = BTreeSet::new();
    loop {
        let before = family.len();
        for (pid, (name, _, parent, started)) in &all {
            if family.contains(parent) && family.insert(*pid) {
                found.insert(Process {
                    pid: *pid,
                    started: started.clone(),
                    name: name.clone(),
                });
            }
        }
        if family.len() == before {
            return found;
        }
    }
}
