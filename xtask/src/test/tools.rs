//! What the tests need beyond what `cargo xtask setup` installs.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use ipelya_devstack::install::chromium;

use crate::say;

const INSTALL: &str = "apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium";

/// Chromium is a package of the system: installed where this user may. Elsewhere the browser tests are skipped,
/// which is said; under `CI=true` that is an error.
pub(super) fn ensure_chromium() -> Result<()> {
    // SAFETY: geteuid takes nothing, changes nothing and cannot fail.
    let is_root = unsafe { libc::geteuid() } == 0;
    let is_installed = chromium().is_ok_and(|found| found.is_some());
    if !is_installed && is_root && Path::new("/usr/bin/apt-get").exists() {
        say("installing Chromium");
        let installed = Command::new("sh")
            .args(["-c", INSTALL])
            .env("DEBIAN_FRONTEND", "noninteractive")
            .status()?;
        ensure!(installed.success(), "Chromium couldn't be installed: {INSTALL}");
    }
    if chromium()?.is_none() {
        say(
            "SKIPPED: the browser tests, because there is no Chromium; on Debian `sudo apt-get install chromium`",
        );
    }
    Ok(())
}
