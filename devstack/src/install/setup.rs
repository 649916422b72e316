use std::fs;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use super::lock::FolderLock;
use super::paths::Installation;
use super::prerequisites;
use super::progress::{Progress, StepEvent};
use super::stamp::Stamp;
use super::steps::{self, Step};

/// How often a long step says that it still runs.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// Brings every pinned program into the install folder.
///
/// Idempotent: a step whose inputs didn't change is skipped. Resumable: a step is recorded only once its
/// result was moved into place. Safe to run twice at the same time: the second waits for the first.
///
/// # Errors
/// When a prerequisite is missing (all are named, with the commands that install them), or a step fails.
pub fn setup(installation: &Installation, progress: &dyn Progress) -> Result<()> {
    fs::create_dir_all(installation.root())
        .with_context(|| format!("cannot create {}", installation.root().display()))?;
    let _lock = FolderLock::acquire(installation.root(), progress)?;
    let scratch = installation.root().join("tmp");
    remove_if_there(&scratch)?;

    let (mut alone, mut chained) = (Vec::new(), Vec::new());
    for step in steps::all(installation)? {
        if is_done(installation, &step) {
            progress.report(step.name, StepEvent::UpToDate);
        } else if step.independent {
            alone.push(step);
        } else {
            chained.push(step);
        }
    }
    if alone.is_empty() && chained.is_empty() {
        return Ok(());
    }
    prerequisites::check()?;
    if chained.iter().chain(&alone).any(|step| step.needs_pip) {
        prerequisites::check_pip()?;
    }
    fs::create_dir_all(&scratch)?;
    let outcome = run_all(installation, progress, alone, chained);
    remove_if_there(&scratch)?;
    outcome
}

/// The slow build of the LiveKit server overlaps with the downloads; the rest depends on order.
fn run_all(
    installation: &Installation,
    progress: &dyn Progress,
    alone: Vec<Step>,
    chained: Vec<Step>,
) -> Result<()> {
    thread::scope(|scope| {
        let threads: Vec<_> = alone
            .into_iter()
            .map(|step| scope.spawn(move || run_step(installation, progress, &step)))
            .collect();
        let mut outcome = chained
            .iter()
            .try_for_each(|step| run_step(installation, progress, step));
        for thread in threads {
            let result = thread
                .join()
                .unwrap_or_else(|_| Err(anyhow!("a setup step panicked")));
            outcome = outcome.and(result);
        }
        outcome
    })
}

fn run_step(installation: &Installation, progress: &dyn Progress, step: &Step) -> Result<()> {
    let started = Instant::now();
    progress.report(step.name, StepEvent::Started);
    let result = with_heartbeat(progress, step.name, started, || {
        let scratch = installation.root().join("tmp").join(step.stamp_name());
        fs::create_dir_all(&scratch)?;
        (step.run)(installation, &scratch)?;
        Stamp::new(installation.root(), &step.stamp_name()).write(&step.fingerprint)
    });
    let event = match result {
        Ok(()) => StepEvent::Finished(started.elapsed()),
        Err(_) => StepEvent::Failed(started.elapsed()),
    };
    progress.report(step.name, event);
    result.with_context(|| format!("{} could not be installed", step.name))
}

fn with_heartbeat<T>(
    progress: &dyn Progress,
    name: &str,
    started: Instant,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    thread::scope(|scope| {
        let (done, waiting) = channel::<()>();
        scope.spawn(move || {
            while waiting.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
                progress.report(name, StepEvent::Running(started.elapsed()));
            }
        });
        let result = work();
        drop(done);
        result
    })
}

fn is_done(installation: &Installation, step: &Step) -> bool {
    Stamp::new(installation.root(), &step.stamp_name()).matches(&step.fingerprint)
        && step.results.iter().all(|path| path.exists())
}

fn remove_if_there(folder: &std::path::Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}
