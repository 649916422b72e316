//! `cargo xtask models`: the models and races of the core in their long form.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{repository, setup};

/// Explores, compares and races for longer: hours, where the worlds are large.
pub(crate) fn run() -> Result<()> {
    setup::run()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args([
            "test",
            "--package",
            "ipelya-core",
            "--features",
            "prebuilt,test-signal",
        ])
        .args([
            "--test",
            "call_world",
            "--test",
            "machines",
            "--test",
            "live_client",
        ])
        .args(["--no-fail-fast", "--", "--nocapture"])
        .env("IPELYA_MODEL", "deep")
        .current_dir(repository())
        .status()
        .context("cannot run cargo")?;
    ensure!(status.success(), "a rule doesn't hold");
    Ok(())
}
