//! `cargo xtask faults`: what breaks in the field, the long outages too, with the table of what was seen.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{repository, setup};

/// Seconds without network: noticed, survived, given up.
const OUTAGES: &str = "5,30,90";

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
        .args(["--test", "faults", "--", "--nocapture", "--test-threads=1"])
        .env("IPELYA_OUTAGES", OUTAGES)
        .current_dir(repository())
        .status()
        .context("cannot run cargo")?;
    ensure!(status.success(), "a fault was not survived");
    Ok(())
}
