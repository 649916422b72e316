use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use rand::Rng;
use rand::distr::Alphanumeric;

use super::signal::Signal;

const SCRIPT: &str = include_str!("reaper.sh");

/// A shell that outlives this process just long enough to end the stack's children and remove its folder.
///
/// It reads a pipe whose other end only this process holds, so it notices every kind of death: a return, a
/// panic, Ctrl-C, SIGKILL. Dropping the reaper triggers the same, and waits for it.
pub(crate) struct Reaper {
    shell: Mutex<Child>,
    pipe: Mutex<Option<ChildStdin>>,
}

impl Reaper {
    /// Starts the shell, which makes a new folder and removes it in the end: nothing that happens to this
    /// process in between can leave it behind.
    pub(crate) fn start() -> Result<(Self, PathBuf)> {
        let name: String = rand::rng()
            .sample_iter(Alphanumeric)
            .take(12)
            .map(char::from)
            .collect();
        let folder = std::env::temp_dir().join(format!("ipelya-stack-{name}"));
        let mut shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Apart from our group, so that a terminal's Ctrl-C doesn't reach it.
            .process_group(0)
            .current_dir("/")
            .spawn()
            .context("cannot start /bin/sh")?;
        let mut answer = String::new();
        if let Some(output) = shell.stdout.take() {
            BufReader::new(output).read_line(&mut answer)?;
        }
        let pipe = shell.stdin.take();
        let reaper = Self {
            shell: Mutex::new(shell),
            pipe: Mutex::new(pipe),
        };
        ensure!(
            !answer.is_empty(),
            "cannot make a folder in {}",
            std::env::temp_dir().display()
        );
        Ok((reaper, folder))
    }

    /// From now on `pid` is ended by `signal`.
    pub(super) fn add(&self, pid: u32, signal: Signal) {
        self.tell(&format!("add {pid} {}\n", signal.name()));
    }

    /// `pid` has ended and may be somebody else's soon.
    pub(super) fn remove(&self, pid: u32) {
        self.tell(&format!("del {pid}\n"));
    }

    fn tell(&self, line: &str) {
        let mut pipe = self.pipe.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Err(error)) = pipe.as_mut().map(|pipe| pipe.write_all(line.as_bytes())) {
            tracing::warn!(%error, "the reaper is gone: a killed stack may leave processes behind");
        }
    }

    /// Whether the stack is being ended as a whole.
    pub(crate) fn is_finishing(&self) -> bool {
        self.pipe.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Lets the shell finish its work and waits for it: at most about 5 s, when a child ignores its signal.
    pub(crate) fn finish(&self) {
        self.pipe.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut shell = self.shell.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = shell.wait() {
            tracing::warn!(%error, "cannot wait for the reaper");
        }
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        self.finish();
    }
}
