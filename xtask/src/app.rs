//! The example app, `examples/expo-app`: what its tests and its pictures need.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use ipelya_devstack::install::{Installation, chromium};

use crate::{npm, repository, setup};

/// Where the app is.
pub(crate) fn folder() -> PathBuf {
    repository().join("examples/expo-app")
}

/// Installs what the app depends on, builds the package that it shows, and a host in Rust.
///
/// # Errors
/// When something can't be installed or built.
pub(crate) fn prepare() -> Result<()> {
    let package = repository().join("expo-module");
    npm::install(&package, "the Expo module")?;
    npm::run(&package, "build")?;
    npm::install(&folder(), "the example app")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--package", "ipelya-cli"])
        .current_dir(repository())
        .status()
        .context("cargo can't be run")?;
    ensure!(built.success(), "the command line can't be built");
    Ok(())
}

/// What the scripts in `e2e/` are told of this machine.
///
/// # Errors
/// When there is no Chromium.
pub(crate) fn environment() -> Result<Vec<(&'static str, OsString)>> {
    let chromium = chromium()?
        .context("Chromium is missing: install it, on Debian with `sudo apt-get install chromium`")?;
    let xtask = std::env::current_exe().context("this program's own path can't be had")?;
    let cli = xtask.parent().unwrap_or_else(|| Path::new("")).join("ipelya-cli");
    Ok(vec![
        ("IPELYA_XTASK", xtask.into()),
        ("IPELYA_CLI", cli.into()),
        ("IPELYA_LIVEKIT_FFI", Installation::locate().livekit_ffi().into()),
        ("IPELYA_CHROMIUM", chromium.into()),
        ("EXPO_NO_TELEMETRY", "1".into()),
        ("CI", "1".into()),
    ])
}

/// Takes a picture of every screen.
pub(crate) fn screenshots() -> Result<()> {
    setup::run()?;
    prepare()?;
    for arguments in [
        &["npm", "run", "--silent", "export:test"][..],
        &["node", "e2e/screenshots.mjs", "../../docs/images"],
    ] {
        let [program, arguments @ ..] = arguments else {
            continue;
        };
        let status = Command::new(program)
            .args(arguments)
            .current_dir(folder())
            .envs(environment()?)
            .status()
            .with_context(|| format!("{program} can't be run"))?;
        ensure!(status.success(), "{program} {} failed", arguments.join(" "));
    }
    Ok(())
}
