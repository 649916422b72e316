//! `cargo xtask setup`.

use std::time::Instant;

use anyhow::Result;
use ipelya_devstack::install::{Installation, StepEvent, setup};

use crate::say;

/// Installs what is missing, with progress.
pub(crate) fn run() -> Result<()> {
    let started = Instant::now();
    let installation = Installation::locate();
    setup(&installation, &report)?;
    say(&format!(
        "everything is installed in {} ({:.1} s)",
        installation.root().display(),
        started.elapsed().as_secs_f64()
    ));
    Ok(())
}

fn report(step: &str, event: StepEvent) {
    let text = match event {
        StepEvent::Waiting => "another setup is running: waiting".into(),
        StepEvent::UpToDate => "up to date".into(),
        StepEvent::Started => "installing".into(),
        StepEvent::Running(elapsed) => format!("installing ({} s)", elapsed.as_secs()),
        StepEvent::Finished(elapsed) => format!("installed in {:.1} s", elapsed.as_secs_f64()),
        StepEvent::Failed(elapsed) => format!("failed after {:.1} s", elapsed.as_secs_f64()),
    };
    say(&format!("{step:<24} {text}"));
}
