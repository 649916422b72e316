use std::fs::OpenOptions;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::process::Command;
use tokio::sync::{mpsc, watch};

use super::reaper::Reaper;
use super::signal::Signal;

/// What to run. The environment is exactly `env`.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) name: &'static str,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) folder: PathBuf,
    /// The user and group to run as; ours when `None`.
    pub(crate) user: Option<u32>,
    /// Where standard output and standard error are appended.
    pub(crate) log: PathBuf,
    /// The signal that ends it, also when this process dies.
    pub(crate) stop: Signal,
}

/// A running child. A task owns the process, so that no signal ever reaches a recycled pid.
#[derive(Debug, Clone)]
pub(crate) struct Child {
    signals: mpsc::UnboundedSender<Signal>,
    exit: watch::Receiver<Option<ExitStatus>>,
    stop: Signal,
}

impl Child {
    /// Starts `spec`.
    ///
    /// Must be called on a thread that lives as long as the stack: on Linux the kernel ends the child when
    /// the thread that spawned it is gone.
    pub(crate) fn spawn(spec: &Spec, reaper: Arc<Reaper>) -> Result<Self> {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&spec.log)
            .with_context(|| format!("cannot write {}", spec.log.display()))?;
        let mut command = Command::new(&spec.program);
        command
            .args(&spec.args)
            .env_clear()
            .envs(spec.env.iter().cloned())
            .current_dir(&spec.folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            // Apart from our group: a terminal's Ctrl-C reaches us alone, and we end the children in order.
            .process_group(0);
        if let Some(user) = spec.user {
            command.uid(user).gid(user);
        }
        die_with_parent(&mut command, spec.stop);
        let mut process = command
            .spawn()
            .with_context(|| format!("cannot run {} ({})", spec.name, spec.program.display()))?;
        let pid = process.id().context("the process ended before it started")?;
        reaper.add(pid, spec.stop);

        let (signals, mut wanted) = mpsc::unbounded_channel();
        let (exited, exit) = watch::channel(None);
        let name = spec.name;
        tokio::spawn(async move {
            let status = loop {
                tokio::select! {
                    status = process.wait() => break status,
                    Some(signal) = wanted.recv() => send(pid, signal),
                }
            };
            reaper.remove(pid);
            let status = status.unwrap_or_else(|_| ExitStatus::from_raw(0));
            tracing::debug!(name, %status, "exited");
            exited.send_replace(Some(status));
        });
        Ok(Self {
            signals,
            exit,
            stop: spec.stop,
        })
    }

    /// How it ended, once it has.
    pub(crate) async fn exited(&self) -> Option<ExitStatus> {
        let mut exit = self.exit.clone();
        exit.wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|status| *status)
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&self) -> bool {
        self.exit.borrow().is_none()
    }

    /// Whether both are the same process.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.exit.same_channel(&other.exit)
    }

    /// Sends `signal`; nothing happens when it has ended.
    pub(crate) fn signal(&self, signal: Signal) {
        // The task that would receive it is gone only after the process is.
        let _ = self.signals.send(signal);
    }

    /// Asks it to stop, waits for `grace`, then kills it. Returns once it has ended.
    pub(crate) async fn stop(&self, grace: Duration) {
        self.stop_with(self.stop, grace).await;
    }

    /// As [`Self::stop`], asking by `signal`.
    pub(crate) async fn stop_with(&self, signal: Signal, grace: Duration) {
        self.signal(signal);
        if tokio::time::timeout(grace, self.exited()).await.is_err() {
            self.signal(Signal::Kill);
            self.exited().await;
        }
    }
}

fn send(pid: u32, signal: Signal) {
    let Ok(pid) = libc::pid_t::try_from(pid) else {
        return;
    };
    // SAFETY: kill touches no memory; the pid is our child's, which hasn't been waited for.
    unsafe { libc::kill(pid, signal.number()) };
}

#[cfg(target_os = "linux")]
fn die_with_parent(command: &mut Command, signal: Signal) {
    let number = signal.number();
    // SAFETY: prctl is async-signal-safe, and the closure touches nothing but its own integer.
    unsafe {
        command.pre_exec(move || {
            if libc::prctl(libc::PR_SET_PDEATHSIG, number) == -1 {
                return Err(std::io::Error::last_os_error());
            }
            Ok(())
        });
    }
}

/// Only the reaper ends children here.
#[cfg(not(target_os = "linux"))]
fn die_with_parent(_command: &mut Command, _signal: Signal) {}
