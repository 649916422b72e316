//! `cargo xtask build-android`, `cargo xtask build-ios`: the library for apps.

mod android;
mod ios;
mod plan;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::{repository, say};
pub(crate) use plan::LIBRARY;
use plan::Step;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Print the commands, and run none
    #[arg(long)]
    dry_run: bool,
}

/// Whose phone.
#[derive(Clone, Copy)]
pub(crate) enum Phone {
    Android,
    Ios,
}

/// Shows what is done, and does it unless that is all that was asked for.
pub(crate) fn run(phone: Phone, arguments: &Arguments) -> Result<()> {
    let plan = match phone {
        Phone::Android => android::plan(),
        Phone::Ios => ios::plan(),
    };
    if arguments.dry_run {
        plan.lines().iter().for_each(|line| say(line));
        return Ok(());
    }
    plan.needs_met()?;
    for step in &plan.steps {
        say(&step.line());
        carry_out(step)?;
    }
    Ok(())
}

fn carry_out(step: &Step) -> Result<()> {
    let status = step
        .command(&repository())
        .status()
        .with_context(|| format!("{} can't be run", step.program))?;
    ensure!(status.success(), "{} failed", step.line());
    Ok(())
}
