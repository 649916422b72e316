//! `cargo xtask check-mobile`: type-checks the bindings, and the core with them, for both phones.

use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::phone::LIBRARY;
use crate::{repository, say};

const TARGETS: [&str; 2] = ["aarch64-apple-ios", "aarch64-linux-android"];

/// Checks with the tool named by `MOBILE_CHECK` (called with the target, then cargo's arguments) or `mobile-check`
/// in a `shared/bin` folder beside the repository, or else with rustup's targets.
pub(crate) fn run() -> Result<()> {
    for target in TARGETS {
        say(&format!("checking {target}"));
        let mut command = checker(target)?;
        let status = command.args(LIBRARY).current_dir(repository()).status();
        ensure!(
            status.context("the checker can't be run")?.success(),
            "the bindings don't compile for {target}"
        );
    }
    Ok(())
}

fn checker(target: &str) -> Result<Command> {
    let beside = repository().join("../shared/bin/mobile-check");
    let named = std::env::var_os("MOBILE_CHECK").map(std::path::PathBuf::from);
    if let Some(tool) = named.or_else(|| beside.exists().then_some(beside)) {
        let mut command = Command::new(tool);
        command.arg(target);
        return Ok(command);
    }
    let installed = Command::new("rustup")
        .args(["target", "list", "--installed"])
        .output();
    let installed = installed.context("rustup can't be run: install it, or name a tool in MOBILE_CHECK")?;
    if !String::from_utf8_lossy(&installed.stdout)
        .lines()
        .any(|line| line == target)
    {
        bail!("the Rust target is missing: `rustup target add {target}`");
    }
    let mut command = Command::new("cargo");
    // The build script of webrtc-sys downloads libwebrtc, which a type check doesn't need.
    command
        .args(["check", "--locked", "--target", target])
        .env("DOCS_RS", "1");
    Ok(command)
}
