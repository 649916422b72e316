//! The npm package's types and tests: Jest runs its components and hooks, the hooks on the real core too, and Expo's own
//! `prebuild` its config plugin.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use ipelya_devstack::install::Installation;

use super::step::Step;
use crate::{repository, say};

/// How often an install is tried: a registry that drops a connection is no failure of the package.
const INSTALL_TRIES: u32 = 3;

/// The steps, after what they need is installed as the lock file says.
pub(super) fn steps() -> Result<Vec<Step>> {
    let package = repository().join("expo-module");
    install(&package)?;
    let npm = |name, arguments: &[&str]| {
        Step::new(name, "npm")
            .arguments(arguments)
            .folder(&package)
            .env("NO_COLOR", "1")
    };
    let programs = repository().join("target/debug");
    Ok(vec![
        npm("types of the Expo module", &["run", "check"]),
        npm("tests of the Expo module", &["test", "--", "--ci"]),
        super::cargo(
            "programs for the hooks on the real core",
            &["build", "--package", "ipelya-bridge-host"],
        ),
        super::cargo(
            "stack for the hooks on the real core",
            &["build", "--package", "ipelya-devstack", "--example", "commanded"],
        ),
        npm("hooks on the real core", &["run", "test:real", "--", "--ci"])
            .env("IPELYA_LIVEKIT_FFI", Installation::locate().livekit_ffi())
            .env("IPELYA_BRIDGE_HOST", programs.join("ipelya-bridge-host"))
            .env("IPELYA_COMMANDED_STACK", programs.join("examples/commanded")),
    ])
}

/// Installs the package's dependencies unless the lock file is the one they were installed by.
fn install(package: &Path) -> Result<()> {
    let lock = fs::read(package.join("package-lock.json")).context("the Expo module has no lock file")?;
    let installed_by = package.join("node_modules/.installed-by-lock");
    if fs::read(&installed_by).is_ok_and(|found| found == lock) {
        return Ok(());
    }
    say("installing the Expo module's dependencies");
    for _ in 0..INSTALL_TRIES {
        let installed = Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(package)
            .status()
            .context("npm can't be run")?;
        if installed.success() {
            return fs::write(&installed_by, lock).context("the installed lock file can't be noted");
        }
    }
    bail!("npm couldn't install the Expo module's dependencies in {INSTALL_TRIES} tries")
}
