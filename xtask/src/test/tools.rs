//! What the tests need beyond what `cargo xtask setup` installs.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use ipelya_devstack::install::{Installation, chromium, promtool};

use crate::say;

const INSTALL: &str = "apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium";

/// The package's program alone: installing it would start a server.
const UNPACK: &str = "apt-get update -qq && apt-get download -qq prometheus && dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb";

/// Promtool comes with Prometheus: unpacked where this user may. Elsewhere its checks are skipped, which is said; under
/// `CI=true` that is an error.
pub(super) fn ensure_promtool() -> Result<()> {
    if !promtool().is_ok_and(|found| found.is_some()) {
        let folder = Installation::locate().root().join("promtool");
        if is_root() && Path::new("/usr/bin/apt-get").exists() {
            say("unpacking promtool");
            std::fs::create_dir_all(&folder)?;
            let unpacked = Command::new("sh")
                .args(["-c", UNPACK])
                .current_dir(&folder)
                .status()?;
            ensure!(unpacked.success(), "promtool couldn't be unpacked: {UNPACK}");
        }
    }
    if promtool()?.is_none() {
        say("SKIPPED: promtool's checks, because there is none; on Debian `sudo apt-get install prometheus`");
    }
    Ok(())
}

fn is_root() -> bool {
    // SAFETY: geteuid takes nothing, changes nothing and cannot fail.
    unsafe { libc::geteuid() == 0 }
}

/// Chromium is a package of the system: installed where this user may. Elsewhere the browser tests are skipped,
/// which is said; under `CI=true` that is an error.
pub(super) fn ensure_chromium() -> Result<()> {
    let is_installed = chromium().is_ok_and(|found| found.is_some());
    if !is_installed && is_root() && Path::new("/usr/bin/apt-get").exists() {
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
