//! npm packages of this repository: installed as their lock files say.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::say;

/// How often an install is tried: a registry that drops a connection is no failure of the package.
const INSTALL_TRIES: u32 = 3;

/// Installs the package's dependencies unless the lock file is the one they were installed by. `name` is for messages.
///
/// # Errors
/// When npm can't be run, or couldn't install them in some tries.
pub(crate) fn install(package: &Path, name: &str) -> Result<()> {
    let lock =
        fs::read(package.join("package-lock.json")).with_context(|| format!("{name} has no lock file"))?;
    let installed_by = package.join("node_modules/.installed-by-lock");
    if fs::read(&installed_by).is_ok_and(|found| found == lock) {
        return Ok(());
    }
    say(&format!("installing the dependencies of {name}"));
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
    bail!("npm couldn't install the dependencies of {name} in {INSTALL_TRIES} tries")
}

/// Runs a script of the package.
///
/// # Errors
/// When npm can't be run, or the script fails.
pub(crate) fn run(package: &Path, script: &str) -> Result<()> {
    let status = Command::new("npm")
        .args(["run", "--silent", script])
        .current_dir(package)
        .status()
        .context("npm can't be run")?;
    ensure!(status.success(), "`npm run {script}` failed");
    Ok(())
}
