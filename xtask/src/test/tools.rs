//! What the tests need beyond what `cargo xtask setup` installs.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use ipelya_devstack::install::{Installation, chromium, promtool};

use crate::say;

/// The package's program alone: installing it would start a server.
const UNPACK: &str = "apt-get update -qq && apt-get download -qq prometheus && dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb";

/// Promtool comes with Prometheus: unpacked where this user may. Elsewhere its checks are skipped, which is said; under
/// `CI=true` that is an error.
pub(super) fn ensure_promtool() -> Result<()> {
    if !promtool().is_ok_and(|found| found.is_some()) {
        let folder = Installation::locate().root().join("promtool");
        if has_apt() {
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

/// Whether a package of the system may be installed here.
pub(super) fn has_apt() -> bool {
    is_root() && Path::new("/usr/bin/apt-get").exists()
}

/// Installs a package of the system.
pub(super) fn apt_install(package: &str) -> Result<()> {
    say(&format!("installing {package}"));
    let command = format!("apt-get update -qq && apt-get install -y -qq --no-install-recommends {package}");
    let installed = Command::new("sh")
        .args(["-c", &command])
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status()?;
    ensure!(installed.success(), "{package} couldn't be installed: {command}");
    Ok(())
}

/// Whether a program can be run by its name.
pub(super) fn is_on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

fn is_root() -> bool {
    // SAFETY: geteuid takes nothing, changes nothing and cannot fail.
    unsafe { libc::geteuid() == 0 }
}

/// Chromium is a package of the system: installed where this user may. Elsewhere the browser tests are skipped,
/// which is said; under `CI=true` that is an error.
pub(super) fn ensure_chromium() -> Result<()> {
    let is_installed = chromium().is_ok_and(|found| found.is_some());
    if !is_installed && has_apt() {
        apt_install("chromium")?;
    }
    if chromium()?.is_none() {
        say(
            "SKIPPED: the browser tests, because there is no Chromium; on Debian `sudo apt-get install chromium`",
        );
    }
    Ok(())
}
